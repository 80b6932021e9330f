"""The names used in annotations. `_lazy` imports this module when an annotation is evaluated."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._literals import Kind, Outcome

if TYPE_CHECKING:
    from typing_extensions import Self
elif sys.version_info >= (3, 11):
    from typing import Self
else:
    Self = Any

__all__ = ["Any", "FinalStatus", "Kind", "Mapping", "Outcome", "Resend", "Self"]

FinalStatus: TypeAlias = Literal["final"]
"""Any final status: the default of the argument `until` of `wait()`."""

Resend: TypeAlias = Literal["report", "send"]
"""What a bulk run does with rows whose outcome is unknown, or that were rejected."""
