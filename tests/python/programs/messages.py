"""A message to send."""

from __future__ import annotations

from typing import TypedDict


class Sms(TypedDict):
    """The arguments of `messages.send()`."""

    channel: str
    to: str
    from_: str
    body: str


def sms(body: str) -> Sms:
    return {"channel": "sms", "to": "+244912345678", "from_": "ZEXA", "body": body}
