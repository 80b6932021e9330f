"""Fixtures: a sandbox for the whole run, and for each test a server of it and clients for that server."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zexa

from sandbox import Sandbox, Server
from scenarios.files import PLAYED, summary

ROOT = Path(__file__).resolve().parents[2]
# The report of a worker of pytest-xdist on the scenarios that it played: the name under which it is sent, and where it is kept.
PLAYED_BY_WORKER = "scenarios"
REPORT = pytest.StashKey[str]()
# What would change how clients behave.
FOREIGN = ("ZEXA_API_KEY", "ZEXA_BASE_URL", "ZEXA_LOG", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """No test depends on the environment that it happens to be run in."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        # Whoever runs this in the background ignores it, and what is ignored is inherited.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        yield


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The program that ZEXA_SANDBOX names, or else the one that `cargo build -p zexa-sandbox` has made."""
    program = Path(os.environ.get("ZEXA_SANDBOX") or ROOT / "target" / "debug" / "zexa-sandbox")
    if not program.exists():
        pytest.exit(f"{program} is lacking: cargo build -p zexa-sandbox, or say in ZEXA_SANDBOX where it is", 2)
    running = Sandbox(program)
    yield running
    running.end()


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    """A server of this test alone."""
    server = sandbox.start_server()
    yield server
    server.end()


@pytest.fixture
def client(server: Server) -> Iterator[zexa.Client]:
    """A blocking client of the server."""
    with zexa.Client(**server.options) as client:
        yield client


@pytest.fixture
def async_client(server: Server) -> Iterator[zexa.AsyncClient]:
    """An async client of the server, closed when the test is over."""
    client = zexa.AsyncClient(**server.options)
    yield client
    asyncio.run(client.close())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Reports how many scenarios were played: to the main process, if this is a worker of pytest-xdist."""
    if played := session.config.stash.get(PLAYED, None):
        getattr(session.config, "workeroutput", {})[PLAYED_BY_WORKER] = summary(played)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes the report of a worker of pytest-xdist."""
    if report := getattr(node, "workeroutput", {}).get(PLAYED_BY_WORKER):
        node.config.stash[REPORT] = report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how many scenarios were played."""
    stash = terminalreporter.config.stash
    played = stash.get(PLAYED, None)
    if report := summary(played) if played else stash.get(REPORT, ""):
        terminalreporter.write_line(report)
