"""Fixtures of the Python tests, and of those of the services."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from scenarios.files import sandbox_program

# Environment variables that would affect clients.
VARIABLES = ("ZEXA_API_KEY", "ZEXA_BASE_URL", "ZEXA_LOG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """Remove the environment variables that would affect tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        # A background job inherits that the signal is ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The running program."""
    running = Sandbox(sandbox_program())
    yield running
    running.end()
