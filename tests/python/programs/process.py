"""Runs a program in a process of its own, talks to it, and sees to it that it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox import Server

HERE = Path(__file__).resolve().parent.parent
# Seconds after which a program that hangs is ended. None comes near, even on a busy machine.
PATIENCE = 300
# Warnings are failures, but for the one that CPython has for whoever forks beside a thread.
STRICT = ("-X", "faulthandler", "-W", "error", "-W", "ignore:This process:DeprecationWarning")
# Loops and tasks that lie about are not what a program is asked about.
CARELESS = (*STRICT, "-W", "ignore::ResourceWarning")


def until(what: str, happened: Callable[[], bool]) -> None:
    """Waits for it, and fails where it never comes."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.001)


class Program:
    """A running program. What it prints is read line by line; one that hangs tells where, and is ended."""

    def __init__(
        self,
        module: str,
        *arguments: str,
        server: Server | None = None,
        flags: tuple[str, ...] = STRICT,
        environment: Mapping[str, str] | None = None,
        inherit: tuple[int, ...] = (),
    ):
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, *flags, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **variables(server), **(environment or {})},
            pass_fds=inherit,
            start_new_session=True,
            text=True,
        )
        self.pid = self._process.pid
        self._alarm = threading.Timer(PATIENCE, self.signal_all, [signal.SIGABRT])
        self._alarm.daemon = True
        self._alarm.start()

    def line(self) -> str:
        """The next line that it prints."""
        assert self._process.stdout is not None
        line: str = self._process.stdout.readline()
        assert line.endswith("\n"), f"it said no more than {line!r}, and then:\n{self.errors()}"
        return line.rstrip("\n")

    def told(self) -> Any:
        """The next line, which is JSON."""
        return json.loads(self.line())

    def expect(self, line: str) -> None:
        assert self.line() == line

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def signal_all(self, number: int) -> None:
        """To its children as well."""
        os.killpg(self.pid, number)

    def wait_until_blocked(self) -> None:
        """Waits until its main thread waits for something."""
        stat = Path(f"/proc/{self.pid}/task/{self.pid}/stat")

        def blocked() -> bool:
            return stat.read_text().rpartition(")")[2].split()[0] == "S"

        until("it blocks", lambda: all(blocked() for _ in range(3)))

    def end(self, status: int = 0, errors: str | None = "") -> str:
        """Waits for its end. Gives the rest of what it printed."""
        printed, _ = self._process.communicate()
        assert self._process.returncode == status, f"it ended with {self._process.returncode}:\n{self.errors()}"
        if errors is not None:
            assert self.errors() == errors, f"it said on stderr:\n{self.errors()}"
        return printed

    def errors(self) -> str:
        """What it wrote to stderr so far."""
        self._errors.flush()
        self._errors.seek(0)
        return self._errors.read()

    def __enter__(self) -> Program:  # noqa: PYI034
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._alarm.cancel()
        try:
            self.signal_all(signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.communicate()
        self._errors.close()


def run(module: str, *arguments: str, server: Server | None = None, **options: Any) -> str:
    """Runs a program to its end, which has to be a good one. Gives what it printed."""
    with Program(module, *arguments, server=server, **options) as program:
        return program.end()


def variables(server: Server | None) -> dict[str, str]:
    """The environment in which a program finds the packages that it needs, and the server."""
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    found = {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
    if server is not None:
        names = ("url", "api_key", "control", "ca_file", "http2")
        told = {name: getattr(server, name) for name in names}
        found["ZEXA_TEST_SERVER"] = json.dumps({name: value for name, value in told.items() if value})
    return found
