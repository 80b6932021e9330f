"""The Python client of the Zexa messaging API: SMS, WhatsApp, Telegram, email and Slack.

    import zexa

    client = zexa.Client()  # reads ZEXA_API_KEY
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
    print(message.id, message.status)

`Client` is the blocking client, and `AsyncClient` has the same operations for asyncio. Their properties group the
operations: `messages`, `sender_ids`, `campaigns`, `contacts`, `webhooks` and `credits`. `parse_event()` reads what Zexa
posts to a webhook.

A failed call raises a subclass of `ZexaError`, whose `outcome` says whether the request may have taken effect. The client
never sends a message twice, unless the option `retry_ambiguous` permits it.
"""

import os as _os

# GENERATED: the imports

# For type checkers only: importing `typing` takes longer than importing the rest of this package.
TYPE_CHECKING = False
if TYPE_CHECKING:
    # GENERATED: the types

# GENERATED: the names

if not TYPE_CHECKING:
    # `typing.get_type_hints()` evaluates the annotations of a class in the module that `__module__` names.
    from ._lazy import types as _types  # noqa: F401

    def __getattr__(name: str) -> object:
        """Import the literal types, such as `zexa.Channel`, when they are first used."""
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
