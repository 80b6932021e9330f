"""Fixtures: a sandbox for the whole run, and for each test a server that injects faults, a folder and a ledger."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders import FAULTS
from sandbox import Sandbox, Server
from scenarios.files import sandbox_program

# Environment variables that would affect clients.
VARIABLES = ("ZEXA_API_KEY", "ZEXA_BASE_URL", "ZEXA_LOG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session", autouse=True)
def environment() -> None:
    """Remove the environment variables that would affect clients."""
    # A background job inherits that the signal is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in VARIABLES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The running program."""
    running = Sandbox(sandbox_program())
    yield running
    running.end()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    """A server that delays all messages a little, and injects a fault into some requests."""
    server = sandbox.start_server({"state": {"credits": 1e6}, "faults": FAULTS})
    yield server
    server.end()


@pytest.fixture
def stalling_server(sandbox: Sandbox) -> Iterator[Server]:
    """The same, but the first message is not answered, so that one call is in flight when the first workers are killed."""
    faults = [{"method": "POST", "process": True, "then": "stall"}, *FAULTS]
    server = sandbox.start_server({"state": {"credits": 1e6}, "faults": faults})
    yield server
    server.end()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger that does not exist yet."""
    return tmp_path / "orders.db"
