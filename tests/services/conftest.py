"""Fixtures: for each test a server that injects faults, a folder and a ledger. The others are those of the Python tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import environment, sandbox
from orders import FAULTS
from sandbox import Sandbox, Server

__all__ = ["environment", "sandbox"]


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
