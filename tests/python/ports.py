"""Free ports for servers that others have written."""

from __future__ import annotations

import itertools
import os
import socket

_NUMBERS = itertools.count()


def free_port() -> int:
    """A free port. It is below those that the system assigns, so that nothing else takes it before the service does."""
    start = os.getpid() % 1000 * 10
    while True:
        port = 20_000 + (start + next(_NUMBERS)) % 10_000
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
