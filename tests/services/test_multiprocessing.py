"""multiprocessing: processes of a pool are replaced under load, with each start method."""

from __future__ import annotations

import json

import pytest

from orders import Report, compare
from processes import HERE, environment
from programs.process import Program
from sandbox import Server

ORDERS = 90


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_a_pool_are_replaced(server: Server, method: str) -> None:
    with Program(
        "pool", method, str(ORDERS), flags=(), environment=environment(server), folder=HERE / "python"
    ) as program:
        told = [json.loads(line) for line in program.end().splitlines()]
    reports = [Report.of_json(one["order"], one) for one in told]
    assert len(reports) == ORDERS
    assert compare(server, reports)["sent"] > ORDERS / 2
