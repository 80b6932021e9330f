"""Celery with Redis: processes of the pool and whole workers are killed, and their tasks are delivered again."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from pathlib import Path

import redis
import zexa
from celery import Celery

from checks import Orders, is_settled, phones, unsettled
from conftest import Engine
from processes import children, is_alive, kill
from programs.process import Process, until

RECIPES = Path(__file__).resolve().parent / "recipes"
TASKS = 300
WORKERS = 2
PROCESSES = 3


def worker(engine: Engine) -> Process:
    """Start a worker with its pool, as the first line of the recipe says."""
    options = ["--concurrency", str(PROCESSES), "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    # Shorter than in production, so that the tasks of killed workers are delivered again soon.
    environment = {**engine.environment, "VISIBILITY_TIMEOUT": "20"}
    command = [sys.executable, "-m", "celery", "-A", "celery_orders", "worker", *options]
    return Process(command, environment=environment, folder=RECIPES)


def hand_in(engine: Engine, orders: Iterable[tuple[int, str]]) -> None:
    with Celery(broker=engine.broker) as app:
        for order, phone in orders:
            app.send_task("celery_orders.ready", [order, phone], ignore_result=True)


def supervise(engine: Engine, workers: list[Process]) -> None:
    """Start workers again that have ended by themselves, as a supervisor does. A crash of the library is a failure."""
    for index, process in enumerate(workers):
        if not is_alive(process.pid):
            print(errors := process.errors())
            assert "Fatal Python error" not in errors and "panicked" not in errors
            process.__exit__(None, None, None)
            workers[index] = worker(engine)


def pool(engine: Engine, workers: list[Process], index: int) -> list[int]:
    """The processes of a worker, when it has started all of them. While it starts, it has other children for a moment."""
    found: list[int] = []

    def are_running() -> bool:
        supervise(engine, workers)
        found[:] = sorted(children(workers[index].pid))
        return len(found) == PROCESSES

    until("the processes run", are_running)
    return found


def is_idle(engine: Engine, workers: list[Process]) -> bool:
    """Whether the broker has no task, waiting or delivered."""
    supervise(engine, workers)
    with redis.Redis.from_url(engine.broker) as broker:
        return not broker.llen("celery") and not broker.hlen("unacked")


def test_killed_processes_and_workers_send_nothing_twice(engine: Engine) -> None:
    moments = random.Random(20)
    kills = sorted(moments.randrange(TASKS * 3 // 4) for _ in range(8))
    keys = {phone: f"order-{order}-ready" for order, phone in enumerate(phones(TASKS))}
    # Creates the ledger.
    zexa.Client(**engine.server.options, ledger=engine.ledger).close()
    workers = [worker(engine) for _ in range(WORKERS)]
    try:
        # Every tenth order is handed in twice.
        orders = list(enumerate(phones(TASKS)))
        hand_in(engine, [*orders, *orders[::10]])
        for number, moment in enumerate(kills):
            engine.wait_for(moment)
            victim = moments.randrange(WORKERS)
            if number % 2:
                # A process of the pool: its task returns to the queue immediately.
                kill([moments.choice(pool(engine, workers, victim))])
            else:
                # The whole worker: its tasks are delivered again after the visibility timeout.
                workers[victim].__exit__(None, None, None)
                workers[victim] = worker(engine)
        with zexa.Ledger.open(engine.ledger) as ledger:
            # The task of a worker that was killed is sometimes in no queue of Celery. Such orders are handed in again.
            while not is_settled(ledger, TASKS):
                until("no task is left", lambda: is_idle(engine, workers) or is_settled(ledger, TASKS))
                left = unsettled(ledger, keys.values())
                hand_in(engine, [(order, phone) for order, phone in orders if keys[phone] in left])
    finally:
        for process in workers:
            process.__exit__(None, None, None)
    found = Orders.of(engine.server, engine.ledger, keys)
    assert found.problems() == []
    assert found.counts()["accepted"] > TASKS / 2
