"""Celery: processes of the pool are recycled and killed, and the worker is restarted, while tasks send messages."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import Celery
from celery.result import AsyncResult

from orders import Report, compare, compare_ledger
from processes import children, environment, kill
from programs.process import TIMEOUT, Process, Program, until
from redis_server import redis
from sandbox import Server

TASKS = 100
PROCESSES = 3


class Shop:
    """Hands in orders as tasks, and starts workers for them."""

    def __init__(self, server: Server, ledger: Path, url: str):
        broker, backend = f"{url}/0", f"{url}/1"
        self._environment = {
            **environment(server, ledger),
            "CELERY_BROKER": broker,
            "CELERY_BACKEND": backend,
        }
        self._app = Celery(broker=broker, backend=backend)
        self._results: dict[str, AsyncResult] = {}

    def hand_in(self, count: int) -> None:
        for number in range(count):
            order = f"order-{number}"
            self._results[order] = self._app.send_task("celery_tasks.ready", [order])

    def wait_for(self, count: int) -> None:
        until(f"{count} tasks have ended", lambda: sum(result.ready() for result in self._results.values()) >= count)

    def reports(self) -> list[Report]:
        """What all tasks have returned, when they have ended."""
        return [Report.of_json(order, result.get(timeout=TIMEOUT)) for order, result in self._results.items()]

    @contextmanager
    def worker(self) -> Iterator[Process]:
        options = [
            "--concurrency",
            str(PROCESSES),
            "--max-tasks-per-child",
            "10",
            "--without-gossip",
            "--without-mingle",
        ]
        arguments = ["-A", "celery_tasks", "worker", *options, "--loglevel", "INFO"]
        with Program("celery", *arguments, flags=(), environment=self._environment) as worker:
            yield worker

    def close(self) -> None:
        self._app.close()


def test_processes_are_recycled_and_killed_and_tasks_are_delivered_again(stalling_server: Server, ledger: Path) -> None:
    with redis() as url:
        shop = Shop(stalling_server, ledger, url)
        with shop.worker() as worker:
            shop.hand_in(TASKS)
            for count in (20, 60):
                shop.wait_for(count)
                until("a process runs", lambda: bool(children(worker.pid)))
                kill(children(worker.pid))
            # A warm shutdown: the tasks in progress end, and the others stay in the queue.
            worker.signal(signal.SIGTERM)
            worker.end(errors=None)
            assert "Fatal Python error" not in worker.errors()
            assert "WorkerLostError" in worker.errors()
        with shop.worker() as worker:
            reports = shop.reports()
            worker.signal(signal.SIGTERM)
            worker.end(errors=None)
        shop.close()
    counts = compare(stalling_server, reports)
    assert counts["sent"] > TASKS / 2
    # A task that was killed in a call is delivered again, and finds its order in doubt.
    doubts = [report for report in reports if report.kind == "in_doubt"]
    rows = compare_ledger(stalling_server, ledger, reports)
    assert rows.total() == TASKS and rows["in_doubt"] >= len(doubts) > 0
