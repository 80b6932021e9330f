"""The client of the Zexa messaging API: SMS, WhatsApp, Telegram, email and Slack.

    import zexa

    client = zexa.Client()  # ZEXA_API_KEY
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
    print(message.id, message.status)

`AsyncClient` has the same operations for asyncio. Every failure is a `ZexaError`, whose `outcome` says how far the request
got. A message is never sent twice by this package.
"""

from __future__ import annotations

import os

from . import _errors, _zexa
from ._errors import *
from ._zexa import *
from ._zexa import __version__ as __version__

__all__ = ["__version__"]
__all__ += _errors.__all__
__all__ += _zexa.__all__

# Read by type checkers alone: importing `typing` takes longer than everything else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import _literals
    from ._literals import *

    __all__ += _literals.__all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The names that the API has for things, as types: `zexa.Channel` and the like."""
        if not name.startswith("_"):
            from . import _literals

            if name in _literals.__all__:
                return getattr(_literals, name)
        raise AttributeError(f"module 'zexa' has no attribute {name!r}")

    def __dir__() -> list[str]:
        from . import _literals

        return sorted([*__all__, *_literals.__all__])


if os.environ.get("ZEXA_LOG"):
    from ._logging import log_to_stderr

    log_to_stderr(os.environ["ZEXA_LOG"])
