"""Bulk runs in processes of their own: Ctrl-C, kills, forks, and the memory of a long run."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from programs.process import Program, run
from runs import SLOW, recipients
from sandbox import Server


def last_report(output: str) -> Any:
    """The last line of output, which is JSON."""
    return json.loads(output.splitlines()[-1])


def resumed(server: Server, ledger: Path, count: int) -> dict[str, int]:
    """Run the same rows again. Returns the number of results of each kind."""
    counts: dict[str, int] = last_report(run("programs.bulk", "sending", str(ledger), str(count), server=server))
    assert sum(counts.values()) == count
    return counts


def test_ctrl_c_waits_for_the_rows_in_flight(server: Server, ledger: Path) -> None:
    server.fault(**SLOW)
    with Program("programs.bulk", "interrupted", str(ledger), server=server) as program:
        program.expect("sending")
        server.requests(at_least=4)
        program.signal(signal.SIGINT)
        program.expect("interrupted")
        report = program.report()
        stats = program.report()
        program.end()
    assert report["raised"] == ["KeyboardInterrupt", "cancelled"]
    assert stats == {"pulled": len(report["outcomes"]), "in_flight": 0}
    assert set(report["outcomes"]) <= {"accepted", "not_sent"}
    assert report["outcomes"].count("accepted") == len(recipients(server)) >= 4


def test_a_second_ctrl_c_cancels_the_rows_in_flight(server: Server, ledger: Path) -> None:
    server.fault(process=True, then="stall", times=0)
    with Program("programs.bulk", "interrupted", str(ledger), server=server) as program:
        program.expect("sending")
        server.requests(at_least=4)
        for _ in range(2):
            # Not during the handler of the first signal: it would raise one exception for both.
            program.wait_until_blocked()
            program.signal(signal.SIGINT)
            program.expect("interrupted")
        report = program.report()
        program.report()
        program.end()
    assert report == {"outcomes": ["unknown"] * 4, "raised": ["KeyboardInterrupt", "cancelled"]}
    server.reset_faults()
    # The rows were not answered before the process ended.
    assert resumed(server, ledger, 20) == {"in_doubt": 4, "sent": 16}
    assert len(recipients(server)) == 20


def test_ctrl_c_in_the_source(server: Server) -> None:
    with Program("programs.bulk", "interrupted_in_source", server=server) as program:
        program.expect("waiting")
        server.requests(at_least=3)
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        assert program.report() == {"outcomes": ["accepted"] * 3, "raised": ["KeyboardInterrupt", "source"]}
        program.end()


def test_ctrl_c_after_the_source_has_failed(server: Server) -> None:
    server.fault(process=True, then="stall", times=0)
    with Program("programs.bulk", "interrupted_after_source", server=server) as program:
        program.expect("failing")
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        assert program.report() == {"outcomes": ["unknown"] * 3, "raised": ["KeyboardInterrupt", "LookupError"]}
        program.end()


def test_ctrl_c_in_the_block(server: Server, ledger: Path) -> None:
    server.fault(**SLOW)
    with Program("programs.bulk", "in_block", str(ledger), server=server) as program:
        program.expect("taken")
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        program.end(-signal.SIGINT, errors=None)
    sent = len(recipients(server))
    # Everything was recorded before the process ended.
    assert resumed(server, ledger, 20) == {"replayed": sent, "sent": 20 - sent}


def test_a_killed_run_is_resumed(server: Server, ledger: Path) -> None:
    server.fault(method="POST", process=True, delay=0.05, times=0)
    with Program("programs.bulk", "sending", str(ledger), "200", server=server) as program:
        program.expect("sending")
        server.requests(at_least=40)
        program.signal(signal.SIGKILL)
        program.end(-signal.SIGKILL)
    counts = resumed(server, ledger, 200)
    assert counts.get("in_doubt", 0) <= 8
    assert counts["replayed"] >= 20
    # Rows in doubt may have been sent.
    assert 200 - counts.get("in_doubt", 0) <= len(recipients(server)) <= 200


def test_exit_does_not_wait_for_the_run(server: Server, ledger: Path) -> None:
    server.fault(method="POST", skip=1, process=True, then="stall", times=0)
    assert run("programs.bulk", "exiting", str(ledger), server=server) == "exiting\n"
    server.reset_faults()
    counts = resumed(server, ledger, 20)
    assert counts.pop("in_doubt", 0) <= 4
    assert 1 <= counts["replayed"] <= 8


def test_a_forked_child_cannot_use_the_run(server: Server, ledger: Path) -> None:
    assert last_report(run("programs.bulk", "forked", str(ledger), server=server)) == {"accepted": 100, "pulled": 100}
    assert len(recipients(server)) == 110


def test_worker_processes_during_a_run(server: Server, ledger: Path) -> None:
    report = last_report(run("programs.bulk", "with_workers", str(ledger), server=server))
    assert report == {"outcomes": ["accepted"] * 10, "raised": None}
    bodies = sorted(message["body"] for message in server.messages())
    assert bodies == sorted([f"Hello {number}" for number in range(10)] + ["from a worker"] * 10)


def test_a_fork_while_a_thread_waits_for_a_result(server: Server, ledger: Path) -> None:
    server.fault(**SLOW)
    report = last_report(run("programs.bulk", "forked_during_a_step", str(ledger), server=server))
    assert report == {"outcomes": ["accepted"] * 8, "raised": None}


def test_a_child_that_outlives_its_killed_parent(server: Server, ledger: Path) -> None:
    server.fault(method="POST", process=True, delay=0.05, times=0)
    with Program("programs.bulk", "parent_killed", str(ledger), server=server) as program:
        program.expect("sending")
        server.requests(at_least=20)
        os.kill(program.pid, signal.SIGKILL)
        # The child does not keep the locks of its parent.
        program.expect("child ends")
        program.end(-signal.SIGKILL)
    counts = resumed(server, ledger, 100)
    assert counts.get("in_doubt", 0) <= 8
    recipients(server)


def test_memory_does_not_grow_with_the_rows(server: Server) -> None:
    server.set_credits(1e6)
    report = last_report(run("programs.bulk", "long", "20000", server=server))
    # Eight bytes for the key of each row, and the noise of the allocators.
    assert report["grown"] < 4_000_000, report
