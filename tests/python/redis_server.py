"""A Redis server on a port of the loopback interface, or a skipped test if it is not installed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ports import free_port
from programs.process import TIMEOUT, Process, until


class Redis:
    """A server that can be killed and started again. With `is_durable`, it then has its data, unlike when the machine fails."""

    def __init__(self, folder: Path, *, password: str = "", is_durable: bool = False, timeout: float = TIMEOUT):
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed: apt-get install redis-server")
        self.port = free_port()
        self.url = f"redis://{f':{password}@' if password else ''}127.0.0.1:{self.port}"
        command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder), "--save", ""]
        durable = ["--appendonly", "yes", "--appendfsync", "everysec"] if is_durable else []
        self._command = [*command, *durable, *(["--requirepass", password] if password else [])]
        self._timeout = timeout
        self._process: Process | None = None

    def start(self) -> None:
        """Start the server. Returns when it has read its data."""
        self._process = Process(self._command, timeout=self._timeout)
        until("Redis responds", self._responds)

    def kill(self) -> None:
        """Kill the server. Returns when it has ended."""
        if self._process is not None:
            self._process.__exit__(None, None, None)
            self._process = None

    def _responds(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(b"PING\r\n")
                # Without the password, an error. While it reads its data, another one.
                return connection.recv(7) in {b"+PONG\r\n", b"-NOAUTH"}
        except OSError:
            return False


@contextmanager
def redis(*, password: str = "") -> Iterator[str]:
    """A running server. Returns its URL."""
    with TemporaryDirectory() as folder:
        server = Redis(Path(folder), password=password)
        server.start()
        try:
            yield server.url
        finally:
            server.kill()
