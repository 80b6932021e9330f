import os
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import GenericAlias, TracebackType
from typing import Any, Generic, Literal, SupportsIndex, TypeAlias, TypeVar, final, overload

from typing_extensions import Never, Self

