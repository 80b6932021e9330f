"""`ZEXA_LOG`: logs to stderr without code."""

from __future__ import annotations

import logging
import warnings

LEVELS = ("debug", "info", "warning", "error")


class _ToStderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes records only if no other handler does, so that programs with a logging setup see no duplicates."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, unless another handler does."""
        others = [handler for handler in logging.getLogger("zexa").handlers if handler is not self]
        if not others and not logging.getLogger().handlers:
            super().emit(record)


def log_to_stderr(level: str) -> None:
    """Make the logger `zexa` write records of at least this level to stderr."""
    if level.lower() not in LEVELS:
        warnings.warn(f"ZEXA_LOG must be one of {', '.join(LEVELS)}, got {level!r}", stacklevel=3)
        return
    logger = logging.getLogger("zexa")
    logger.setLevel(level.upper())
    handler = _ToStderr()
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
