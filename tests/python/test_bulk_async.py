"""Bulk runs of the async client, with asyncio and uvloop."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import zexa

from loops import KINDS, cancel, new_loop, seen, spawn
from programs.process import until
from programs.rows import contacts, rows
from runs import SLOW, recipients
from sandbox import Server

# A file system in memory.
SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(params=KINDS)
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    yield from new_loop(request.param)


async def from_async(count: int) -> AsyncIterator[zexa.SendMessageRow]:
    for row in rows(count):
        await asyncio.sleep(0)
        yield row


@pytest.mark.parametrize("source", [rows, from_async], ids=["iterable", "async iterable"])
def test_every_row_has_one_result(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server, ledger: Path, source: Any
) -> None:
    async def run() -> None:
        async with async_client.messages.send_many(source(200), ledger=ledger) as sending:
            assert aiter(sending) is sending
            assert (sending.ledger, sending.ledger_created) == (ledger, True)
            results = [result async for result in sending]
            assert await anext(sending, None) is None
        assert sorted(result.index for result in results) == list(range(200))
        assert all(result.message and result.recorded for result in results)
        assert sending.stats().accepted == 200
        again = [result async for result in async_client.messages.send_many(source(200), ledger=ledger, ordered=True)]
        assert [result.index for result in again] == list(range(200))
        assert all(result.replayed for result in again)

    loop.run_until_complete(run())
    assert len(recipients(server)) == 200


def test_rows_are_pulled_lazily(loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient) -> None:
    pulled = 0

    async def source() -> AsyncIterator[zexa.SendMessageRow]:
        nonlocal pulled
        for row in rows(1000):
            pulled += 1
            yield row

    async def run() -> None:
        async with async_client.messages.send_many(source(), concurrency=4) as sending:
            assert pulled == 0
            await anext(sending)
            while sending.stats().in_flight:
                await asyncio.sleep(0)
            assert sending.stats().pulled <= pulled <= 9

    loop.run_until_complete(run())


def test_a_slow_source_does_not_delay_results(loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient) -> None:
    async def run() -> None:
        more = asyncio.Event()

        async def source() -> AsyncIterator[zexa.SendMessageRow]:
            for row in rows(3):
                yield row
            await more.wait()
            for row in rows(2, 3):
                yield row

        sending = async_client.messages.send_many(source())
        found = [(await anext(sending)).index for _ in range(3)]
        assert sorted(found) == [0, 1, 2]
        more.set()
        assert sorted([result.index async for result in sending]) == [3, 4]

    loop.run_until_complete(run())


def test_invalid_rows(loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient) -> None:
    async def source() -> AsyncIterator[Any]:
        yield {"channel": "sms", "to": 7}
        yield "row"
        for row in rows(1):
            yield row

    async def run() -> list[zexa.SendResult]:
        return [result async for result in async_client.messages.send_many(source(), ordered=True)]

    results = loop.run_until_complete(run())
    assert [result.error and result.error.message for result in results] == [
        "`to` must be str, not int",
        "`row` must be a mapping, not str",
        None,
    ]


class Broken(Exception):
    """The exception of a source."""


@pytest.mark.parametrize("is_async", [False, True], ids=["iterable", "async iterable"])
def test_the_exception_of_the_source_is_raised_after_the_rows_in_flight(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server, is_async: bool
) -> None:
    def source() -> Iterator[zexa.SendMessageRow]:
        yield from rows(10)
        server.requests(at_least=10)
        raise Broken("the file ends too early")

    async def async_source() -> AsyncIterator[zexa.SendMessageRow]:
        for row in source():
            yield row

    async def run() -> None:
        sending = async_client.messages.send_many(async_source() if is_async else source())
        results = []
        with pytest.raises(Broken) as raised:
            async for result in sending:
                results.append(result)
        assert len(results) == 10
        assert isinstance(raised.value.__context__, zexa.StoppedError)
        assert await anext(sending, None) is None

    loop.run_until_complete(run())
    assert len(recipients(server)) == 10


def test_the_run_stops(loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server) -> None:
    server.fault(status=401, times=0, skip=5)

    async def run() -> None:
        async for _ in async_client.messages.send_many(from_async(1000)):
            pass

    with pytest.raises(zexa.StoppedError) as raised:
        loop.run_until_complete(run())
    assert raised.value.details["reason"] == "unauthorized"


def test_cancelling_a_task_loses_no_result(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server
) -> None:
    server.fault(**SLOW)

    async def run() -> None:
        sending = async_client.messages.send_many(from_async(8), concurrency=4)
        waiting = spawn(sending.__anext__())
        await seen(server, 4)
        with pytest.raises(RuntimeError, match="another task is already waiting"):
            await anext(sending)
        await cancel(waiting)
        assert sorted([result.index async for result in sending]) == list(range(8))

    loop.run_until_complete(run())
    assert len(recipients(server)) == 8


def test_cancelling_a_task_in_the_middle(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server, ledger: Path
) -> None:
    server.fault(**SLOW)
    is_closed = False

    async def source() -> AsyncIterator[zexa.SendMessageRow]:
        nonlocal is_closed
        try:
            for row in rows(6):
                yield row
            await asyncio.Event().wait()
        finally:
            is_closed = True

    async def send() -> None:
        async with async_client.messages.send_many(source(), ledger=ledger, concurrency=16) as sending:
            async for _ in sending:
                pass

    async def run() -> list[zexa.SendResult]:
        task = spawn(send())
        await seen(server, 6)
        await cancel(task)
        assert is_closed
        return [result async for result in async_client.messages.send_many(rows(20), ledger=ledger, concurrency=20)]

    results = loop.run_until_complete(run())
    # What was sent is recorded before the block is left, so nothing is in doubt.
    assert all(result.error is None for result in results)
    assert sum(result.replayed for result in results) == 6
    assert len(recipients(server)) == 20


def test_closing_ends_the_wait_of_another_task(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server
) -> None:
    server.fault(process=True, then="stall", times=0)

    async def run() -> None:
        sending = async_client.messages.send_many(rows(100), concurrency=4)
        waiting = spawn(anext(sending, None))
        await seen(server, 4)
        await sending.close()
        assert await waiting is None

    loop.run_until_complete(run())


def test_stopping_and_cancelling(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server
) -> None:
    server.fault(process=True, then="stall", times=0)

    async def run() -> list[zexa.SendResult]:
        sending = async_client.messages.send_many(rows(100), concurrency=4)
        waiting = spawn(sending.__anext__())
        await seen(server, 4)
        sending.stop()
        sending.cancel()
        results = [await waiting]
        with pytest.raises(zexa.StoppedError):
            async for result in sending:
                results.append(result)
        return results

    results = loop.run_until_complete(run())
    assert [(result.outcome, result.error and result.error.kind) for result in results] == [
        ("unknown", "cancelled")
    ] * 4


def test_an_abandoned_run_is_recorded(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, server: Server, ledger: Path
) -> None:
    server.fault(**SLOW)

    async def begin() -> Any:
        sending = async_client.messages.send_many(rows(1000), ledger=ledger, concurrency=4)
        await anext(sending)
        return weakref.ref(sending)

    gone = loop.run_until_complete(begin())
    gc.collect()
    assert gone() is None

    def is_free() -> bool:
        try:
            async_client.messages.send_many([], ledger=ledger)
        except zexa.ConfigError:
            return False
        return True

    until("the rows are recorded", is_free)
    gc.collect()
    sent = len(recipients(server))

    async def again() -> list[zexa.SendResult]:
        return [result async for result in async_client.messages.send_many(rows(20), ledger=ledger, concurrency=20)]

    results = loop.run_until_complete(again())
    assert all(result.error is None for result in results)
    assert sum(result.replayed for result in results) == sent


def test_contacts(loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient) -> None:
    async def run() -> list[zexa.CreateResult]:
        return [result async for result in async_client.contacts.create_many(contacts(20), ordered=True)]

    assert all(result.contact and not result.exists for result in loop.run_until_complete(run()))
    assert all(result.exists and not result.error for result in loop.run_until_complete(run()))


@pytest.mark.parametrize(("source", "kind"), [(7, "int"), ("rows", "str"), ({}, "dict")])
def test_rows_must_be_an_iterable(async_client: zexa.AsyncClient, source: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"argument 'rows' must be an iterable of mappings, not {kind}"):
        async_client.messages.send_many(source)


@pytest.mark.skipif(not SHARED_MEMORY.is_dir(), reason="no file system that is lost when the machine stops")
def test_a_ledger_that_is_lost_with_the_machine_is_logged(
    loop: asyncio.AbstractEventLoop, async_client: zexa.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def run(ledger: str) -> None:
        async for _ in async_client.messages.send_many(rows(1), ledger=ledger):
            pass

    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as folder, caplog.at_level("WARNING", logger="zexa"):
        loop.run_until_complete(run(f"{folder}/june.db"))
    [record] = caplog.records
    assert "is on a file system that is lost when the machine or the container stops" in record.message
