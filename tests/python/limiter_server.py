"""A Redis server on a TCP port, for limiters, or a skipped test if it is not installed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import pytest

from ports import free_port
from programs.process import Process, until

PASSWORD = "zx_top_secret"


def _accepts(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def limiter() -> Iterator[str]:
    """A running server. Returns the URL of a limiter without parameters."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed: apt-get install redis-server")
    port = free_port()
    with TemporaryDirectory() as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD, "--dir", folder]
        with Process([program, *options]):
            until("Redis accepts connections", lambda: _accepts(port))
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}"
