"""`parse_event()`: valid and invalid payloads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import pytest
import zexa

from examples import MODELS, SMS
from sandbox import Sandbox
from scenarios.objects import disagreements

PAYLOAD = json.dumps(MODELS[zexa.Event]).encode()


@pytest.mark.parametrize(
    "payload",
    [PAYLOAD, PAYLOAD.decode(), bytearray(PAYLOAD), memoryview(PAYLOAD), memoryview(bytearray(PAYLOAD))],
    ids=lambda payload: type(payload).__name__,
)
def test_payload_may_be_bytes_or_text(payload: Any) -> None:
    event = zexa.parse_event(payload)
    assert type(event) is zexa.Event
    assert (event.id, event.event) == ("evt_1", "message.delivered")
    assert event.created_at == datetime(2026, 7, 1, 9, tzinfo=timezone.utc)
    assert event.extra == {"novel": {}}
    assert event == zexa.Event.from_json(PAYLOAD.decode())


def test_non_contiguous_buffer() -> None:
    """For example, every other byte of another buffer."""
    doubled = bytes(byte for byte in PAYLOAD for _ in range(2))
    event = zexa.parse_event(memoryview(doubled)[::2])
    assert event.id == "evt_1"


def test_buffer_can_be_reused() -> None:
    buffer = bytearray(PAYLOAD)
    event = zexa.parse_event(buffer)
    buffer.clear()
    assert event.id == "evt_1"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        "",
        b"event=x",
        b"[]",
        b'"x"',
        b"null",
        b"5",
        b"{",
        b"<html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=lambda payload: ascii(payload[:20]),
)
def test_invalid_payload(payload: Any) -> None:
    with pytest.raises(zexa.DecodeError) as caught:
        zexa.parse_event(payload)
    error = caught.value
    assert (error.kind, error.outcome, error.status, error.attempts) == ("decode", "not_sent", None, 0)


def test_error_does_not_quote_an_invalid_payload() -> None:
    with pytest.raises(zexa.DecodeError) as caught:
        zexa.parse_event(b'"the code is 4711"')
    assert "4711" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize(
    "payload", [None, 5, {"event": "x"}, ["x"], object()], ids=lambda payload: type(payload).__name__
)
def test_payload_of_the_wrong_type_is_named(payload: Any) -> None:
    with pytest.raises(TypeError, match="'payload'"):
        zexa.parse_event(payload)


@pytest.fixture
def posted() -> Iterator[tuple[str, Queue[bytes]]]:
    """A webhook server: its URL, and a queue of the bodies that it receives."""
    bodies: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/zexa", bodies
        server.shutdown()
        thread.join()


def test_events_posted_by_the_sandbox(sandbox: Sandbox, posted: tuple[str, Queue[bytes]]) -> None:
    """Registered with `request()`, because `webhooks.create()` rejects http:// URLs."""
    url, bodies = posted
    server = sandbox.start_server({"state": {"allow_http_webhooks": True}})
    with zexa.Client(**server.options) as client:
        client.request("POST", "/webhooks", body={"url": url, "events": ["*"]})
        sent = client.messages.send(**SMS)
        server.advance(60)
        events = [zexa.parse_event(bodies.get(timeout=10)) for _ in range(bodies.qsize())]
    server.end()
    assert [event for event in events if disagreements(event)] == []
    delivered = [event for event in events if event.event == "message.delivered" and event.message]
    assert [event.message.id for event in delivered if event.message] == [sent.id]
