"""Processes with a ledger: they are interrupted, killed, stopped and forked, and no message is sent twice."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import zexa

from held import HeldServer
from loops import spawn
from programs.messages import sms
from programs.process import Program, run, until
from sandbox import Server


@pytest.fixture
def held() -> Iterator[HeldServer]:
    server = HeldServer()
    yield server
    server.end()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "june.db"


def send(client: zexa.Client, key: str) -> zexa.Message:
    """The message that the programs send with this key."""
    return client.messages.send(**sms(key), idempotency_key=key)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
def test_killed_in_an_attempt(held: HeldServer, path: Path, number: int) -> None:
    with Program("programs.ledgers", "sending", str(path), server=held) as program:
        for body in ("order-0", "order-1"):
            held.respond()
            assert held.next_body() == body
            program.expect(f"msg_of_{body}")
        assert held.next_body() == "order-2"
        assert zexa.Ledger.open(path).in_doubt() == []
        program.wait_until_blocked()
        program.signal(number)
        program.end(status=-number, errors=None)

    ledger = zexa.Ledger.open(path)
    counts = ledger.counts()
    assert (counts.accepted, counts.in_doubt, counts.claimed) == (2, 1, 0)
    assert [row.key for row in ledger.in_doubt()] == ["order-2"]
    client = zexa.Client(**held.options, ledger=path)
    assert send(client, "order-1").id == "msg_of_order-1"
    for _ in range(2):
        with pytest.raises(zexa.InDoubtError) as caught:
            send(client, "order-2")
        assert (caught.value.outcome, caught.value.attempts) == ("unknown", 0)
    assert held.bodies == ["order-0", "order-1", "order-2"]
    ledger.mark_not_sent("order-2")
    for _ in range(2):
        held.respond()
    assert send(client, "order-2").id == "msg_of_order-2"
    assert held.bodies == ["order-0", "order-1", "order-2", "order-2"]


def test_interrupted_call_is_recorded_later(held: HeldServer, path: Path) -> None:
    with Program("programs.ledgers", "interrupted", str(path), server=held) as program:
        program.expect("calling")
        assert held.next_body() == "order-0"
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        expected = {"type": "CancelledError", "kind": "cancelled", "outcome": "unknown", "attempts": 1}
        assert program.report() == expected
        assert program.report() == {"in_doubt": 0, "claimed": 1}
        held.respond()
        program.expect("msg_of_order-0")
        program.end()
    assert held.bodies == ["order-0"]


def test_stopped_in_an_attempt(held: HeldServer, path: Path) -> None:
    """A stopped process may still send: its row is not in doubt."""
    with Program("programs.ledgers", "sending", str(path), server=held) as program:
        assert held.next_body() == "order-0"
        program.signal(signal.SIGSTOP)
        stat = Path(f"/proc/{program.pid}/stat")
        until("the program is stopped", lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")
        client = zexa.Client(**held.options, ledger=path)
        with pytest.raises(zexa.InProgressError) as caught:
            send(client, "order-0")
        assert (caught.value.outcome, caught.value.attempts) == ("unknown", 0)
        ledger = zexa.Ledger.open(path)
        assert (ledger.in_doubt(), ledger.counts().claimed) == ([], 1)
        with pytest.raises(zexa.ConflictError):
            ledger.mark_not_sent("order-0")
        held.respond()
        program.signal(signal.SIGCONT)
        program.expect("msg_of_order-0")
        assert send(client, "order-0").id == "msg_of_order-0"
    assert held.bodies.count("order-0") == 1


def test_forked_child(server: Server, path: Path) -> None:
    server.fault(skip=3, then="stall")
    with Program("programs.ledgers", "forked", str(path), server=server) as program:
        program.expect("alive")
        server.requests(at_least=4)
        # The exit of the child has not made this claim look abandoned.
        with pytest.raises(zexa.InProgressError):
            send(zexa.Client(**server.options, ledger=path), "held")
    assert [message["body"] for message in server.messages()] == ["parent", "child", "parent again"]
    assert [row.key for row in zexa.Ledger.open(path).in_doubt()] == ["held"]


def test_fork_while_threads_write(server: Server, path: Path) -> None:
    run("programs.ledgers", "beside_threads", str(path), server=server)
    counts = zexa.Ledger.open(path).counts()
    messages = server.messages()
    assert len([message for message in messages if message["body"] == "child"]) == 10
    assert (counts.accepted, counts.in_doubt, counts.claimed) == (len(messages), 0, 0)


def test_sqlite_of_python_reads_during_calls(server: Server, path: Path) -> None:
    """It is another copy of SQLite, which cannot see the record locks of its own process."""
    with Program("programs.ledgers", "beside_sqlite", str(path), server=server) as program:
        ids = [program.line() for _ in range(50)]
        program.expect("done")
        program.end(status=-signal.SIGKILL)
    counts = zexa.Ledger.open(path).counts()
    assert (counts.accepted, counts.in_doubt, counts.claimed) == (51, 0, 0)
    client = zexa.Client(**server.options, ledger=path)
    assert [send(client, f"order-{number}").id for number in range(50)] == ids
    assert len(server.messages()) == 51


def reader(path: Path) -> sqlite3.Connection:
    """Another program that reads a ledger. Changes of the ledger wait for it."""
    connection = sqlite3.connect(path)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM rows").fetchone()
    return connection


def test_deadline_while_the_ledger_is_read(server: Server, path: Path) -> None:
    client = zexa.Client(**server.options, ledger=path)
    other = reader(path)
    with pytest.raises(zexa.APITimeoutError, match="passed before the ledger recorded the claim") as caught:
        client.messages.send(**sms("order-0"), idempotency_key="order-0", deadline=0.1)
    # This call has sent nothing, but an earlier one may have.
    assert (caught.value.outcome, caught.value.attempts) == ("unknown", 0)
    other.close()
    assert send(client, "order-0").status == "queued"
    assert len(server.messages()) == 1


def test_cancelled_call_that_does_not_report_in_time(server: Server, path: Path) -> None:
    """The call waits for the ledger, so its outcome comes too late. An exception without an outcome would mean that nothing was sent."""

    async def call() -> object:
        async with zexa.AsyncClient(**server.options, ledger=path) as client:
            other = reader(path)
            task = spawn(client.messages.send(**sms("order-0"), idempotency_key="order-0"))
            # The call begins.
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            other.close()
            return caught.value.__context__

    error = asyncio.run(call())
    assert isinstance(error, zexa.CancelledError)
    assert error.outcome == "unknown"


def test_cancelled_while_the_ledger_is_read(server: Server, path: Path) -> None:
    async def call() -> None:
        async with zexa.AsyncClient(**server.options, ledger=path) as client:
            other = reader(path)
            sending = client.messages.send(**sms("order-0"), idempotency_key="order-0")
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(sending, 0.1)
            other.close()
            while True:
                try:
                    await client.messages.send(**sms("order-0"), idempotency_key="order-0")
                except zexa.InProgressError:
                    # The cancelled call has just made its claim, and gives it up.
                    await asyncio.sleep(0)
                else:
                    break

    asyncio.run(call())
    assert len(server.messages()) == 1
