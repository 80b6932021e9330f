"""The client of the Zexa messaging API: SMS, WhatsApp, Telegram, email and Slack.

    import zexa

    client = zexa.Client()  # ZEXA_API_KEY
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
    print(message.id, message.status)

`AsyncClient` has the same operations for asyncio. Every failure is a `ZexaError`, whose `outcome` says how far the request
got. A message is never sent twice by this package.
"""

import os as _os

# GENERATED: the imports

# Read by type checkers alone: importing `typing` takes longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    # GENERATED: the types

# GENERATED: the names

if not TYPE_CHECKING:
    # For `typing.get_type_hints()`, which evaluates the annotations of a class in the module that the class names.
    from ._lazy import types as _types  # noqa: F401

    def __getattr__(name: str) -> object:
        """The names that the API has for things, as types: `zexa.Channel` and the like."""
        if not name.startswith("_"):
            from . import _literals

            if name in _literals.__all__:
                return getattr(_literals, name)
        raise AttributeError(f"module 'zexa' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted(__all__)


if _os.environ.get("ZEXA_LOG"):
    from ._logging import log_to_stderr as _log_to_stderr

    _log_to_stderr(_os.environ["ZEXA_LOG"])
