"""`ZEXA_LOG`: the records of this package on stderr, without a line of code."""

from __future__ import annotations

import logging
import warnings

LEVELS = ("debug", "info", "warning", "error")


class _ToStderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes what no other handler would: a program that has set logging up is not to see its records twice."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record, unless somebody else does."""
        others = [handler for handler in logging.getLogger("zexa").handlers if handler is not self]
        if not others and not logging.getLogger().handlers:
            super().emit(record)


def log_to_stderr(level: str) -> None:
    """Lets the logger of this package write to stderr, from this level up."""
    if level.lower() not in LEVELS:
        warnings.warn(f"ZEXA_LOG is {level!r}, which is none of {', '.join(LEVELS)}", stacklevel=3)
        return
    logger = logging.getLogger("zexa")
    logger.setLevel(level.upper())
    handler = _ToStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
