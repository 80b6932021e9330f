"""Python and Node: services that are stopped by signals, and exits with calls in flight."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from orders import Report, compare, compare_ledger, reports_of
from processes import HERE, environment, node
from programs.process import Process, Program
from sandbox import Server


def program(language: str, name: str, server: Server, ledger: Path, *arguments: str) -> Process:
    variables = environment(server, ledger)
    if language == "node":
        return Process([*node(), HERE / "node" / f"{name}.mjs", *arguments], environment=variables)
    return Program(name, *arguments, environment=variables)


def compare_all(server: Server, ledger: Path, lines: list[str]) -> list[Report]:
    """Compare the reports with the sandbox and the ledger. Returns them."""
    reports = reports_of(lines)
    assert compare(server, reports)["sent"] > 5
    compare_ledger(server, ledger, reports)
    return reports


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("language", ["python", "node"])
def test_a_service_is_stopped(server: Server, ledger: Path, language: str, number: int) -> None:
    with program(language, "service", server, ledger) as process:
        lines = [process.line() for _ in range(100)]
        process.signal(number)
        # Ctrl-C ends Python as if it were killed by the signal, with a traceback.
        is_killed = language == "python" and number == signal.SIGINT
        rest = process.end(status=-number if is_killed else 0, errors=None if is_killed else "")
    reports = compare_all(server, ledger, [*lines, *rest.splitlines()])
    # Every call has a result.
    assert all(report.outcome for report in reports)


@pytest.mark.parametrize("way", ["exit", "_exit", "thread", "handler", "SIGTERM"])
def test_exits_of_python(server: Server, ledger: Path, way: str) -> None:
    with program("python", "exits", server, ledger, way) as process:
        lines = [process.line() for _ in range(100)]
        if way in ("handler", "SIGTERM"):
            process.signal(signal.SIGTERM)
        else:
            process.write("\n")
        rest = process.end(status=-signal.SIGTERM if way == "SIGTERM" else 3)
    reports = compare_all(server, ledger, [*lines, *rest.splitlines()])
    assert sum(report.outcome is None for report in reports) <= 5


@pytest.mark.parametrize("way", ["exit", "throw", "SIGTERM", "end"])
def test_exits_of_node(server: Server, ledger: Path, way: str) -> None:
    with program("node", "exits", server, ledger, way) as process:
        lines = [process.line() for _ in range(100)]
        if way == "SIGTERM":
            process.signal(signal.SIGTERM)
        else:
            process.write("\n")
        status = {"SIGTERM": -signal.SIGTERM, "throw": 1}.get(way, 3)
        rest = process.end(status=status, errors=None if way == "throw" else "")
    reports = compare_all(server, ledger, [*lines, *rest.splitlines()])
    unanswered = sum(report.outcome is None for report in reports)
    # Without process.exit(), the process waits for all calls, and for the one that `beforeExit` makes.
    assert unanswered == 0 if way == "end" else unanswered <= 4
    assert any(report.order == "last" for report in reports) == (way == "end")
