"""`parse_event()`."""

from __future__ import annotations

from ._zexa import Event, _parse_event


def parse_event(payload: str | bytes | bytearray | memoryview) -> Event:
    """Read what Zexa posted to a webhook: the body of its request.

    Answer the request with a 2xx soon, or it will be posted again. The first one after registering is a test.

    Raises:
        DecodeError: The payload is not a JSON object.
    """
    return _parse_event(payload)


parse_event.__module__ = "zexa"
