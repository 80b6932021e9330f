"""Leaks: repeated operations leave no memory, objects, references, files or threads behind."""

from __future__ import annotations

import json

import pytest

from programs.process import IGNORE_RESOURCE_WARNINGS, run
from sandbox import Sandbox

# Bytes per repetition. The smallest block of malloc() has 32, so a leak cannot be smaller.
MOST_BYTES = 24
# Tolerated random variation.
SLACK = 10_000
# Abandoned runs end in the background, so the order of allocations varies more.
SLACK_OF_ASYNC_BULK = 20_000
# asyncio itself keeps some objects per event loop for a while.
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
    "ledgers": [],
    "awaiting": [],
    "cancelling": [{"path": "/credits", "times": 0, "then": "stall"}],
    "async_listing": [],
    "bulk": [],
    "async_bulk": [],
    "loops": [],
}


@pytest.mark.parametrize("case", CASES)
def test_no_leaks(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 30, "credits": 1_000_000}, "faults": CASES[case]})
    environment = {"PYTHONMALLOC": "malloc"}
    report = json.loads(
        run("programs.leaks", case, server=server, flags=IGNORE_RESOURCE_WARNINGS, environment=environment)
    )
    server.end()
    grown, times = report["grown"], report["times"]
    bytes_of_each = MOST_BYTES_OF_A_LOOP if case == "loops" else MOST_BYTES
    slack = SLACK_OF_ASYNC_BULK if case == "async_bulk" else SLACK
    most = {"bytes": times * bytes_of_each + slack, "resident": 4 << 20, "files": 0, "threads": 0}
    wrong = {name: value for name, value in grown.items() if value > most.get(name, times // 2)}
    # A reference that is released twice is as wrong as one that is never released.
    wrong |= {name: value for name, value in grown.items() if name.startswith("references") and -value > times // 2}
    assert wrong == {}, f"after {times} times"
