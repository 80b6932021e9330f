"""Runs a program in a separate process, communicates with it, and ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sandbox import Server

if TYPE_CHECKING:
    from typing_extensions import Self

HERE = Path(__file__).resolve().parent.parent
# Seconds after which a hanging program is killed. No program comes near, even on a busy machine.
TIMEOUT = 300
# Changes each byte of a secret in the arguments of a program, so that its memory does not contain the secret yet.
MASK = 0x15
# Warnings are errors, except for the warning of CPython about a fork in a process with threads.
STRICT = ("-X", "faulthandler", "-W", "error", "-W", "ignore:This process:DeprecationWarning")
# For programs that leave loops and tasks behind.
IGNORE_RESOURCE_WARNINGS = (*STRICT, "-W", "ignore::ResourceWarning")


def until(what: str, happened: Callable[[], bool]) -> None:
    """Wait for a condition, and fail after a timeout."""
    end = time.monotonic() + TIMEOUT
    while not happened():
        assert time.monotonic() < end, f"timed out: {what}"
        time.sleep(0.001)


class Process:
    """A running process, whose output is read by line. A hanging process is killed; Python then prints its tracebacks."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        inherit: tuple[int, ...] = (),
        folder: Path | None = None,
        user: Mapping[str, Any] | None = None,
        timeout: float = TIMEOUT,
    ):
        self._errors = tempfile.TemporaryFile("a+")  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **(environment or {})},
            pass_fds=inherit,
            cwd=folder,
            start_new_session=True,
            text=True,
            **(user or {}),
        )
        self.pid = self._process.pid
        self._alarm = threading.Timer(timeout, self.signal_all, [signal.SIGABRT])
        self._alarm.daemon = True
        self._alarm.start()

    def line(self) -> str:
        """The next line of output."""
        assert self._process.stdout is not None
        line: str = self._process.stdout.readline()
        assert line.endswith("\n"), f"the output ended with {line!r}; stderr:\n{self.errors()}"
        return line.rstrip("\n")

    def report(self) -> Any:
        """The next line of output, which is JSON."""
        return json.loads(self.line())

    def write(self, text: str) -> None:
        """Write to the standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def expect(self, line: str) -> None:
        assert self.line() == line

    def tell(self) -> None:
        """Let a program that waits for a line continue."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def signal_all(self, number: int) -> None:
        """Send a signal to the process and its children."""
        os.killpg(self.pid, number)

    def wait_until_blocked(self) -> None:
        """Wait until the main thread of the program blocks."""
        stat = Path(f"/proc/{self.pid}/task/{self.pid}/stat")

        def blocked() -> bool:
            return stat.read_text().rpartition(")")[2].split()[0] == "S"

        until("the program blocks", lambda: all(blocked() for _ in range(3)))

    def end(self, status: int = 0, errors: str | None = "") -> str:
        """Wait for the exit. Returns the rest of the output."""
        assert self._process.stdout is not None
        self._close_input()
        # Unlike communicate(), this includes what line() has read ahead.
        printed: str = self._process.stdout.read()
        self._process.wait()
        assert self._process.returncode == status, f"exit status {self._process.returncode}:\n{self.errors()}"
        if errors is not None:
            assert self.errors() == errors, f"unexpected stderr:\n{self.errors()}"
        return printed

    def errors(self) -> str:
        """The stderr output so far."""
        self._errors.flush()
        self._errors.seek(0)
        return self._errors.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._alarm.cancel()
        try:
            self.signal_all(signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._close_input()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._errors.close()

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()


class Program(Process):
    """A running Python program."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        server: Server | None = None,
        flags: tuple[str, ...] = STRICT,
        environment: Mapping[str, str] | None = None,
        inherit: tuple[int, ...] = (),
        folder: Path | None = None,
    ):
        command = [sys.executable, *flags, "-m", module, *arguments]
        environment = {**variables(server), **(environment or {})}
        super().__init__(command, environment=environment, inherit=inherit, folder=folder)


def run(module: str, *arguments: str, server: Server | None = None, **options: Any) -> str:
    """Run a program, which must succeed, and return its output."""
    with Program(module, *arguments, server=server, **options) as program:
        return program.end()


def variables(server: Server | None) -> dict[str, str]:
    """The environment variables by which a program finds its packages and the server."""
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    if server is not None:
        names = ("url", "api_key", "control", "ca_file", "http2")
        values = {name: getattr(server, name) for name in names}
        found["ZEXA_TEST_SERVER"] = json.dumps({name: value for name, value in values.items() if value})
    return found
