"""C: a process with threads that forks while they send, a service that is stopped, and exits with calls in flight."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from orders import compare, compare_ledger, reports_of
from processes import HERE, environment
from programs.process import Process
from sandbox import Server


def program(name: str) -> Path:
    """A compiled program of the folder `c`: in ZEXA_TEST_PROGRAMS, else where `cargo xtask test services` compiles it."""
    folder = os.environ.get("ZEXA_TEST_PROGRAMS") or HERE.parents[1] / "target" / "c" / "services"
    return Path(folder) / f"{name}-c"


@pytest.mark.parametrize("with_ledger", [False, True], ids=["plain", "ledger"])
def test_a_process_with_threads_forks(server: Server, ledger: Path, with_ledger: bool) -> None:
    variables = environment(server, ledger if with_ledger else None)
    with Process([program("forks")], environment=variables) as process:
        reports = reports_of(process.end().splitlines())
    counts = compare(server, reports)
    # Six children were killed.
    assert counts["sent"] > 50 and counts["None"] <= 6
    assert {report.kind for report in reports} <= {None, "server", "connect", "decode", "validation"}
    if with_ledger:
        compare_ledger(server, ledger, reports)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_is_stopped(server: Server, ledger: Path, number: int) -> None:
    with Process([program("service")], environment=environment(server, ledger)) as process:
        lines = [process.line() for _ in range(100)]
        process.signal(number)
        reports = reports_of([*lines, *process.end().splitlines()])
    counts = compare(server, reports)
    # Every call has a result.
    assert counts["None"] == 0 and counts["sent"] > 10
    assert sum(report.kind == "cancelled" for report in reports) == 4
    compare_ledger(server, ledger, reports)


@pytest.mark.parametrize("way", ["main", "thread", "handler", "sends", "closes"])
def test_exit_with_calls_in_flight(server: Server, ledger: Path, way: str) -> None:
    with Process([program("exits"), way], environment=environment(server, ledger)) as process:
        lines = [process.line() for _ in range(60)]
        process.write("x")
        reports = reports_of([*lines, *process.end(status=3).splitlines()])
    counts = compare(server, reports)
    assert counts["sent"] > 5 and counts["None"] <= 5
    compare_ledger(server, ledger, reports)
    if way == "sends":
        (last,) = (report for report in reports if report.order == "last")
        assert last.outcome is not None
