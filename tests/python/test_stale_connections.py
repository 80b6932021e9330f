"""Connections that the server ends while the client is idle, or while its process is stopped. No call may be lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct

import pytest

from programs.process import TIMEOUT, Program

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


class EndingServer:
    """Accepts one connection after the other, each with one request."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(TIMEOUT)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def respond(self, number: int) -> socket.socket:
        """Accept a connection, and respond to its request."""
        connection, _ = self.listener.accept()
        connection.settimeout(TIMEOUT)
        request = b""
        while not request.endswith(b"}"):
            received = connection.recv(4096)
            assert received, "the connection ended without a request"
            request += received
        body = json.dumps({"id": f"msg_{number}", "status": "queued"}).encode()
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        return connection


@pytest.mark.parametrize("is_frozen", [False, True], ids=["idle", "frozen"])
@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_no_call_is_lost_on_a_connection_that_has_ended(kind: str, is_frozen: bool) -> None:
    server = EndingServer()
    environment = {"ZEXA_API_KEY": "zx_demo", "ZEXA_BASE_URL": server.url}
    with Program("programs.stale", kind, environment=environment) as program:
        for number, end in enumerate([*ENDS, *ENDS]):
            connection = server.respond(number)
            program.expect(f"msg_{number}")
            if is_frozen:
                program.signal(signal.SIGSTOP)
                _, status = os.waitpid(program.pid, os.WUNTRACED)
                assert os.WIFSTOPPED(status)
            end(connection)
            program.signal(signal.SIGCONT)
        server.respond(2 * len(ENDS)).close()
        program.expect(f"msg_{2 * len(ENDS)}")
    server.listener.close()
