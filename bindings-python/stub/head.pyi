import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import GenericAlias, TracebackType
from typing import Any, ClassVar, Generic, Literal, SupportsIndex, TypeVar, final, overload

from typing_extensions import Self, TypeAlias

