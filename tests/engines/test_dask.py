"""Dask: the rows of a Parquet file are sent by several processes, which are killed at random moments."""

from __future__ import annotations

import random
import sys
from ast import literal_eval
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from checks import Orders, phones
from conftest import Engine
from processes import children, kill
from programs.process import Process, until

RECIPE = Path(__file__).resolve().parent / "recipes" / "dask_orders.py"
ROWS = 1000
GROUP = ROWS // 20
KILLS = 6


def write(path: Path) -> dict[str, str]:
    """Write a file with one row per message. Returns the keys by recipient."""
    keys = {phone: f"order-{order}-ready" for order, phone in enumerate(phones(ROWS))}
    table = pa.table(
        {"idempotency_key": list(keys.values()), "to": list(keys), "body": ["Your order is ready."] * ROWS}
    )
    pq.write_table(table, path, row_group_size=GROUP)
    return keys


def workers(pid: int) -> list[int]:
    """The processes that Dask has started, without those that serve multiprocessing."""
    return [child for child in sorted(children(pid)) if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_killed_workers_send_nothing_twice(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "orders.parquet"
    keys = write(file)
    moments = random.Random(22)
    kills = sorted(moments.randrange(ROWS * 3 // 4) for _ in range(KILLS))
    with Process([sys.executable, RECIPE, file], environment=engine.environment) as program:
        for moment in kills:
            engine.wait_for(moment)
            until("a worker runs", lambda: bool(workers(program.pid)))
            kill([moments.choice(workers(program.pid))])
        printed = dict(map(literal_eval, program.end(errors=None).splitlines()))
    orders = Orders.of(engine.server, engine.ledger, keys)
    assert orders.problems() == []
    assert {
        key: {"accepted": "accepted", "unknown": "in_doubt"}[outcome] for key, outcome in printed.items()
    } == orders.states
    assert orders.counts()["accepted"] > ROWS / 2
    # A second run sends nothing.
    requests = engine.server.state()["requests"]
    with Process([sys.executable, RECIPE, file], environment=engine.environment) as program:
        assert dict(map(literal_eval, program.end(errors=None).splitlines())) == printed
    assert engine.server.state()["requests"] == requests
