"""Repeats an operation, and reports what remains: memory, objects, references, files, threads."""

from __future__ import annotations

import asyncio
import copy
import ctypes
import gc
import json
import logging
import os
import pickle
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import zexa

from programs.messages import sms
from programs.rows import rows
from programs.support import main, new_async_client, new_client, say, send, send_async

EVENT = json.dumps(
    {
        "id": "evt_1",
        "event": "message.delivered",
        "created_at": "2026-07-01T09:00:00Z",
        "data": {
            "id": "msg_1",
            "status": "delivered",
            "channel": "sms",
            "to": "+244912345678",
            "from": "ZEXA",
            "created_at": "2026-07-01T09:00:00Z",
            "novel": [1, {"a": None}],
        },
    }
)
# Objects whose reference counts must not change.
COUNTED: dict[str, Any] = {
    "None": None,
    "True": True,
    "int": int,
    "str": str,
    "dict": dict,
    "Client": zexa.Client,
    "AsyncClient": zexa.AsyncClient,
    "Message": zexa.Message,
    "Contact": zexa.Contact,
    "Event": zexa.Event,
    "NotFoundError": zexa.NotFoundError,
    "CancelledError": zexa.CancelledError,
    "CancelledError of asyncio": asyncio.CancelledError,
    "KeyboardInterrupt": KeyboardInterrupt,
}


class Malloc(ctypes.Structure):
    """The result of mallinfo2() of glibc."""

    NAMES = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")
    _fields_ = [(name, ctypes.c_size_t) for name in NAMES]


LIBC = ctypes.CDLL(None)
LIBC.mallinfo2.restype = Malloc


def bytes_in_use() -> int:
    """Bytes allocated with malloc(). Python is started so that it uses malloc() for all of its memory, too."""
    info = LIBC.mallinfo2()
    return int(info.uordblks + info.hblkhd)


def resident() -> int:
    """Resident memory of the process."""
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * os.sysconf("SC_PAGESIZE")


ROUNDS = 4


def snapshot() -> dict[str, int]:
    for _ in range(3):
        gc.collect()
    return {
        "bytes": bytes_in_use(),
        "resident": resident(),
        "objects": len(gc.get_objects()),
        "files": len(os.listdir("/proc/self/fd")),
        "threads": len(os.listdir("/proc/self/task")),
        **{f"references to {name}": sys.getrefcount(value) for name, value in COUNTED.items()},
    }


def watch(times: int, run: Callable[[int], object], each: int = 1) -> None:
    """Print the growth per round of repetitions, after a warm-up of two rounds."""
    run(2 * times)
    rounds = []
    for _ in range(ROUNDS):
        before = snapshot()
        run(times)
        after = snapshot()
        rounds.append({name: after[name] - before[name] for name in before})
    # A leak grows in every round, a cache only in some: take the smallest growth.
    grown = {name: min((growth[name] for growth in rounds), key=abs) for name in rounds[0]}
    say({"times": times * each, "grown": grown})


def again(act: Callable[[zexa.Client], object]) -> Callable[[int], None]:
    """Repeat an action with one client, which is closed at the end, so that its caches do not count."""

    def run(times: int) -> None:
        with new_client() as client:
            for _ in range(times):
                act(client)

    return run


def again_async(act: Callable[[zexa.AsyncClient], Coroutine[Any, Any, object]]) -> Callable[[int], None]:
    """The same as `again()`, in one event loop."""
    loop = asyncio.new_event_loop()

    async def run(times: int) -> None:
        async with new_async_client() as client:
            for _ in range(times):
                await act(client)
        await alone()

    return lambda times: loop.run_until_complete(run(times))


async def alone() -> None:
    """Wait until the threads of the clients have ended."""
    while len(os.listdir("/proc/self/task")) > 1:
        await asyncio.sleep(0.001)


def expect(error: type[BaseException], act: Callable[[], object]) -> None:
    try:
        act()
    except error:
        return
    raise AssertionError(error)


def sending() -> None:
    watch(600, again(lambda client: send(client, "Hello")))


def sending_with_everything() -> None:
    logger = logging.getLogger("zexa")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    template = {"name": "greeting", "params": {"name": "Ana", "numbers": [1, 2.5, None, True]}}
    arguments: dict[str, Any] = {**sms(""), "body": None, "template": template, "scheduled_at": "2036-07-01T09:00:00Z"}
    contact = {"name": "Ana", "phone": "+244923456789", "tags": [1, {}]}
    new_client().request("POST", "/contacts", body=contact)

    def act(client: zexa.Client) -> None:
        client.messages.send(**arguments, extra_headers={"X-Order": "1"}, deadline=60)
        expect(zexa.ConflictError, lambda: client.request("POST", "/contacts", body=contact))

    watch(250, again(act))


def failing() -> None:
    def act(client: zexa.Client) -> None:
        expect(zexa.NotFoundError, lambda: client.messages.get("msg_nowhere"))
        expect(zexa.InvalidRequestError, lambda: client.messages.get(""))
        expect(TypeError, lambda: client.messages.get(1))  # type: ignore[arg-type]
        expect(zexa.ConfigError, lambda: new_client(timeout=-1))

    watch(250, again(act))


def unreachable() -> None:
    nowhere = new_client(base_url="http://127.0.0.1:9/v1", max_retries=0)
    watch(500, again(lambda _: expect(zexa.APIConnectionError, lambda: send(nowhere, "Hello"))))


def clients() -> None:
    def act(_: zexa.Client) -> None:
        with new_client() as client:
            client.with_options(timeout=5).credits.get()
        new_client().credits.get()
        new_client(), new_async_client()

    watch(80, again(act))


def async_clients() -> None:
    async def act(_: zexa.AsyncClient) -> None:
        async with new_async_client() as client:
            await client.credits.get()
        await new_async_client().with_options(timeout=5).credits.get()
        await alone()

    watch(80, again_async(act))


def listing() -> None:
    def act(client: zexa.Client) -> None:
        assert len(list(client.contacts.list(per_page=15))) == 30
        # Abandoned, with pages in flight.
        contacts = iter(client.contacts.list(per_page=6))
        for _ in range(7):
            next(contacts)
        assert client.contacts.list(per_page=6).page(2).page == 2

    watch(150, again(act))


def async_listing() -> None:
    async def act(client: zexa.AsyncClient) -> None:
        assert len([contact async for contact in client.contacts.list(per_page=15)]) == 30
        contacts = aiter(client.contacts.list(per_page=6))
        for _ in range(7):
            await anext(contacts)

    watch(150, again_async(act))


def bulk() -> None:
    def act(client: zexa.Client) -> None:
        assert all(result.message for result in client.messages.send_many([*rows(9), {"body": 7}]) if result.index < 9)  # type: ignore[typeddict-item]
        # Abandoned, with rows in flight.
        next(client.messages.send_many(rows(1000), concurrency=4))

    run = again(act)

    def run_alone(times: int) -> None:
        run(times)
        asyncio.run(alone())

    watch(50, run_alone)


def async_bulk() -> None:
    async def pulled() -> AsyncIterator[zexa.SendMessageRow]:
        for row in rows(10):
            yield row

    async def act(client: zexa.AsyncClient) -> None:
        async with client.messages.send_many(pulled()) as sending:
            async for result in sending:
                assert result.message
        await anext(client.messages.send_many(rows(1000), concurrency=4))

    watch(150, again_async(act))


def objects() -> None:
    message = zexa.parse_event(EVENT).message
    assert message is not None

    def act(_: zexa.Client) -> None:
        event = zexa.parse_event(EVENT)
        event.to_dict(), event.to_json(), repr(event), event.extra
        one = zexa.Message.from_json(message.to_json())
        assert copy.deepcopy(pickle.loads(pickle.dumps(one))) == message and hash(one)
        one.to_dict(), one.extra, one.created_at, one.is_final
        expect(zexa.ZexaError, lambda: zexa.parse_event("{"))

    watch(1000, again(act))


def ledgers() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "june.db"

        def act(_: zexa.Client) -> None:
            with zexa.Ledger.open(path, create=True) as ledger:
                ledger.counts(), ledger.in_doubt(), ledger.path
                ledger.export(path.with_name("report.csv"))
                expect(zexa.NotFoundError, lambda: ledger.mark_sent("nowhere"))
                expect(zexa.APIError, lambda: ledger.export(folder))
            expect(zexa.ClosedError, ledger.counts)
            zexa.Ledger.open(path)
            expect(zexa.ConfigError, lambda: zexa.Ledger.open(f"{folder}/july.db"))

        watch(100, again(act))


def awaiting() -> None:
    async def act(client: zexa.AsyncClient) -> None:
        sending = (send_async(client, "Hello") for _ in range(10))
        failing = (client.messages.get("msg_nowhere") for _ in range(10))
        await asyncio.gather(*sending, *failing, return_exceptions=True)

    watch(40, again_async(act), each=20)


def cancelling() -> None:
    """In flight, before the start, and without a task."""

    async def act(client: zexa.AsyncClient) -> None:
        tasks = [asyncio.ensure_future(client.credits.get()) for _ in range(20)]
        await asyncio.sleep(0.002)
        tasks += [asyncio.ensure_future(client.credits.get()) for _ in range(10)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        client.credits.get().close()

    watch(30, again_async(act), each=30)


def loops() -> None:
    """Many event loops, with calls of the same client."""
    client = new_async_client()

    async def act() -> None:
        await asyncio.gather(client.credits.get(), client.credits.get())

    def run(times: int) -> None:
        for _ in range(times):
            asyncio.run(act())

    run(300)
    watch(200, run)


if __name__ == "__main__":
    main(globals())
