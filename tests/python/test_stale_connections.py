"""Connections that the server ends while the client is idle, or while its process is stopped. No call may be lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
REQUEST_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


def close(connection: socket.socket) -> None:
    connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def respond_and_close(connection: socket.socket) -> None:
    """Like Apache and HAProxy."""
    connection.sendall(REQUEST_TIMEOUT)
    connection.close()


ENDS = [close, reset, respond_and_close]


class Server:
    """Accepts one connection after the other, each with one request."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def respond(self, number: int) -> socket.socket:
        """Accept a connection, and respond to its request."""
        connection, _ = self.listener.accept()
        connection.settimeout(60)
        request = b""
        while not request.endswith(b"}"):
            received = connection.recv(4096)
            assert received, "the connection ended without a request"
            request += received
        body = json.dumps({"id": f"msg_{number}", "status": "queued"}).encode()
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return connection


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.listener.settimeout(60)
    yield server
    server.listener.close()


@pytest.mark.parametrize("is_frozen", [False, True], ids=["idle", "frozen"])
@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_no_call_is_lost_on_a_connection_that_has_ended(server: Server, kind: str, is_frozen: bool) -> None:
    environment = {**os.environ, "ZEXA_API_KEY": "zx_demo", "ZEXA_BASE_URL": server.url}
    command = [sys.executable, "-m", "programs.stale", kind]
    with subprocess.Popen(command, cwd=FOLDER, env=environment, stdout=subprocess.PIPE, text=True) as program:
        # Ends the program if it hangs.
        timer = threading.Timer(120, program.kill)
        timer.start()
        try:
            check(server, program, is_frozen)
        finally:
            timer.cancel()
            program.kill()


def check(server: Server, program: subprocess.Popen[str], is_frozen: bool) -> None:
    assert program.stdout is not None
    number = 0
    ends: list[Callable[[socket.socket], None]] = ENDS
    for end in [*ends, *ends]:
        connection = server.respond(number)
        assert program.stdout.readline() == f"msg_{number}\n", end.__name__
        if is_frozen:
            program.send_signal(signal.SIGSTOP)
            _, status = os.waitpid(program.pid, os.WUNTRACED)
            assert os.WIFSTOPPED(status)
        end(connection)
        program.send_signal(signal.SIGCONT)
        number += 1
    server.respond(number).close()
    assert program.stdout.readline() == f"msg_{number}\n"
