"""The rows of bulk runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zexa


def rows(count: int, start: int = 0) -> Iterator[zexa.SendMessageRow]:
    """Messages to different people, each with a key."""
    for number in range(start, start + count):
        yield {
            "channel": "sms",
            "to": f"+2449230{number:05}",
            "from_": "ZEXA",
            "body": f"Hello {number}",
            "idempotency_key": f"june-{number}",
        }


def contacts(count: int) -> Iterator[zexa.CreateContactRow]:
    for number in range(count):
        yield {"name": "Ana", "phone": f"+2449240{number:05}"}
