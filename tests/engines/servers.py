"""The servers of an engine: PostgreSQL with the ledger and the orders, and Redis as a broker. Both can be killed and started again."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ports import free_port
from postgres_server import Postgres
from programs.process import TIMEOUT, Process, until


class Redis:
    """A Redis server on a port of the loopback interface. It keeps its data when it is killed, unlike when the machine fails."""

    def __init__(self, folder: Path, *, timeout: float = TIMEOUT):
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed: apt-get install redis-server")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        durable = ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        self._command = [program, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder), *durable]
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
                return connection.recv(5) == b"+PONG"
        except OSError:
            return False


@contextmanager
def servers(*, timeout: float = TIMEOUT) -> Iterator[tuple[Postgres, Redis]]:
    """Running servers. They are killed after the timeout, in seconds."""
    # The path of a socket must be short.
    with TemporaryDirectory() as data, TemporaryDirectory() as broker:
        postgres, redis = Postgres(Path(data), timeout=timeout), Redis(Path(broker), timeout=timeout)
        try:
            postgres.start()
            redis.start()
            yield postgres, redis
        finally:
            redis.kill()
            postgres.close()
