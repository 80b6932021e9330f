"""The names used in annotations. `_lazy` imports this module when an annotation is evaluated."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._literals import CampaignStatus, Channel, EventName, Kind, MessageStatus, Outcome, SenderIdStatus

if TYPE_CHECKING:
    from typing_extensions import Self
elif sys.version_info >= (3, 11):
    from typing import Self
else:
    Self = Any

__all__ = [
    "Any",
    "CampaignStatus",
    "Channel",
    "EventName",
    "FinalStatus",
    "Kind",
    "Mapping",
    "MessageStatus",
    "Outcome",
    "Query",
    "Seconds",
    "Self",
    "SenderIdStatus",
    "Sequence",
    "datetime",
]

Seconds: TypeAlias = float | timedelta
"""A duration: seconds or a `timedelta`."""
Query: TypeAlias = Mapping[str, str | int | float | Sequence[str | int | float]]
"""Query parameters. A sequence repeats a parameter."""
FinalStatus: TypeAlias = Literal["final"]
"""Any final status: the default of the argument `until` of `wait()`."""
