"""BullMQ: workers are killed, and their jobs are stalled and run again."""

from __future__ import annotations

import os
import random
from pathlib import Path

import zexa

from checks import Orders, is_settled, phones
from conftest import Engine
from programs.process import Process, until

# A project with copies of the recipes, and the npm packages.
PROJECT = Path(os.environ["ZEXA_TEST_PROJECT"])
JOBS = 300
WORKERS = 2


def node(engine: Engine, program: str, *arguments: str) -> Process:
    command = [os.environ.get("ZEXA_TEST_NODE", "node"), program, *arguments]
    # Shorter than in production, so that the jobs of killed workers run again soon.
    return Process(command, environment={**engine.environment, "LOCK_DURATION": "2000"}, folder=PROJECT)


def test_jobs_of_killed_workers_send_nothing_twice(engine: Engine) -> None:
    moments = random.Random(21)
    kills = sorted(moments.randrange(JOBS * 3 // 4) for _ in range(8))
    # Creates the ledger.
    zexa.Client(**engine.server.options, ledger=engine.ledger).close()
    keys = {phone: f"order-{order}-ready" for order, phone in enumerate(phones(JOBS))}
    with node(engine, "hand_in.mjs", *keys) as program:
        program.end()
    workers = [node(engine, "bullmq_orders.mjs") for _ in range(WORKERS)]
    try:
        for moment in kills:
            engine.wait_for(moment)
            victim = moments.randrange(WORKERS)
            workers[victim].__exit__(None, None, None)
            workers[victim] = node(engine, "bullmq_orders.mjs")
        with zexa.Ledger.open(engine.ledger) as ledger:
            until("all orders are sent or in doubt", lambda: is_settled(ledger, JOBS))
    finally:
        for process in workers:
            process.__exit__(None, None, None)
    orders = Orders.of(engine.server, engine.ledger, keys)
    assert orders.problems() == []
    assert orders.counts()["accepted"] > JOBS / 2
