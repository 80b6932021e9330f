"""Fixtures: a sandbox for the whole run, and a server and clients for each test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zexa

from fixtures import environment, sandbox
from sandbox import Sandbox, Server
from scenarios.files import PLAYED, summary

ROOT = Path(__file__).resolve().parents[2]
# The report of a pytest-xdist worker on its scenarios: the name under which it is sent, and the key under which it is stored.
PLAYED_BY_WORKER = "scenarios"
REPORT = pytest.StashKey[str]()

__all__ = ["environment", "sandbox"]


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    """A server for one test."""
    server = sandbox.start_server()
    yield server
    server.end()


@pytest.fixture
def client(server: Server) -> Iterator[zexa.Client]:
    """A blocking client for the server."""
    with zexa.Client(**server.options) as client:
        yield client


@pytest.fixture
def async_client(server: Server) -> Iterator[zexa.AsyncClient]:
    """An async client for the server, closed after the test."""
    client = zexa.AsyncClient(**server.options)
    yield client
    asyncio.run(client.close())


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """The path of a ledger that does not exist yet."""
    return tmp_path / "june.db"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Report the number of scenarios to the main process, if this is a pytest-xdist worker."""
    if played := session.config.stash.get(PLAYED, None):
        getattr(session.config, "workeroutput", {})[PLAYED_BY_WORKER] = summary(played)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Store the report of a pytest-xdist worker."""
    if report := getattr(node, "workeroutput", {}).get(PLAYED_BY_WORKER):
        node.config.stash[REPORT] = report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the number of scenarios that were played."""
    stash = terminalreporter.config.stash
    played = stash.get(PLAYED, None)
    if report := summary(played) if played else stash.get(REPORT, ""):
        terminalreporter.write_line(report)
