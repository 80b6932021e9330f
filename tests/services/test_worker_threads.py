"""Worker threads of Node are terminated with calls in flight, and replaced."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orders import Report, compare, compare_ledger
from processes import HERE, environment, node
from programs.process import Process
from sandbox import Server

ROUNDS, ORDERS = 8, 20


@pytest.mark.parametrize("with_ledger", [False, True], ids=["plain", "ledger"])
def test_threads_are_terminated(server: Server, ledger: Path, with_ledger: bool) -> None:
    variables = environment(server, ledger if with_ledger else None)
    told = []
    with Process([*node(), HERE / "node" / "workers.mjs"], environment=variables) as program:
        for number in range(ROUNDS):
            program.write("".join(f"order-{number}-{order}\n" for order in range(ORDERS)))
            # The others are queued or in flight.
            told += [program.report() for _ in range(5)]
            program.write("terminate\n")
        told += [json.loads(line) for line in program.end().splitlines()]
    reports = [Report.of_json(one["order"], one) for one in told]
    assert len(reports) == ROUNDS * ORDERS
    counts = compare(server, reports)
    assert counts["None"] > 0 and counts["sent"] > 0
    if with_ledger:
        # The library records the results of calls that a terminated thread has started, as long as the process lives.
        compare_ledger(server, ledger, reports)
