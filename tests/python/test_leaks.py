"""Leaks: what is done many times leaves nothing behind."""

from __future__ import annotations

import json

import pytest

from programs.process import CARELESS, run
from sandbox import Sandbox

# Of each time. The least that malloc() gives is 32, so nothing can leak less.
MOST_BYTES = 24
# What of it is kept by chance.
SLACK = 10_000
# Each loop of asyncio leaves some behind for a while, without any of this package.
MOST_BYTES_OF_A_LOOP = 50

CASES = {
    "sending": [],
    "sending_with_everything": [],
    "failing": [],
    "unreachable": [],
    "clients": [],
    "async_clients": [],
    "listing": [],
    "objects": [],
    "awaiting": [],
    "cancelling": [{"path": "/credits", "times": 0, "then": "stall"}],
    "async_listing": [],
    "loops": [],
}


@pytest.mark.parametrize("case", CASES)
def test_no_leaks(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 30, "credits": 1_000_000}, "faults": CASES[case]})
    environment = {"PYTHONMALLOC": "malloc"}
    told = json.loads(run("programs.leaks", case, server=server, flags=CARELESS, environment=environment))
    server.end()
    grown, times = told["grown"], told["times"]
    bytes_of_each = MOST_BYTES_OF_A_LOOP if case == "loops" else MOST_BYTES
    most = {"bytes": times * bytes_of_each + SLACK, "resident": 4 << 20, "files": 0, "threads": 0}
    wrong = {name: value for name, value in grown.items() if value > most.get(name, times // 2)}
    # As wrong as one that is never given back is one that is given back twice.
    wrong |= {name: value for name, value in grown.items() if name.startswith("references") and -value > times // 2}
    assert wrong == {}, f"after {times} times"
