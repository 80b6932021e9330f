"""`parse_event()`."""

from __future__ import annotations

from ._zexa import Event, _parse_event


def parse_event(payload: str | bytes | bytearray | memoryview) -> Event:
    """Parse the body of a request that Zexa posted to a webhook.

    Respond to the request with a 2xx status soon: Zexa may post the event again. The same event may arrive more than once,
    with the same `Event.id`. Zexa starts with a test event, which is not about a message.

    The API documents no signature, so this function does not authenticate the sender.

    Args:
        payload: The body of the request, unchanged.

    Raises:
        DecodeError: The payload is not a JSON object.
    """
    return _parse_event(payload)


parse_event.__module__ = "zexa"
