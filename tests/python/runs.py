"""Bulk runs of tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import zexa

from sandbox import Server

# A fault that holds the answer of each message for a while.
SLOW: dict[str, Any] = {"method": "POST", "process": True, "delay": 0.3, "times": 0}


def run(client: zexa.Client, source: Iterable[Any], **options: Any) -> list[zexa.SendResult]:
    return list(client.messages.send_many(source, **options))


def recipients(server: Server) -> list[str]:
    """The recipients of all messages. Nobody got two."""
    found = [message["to"] for message in server.messages()]
    assert len(found) == len(set(found))
    return found
