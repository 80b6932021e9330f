"""BullMQ: workers are killed while jobs send messages. Their jobs are stalled, and run again on another worker."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from orders import Report, compare, compare_ledger
from processes import HERE, environment, node
from programs.process import Process
from redis_server import redis
from sandbox import Server

JOBS = 150


def test_jobs_of_killed_workers_run_again(stalling_server: Server, ledger: Path) -> None:
    with redis() as url:
        variables = {**environment(stalling_server, ledger), "REDIS": url, "LOCK_DURATION": "2000"}

        def program(name: str, *arguments: str) -> Process:
            return Process([*node(), HERE / "node" / name, *arguments], environment=variables)

        told = []
        with program("bullmq_orders.mjs", str(JOBS)) as orders:
            for _ in range(3):
                with program("bullmq.mjs") as worker:
                    worker.expect("ready")
                    told += [orders.report() for _ in range(15)]
                    worker.signal(signal.SIGKILL)
                    worker.end(status=-signal.SIGKILL)
            with program("bullmq.mjs") as worker:
                worker.expect("ready")
                told += [json.loads(line) for line in orders.end().splitlines()]
                worker.signal(signal.SIGTERM)
                worker.end()
    reports = [Report.of_json(one["order"], one) for one in told]
    assert {report.order for report in reports} == {f"order-{number}" for number in range(JOBS)}
    counts = compare(stalling_server, reports)
    assert counts["sent"] > JOBS / 2
    doubts = [report for report in reports if report.kind == "in_doubt"]
    rows = compare_ledger(stalling_server, ledger, reports)
    assert rows.total() == JOBS and rows["in_doubt"] >= len(doubts) > 0
