"""A Redis server on a socket in a temporary folder, or a skipped test if it is not installed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from programs.process import Process, until


def _responds(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
        except OSError:
            return False


@contextmanager
def redis() -> Iterator[Path]:
    """A running server. Returns the path of its socket."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    # The path of a socket must be short.
    with TemporaryDirectory() as folder:
        path = Path(folder, "redis")
        options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", folder]
        with Process([program, *options]):
            until("Redis responds", lambda: _responds(path))
            yield path
