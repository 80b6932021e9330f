"""A transactional outbox in PostgreSQL, with relays in Python and Rust that are killed at random moments."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import zexa

from checks import Orders, phones
from conftest import Engine
from programs.process import Process, until

RECIPES = Path(__file__).resolve().parent / "recipes"
ROWS = 300
RELAYS = 3
KILLS = 12


def python() -> list[str | Path]:
    return [sys.executable, RECIPES / "outbox.py"]


def rust() -> list[str | Path]:
    return [os.environ["ZEXA_OUTBOX"]]


def fill(engine: Engine) -> dict[str, str]:
    """Create the table and its rows. Returns the keys by recipient."""
    with psycopg.connect(engine.database) as database:
        database.execute((RECIPES / "outbox.sql").read_text(encoding="utf-8"))
        insert = "INSERT INTO outbox (phone, body) VALUES (%s, %s) RETURNING id"
        keys = {}
        for phone in phones(ROWS):
            row = database.execute(insert, (phone, "Your order is ready.")).fetchone()
            assert row is not None
            keys[phone] = f"outbox-{row[0]}"
    return keys


@pytest.mark.parametrize("relay", [python, rust])
def test_relays_are_killed_and_no_row_is_sent_twice(engine: Engine, relay: Callable[[], list[str | Path]]) -> None:
    keys = fill(engine)
    moments = random.Random(relay.__name__)
    kills = sorted(moments.randrange(ROWS * 3 // 4) for _ in range(KILLS))

    def start() -> Process:
        return Process(relay(), environment=engine.environment)

    def open_rows() -> int:
        row = database.execute("SELECT count(*) FROM outbox WHERE outcome IS NULL").fetchone()
        assert row is not None
        return int(row[0])

    relays = [start() for _ in range(RELAYS)]
    try:
        with psycopg.connect(engine.database, autocommit=True) as database:
            for kill in kills:
                engine.wait_for(kill)
                victim = moments.randrange(RELAYS)
                # Its transaction is rolled back, and another relay locks the row.
                relays[victim].__exit__(None, None, None)
                relays[victim] = start()
            until("each row has an outcome", lambda: open_rows() == 0)
            outcomes = database.execute("SELECT 'outbox-' || id, outcome, message_id FROM outbox").fetchall()
    finally:
        for process in relays:
            process.__exit__(None, None, None)
    orders = Orders.of(engine.server, engine.ledger, keys)
    assert orders.problems() == []
    expected = {"accepted": "accepted", "unknown": "in_doubt"}
    assert {key: expected[outcome] for key, outcome, _ in outcomes} == orders.states
    # A response that was cut off has no id.
    ids = {message["id"] for message in engine.server.messages()} | {None}
    assert {id for _, _, id in outcomes} <= ids
    assert orders.counts()["accepted"] > ROWS / 2
    # The relays were killed during calls.
    with zexa.Ledger.open(engine.ledger) as ledger:
        assert any(row.http_status is None for row in ledger.in_doubt())
