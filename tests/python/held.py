"""A server that receives messages, and responds only when the test says so."""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox import TIMEOUT, Server


class HeldServer(Server):
    """A server whose responses wait for `respond()`."""

    def __init__(self) -> None:
        held = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                response = held.take(message)
                try:
                    self.send_response(201)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(response)))
                    self.end_headers()
                    self.wfile.write(response)
                except OSError:
                    # The program was killed.
                    self.close_connection = True

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self._arrived: queue.Queue[str] = queue.Queue()
        self._responses = threading.Semaphore(0)
        # The texts of the messages so far.
        self.bodies: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        url = f"http://127.0.0.1:{self._server.server_port}/v1"
        super().__init__({"url": url, "api_key": "zx_test_held", "control": url})
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def take(self, message: dict[str, Any]) -> bytes:
        """Wait for `respond()`, and return the response to a message."""
        self.bodies.append(message["body"])
        self._arrived.put(message["body"])
        self._responses.acquire()
        return json.dumps({**message, "id": f"msg_of_{message['body']}", "status": "queued"}).encode()

    def next_body(self) -> str:
        """Wait for the next message, and return its text."""
        return self._arrived.get(timeout=TIMEOUT)

    def respond(self) -> None:
        """Let one message have its response: one that waits, or the next one."""
        self._responses.release()

    def end(self) -> None:
        for _ in self.bodies:
            self.respond()
        self._server.shutdown()
        self._server.server_close()
