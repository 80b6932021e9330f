"""Event loops: one async client serves concurrent calls, consecutive loops, and several loops at the same time."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import zexa

from loops import KINDS, bodies, new_loop, seen, spawn
from programs.messages import sms
from sandbox import Sandbox, Server

MANY = 200


@pytest.fixture(params=KINDS)
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    yield from new_loop(request.param)


def test_concurrent_calls(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            sent = await asyncio.gather(*(client.messages.send(**sms(str(number))) for number in range(MANY)))
        assert [message.body for message in sent] == [str(number) for number in range(MANY)]

    loop.run_until_complete(main())
    assert Counter(bodies(server)) == Counter(str(number) for number in range(MANY))
    assert len(server.requests()) == MANY


def test_loop_is_not_blocked(sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.3}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            task = spawn(client.messages.send(**sms("slow")))
            turns = 0
            while not task.done():
                await asyncio.sleep(0)
                turns += 1
            assert turns > 100

    loop.run_until_complete(main())


def test_consecutive_loops(server: Server, async_client: zexa.AsyncClient) -> None:
    for number in range(5):
        sent = asyncio.run(async_client.messages.send(**sms(str(number))))
        assert sent.body == str(number)
    assert bodies(server) == [str(number) for number in range(5)]
    # A connection does not belong to a loop.
    assert server.state()["connections"] == 1


def test_one_loop_per_thread(server: Server, async_client: zexa.AsyncClient) -> None:
    async def send_some(name: str) -> None:
        for number in range(5):
            sending = [async_client.messages.send(**sms(f"{name} {number} {each}")) for each in range(10)]
            await asyncio.gather(*sending)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: asyncio.run(send_some(str(number))), range(4)))
    assert len(set(bodies(server))) == len(bodies(server)) == 4 * 5 * 10


def test_loop_and_blocking_calls(server: Server, async_client: zexa.AsyncClient, client: zexa.Client) -> None:
    async def send_all() -> None:
        await asyncio.gather(*(async_client.messages.send(**sms(f"async {number}")) for number in range(50)))

    thread = threading.Thread(target=lambda: asyncio.run(send_all()))
    thread.start()
    for number in range(50):
        client.messages.send(**sms(f"blocking {number}"))
    thread.join()
    assert len(set(bodies(server))) == len(bodies(server)) == 100


def test_coroutine_created_outside_of_a_loop(server: Server, async_client: zexa.AsyncClient) -> None:
    call = async_client.messages.send(**sms("later"))
    assert server.requests() == []
    assert asyncio.run(call).body == "later"


def test_list_iterated_in_two_loops(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 95}})
    client = zexa.AsyncClient(**server.options)
    contacts = aiter(client.contacts.list(per_page=10))

    async def take(count: int) -> list[str]:
        return [(await anext(contacts)).id for _ in range(count)]

    read = asyncio.run(take(25)) + asyncio.run(take(70))
    assert len(set(read)) == 95
    with pytest.raises(StopAsyncIteration):
        asyncio.run(take(1))
    asyncio.run(client.close())


def test_concurrent_steps_of_one_iterator(sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
    """Each item is returned once. A second concurrent `anext()` raises RuntimeError."""
    server = sandbox.start_server({"state": {"contacts_count": 20}, "faults": [{"delay": 0.2}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            contacts = aiter(client.contacts.list(per_page=5))
            steps = [anext(contacts) for _ in range(3)]
            found = await asyncio.gather(*steps, return_exceptions=True)
            read = [one.id for one in found if isinstance(one, zexa.Contact)]
            assert read
            assert all(isinstance(one, RuntimeError) for one in found if isinstance(one, BaseException))
            read += [contact.id async for contact in contacts]
            assert len(set(read)) == len(read) == 20

    loop.run_until_complete(main())


def test_eager_tasks(server: Server) -> None:
    """Eager tasks start when they are created."""
    if sys.version_info < (3, 12):
        pytest.skip("eager tasks are of Python 3.12")

    async def main() -> None:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        async with zexa.AsyncClient(**server.options) as client:
            tasks = [spawn(client.messages.send(**sms(str(number)))) for number in range(5)]
            assert len({message.id for message in await asyncio.gather(*tasks)}) == 5
            task = spawn(client.messages.get("msg_nowhere"))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert len(server.messages()) == 5


def test_tasks_can_be_inspected(sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
    """As by debuggers, and by the debug mode of asyncio."""
    # With a delay, because a completed task has no stack.
    server = sandbox.start_server({"faults": [{"times": 1, "delay": 0.3}]})
    loop.set_debug(True)

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            task = spawn(client.credits.get())
            for _ in range(2):
                assert "get" in repr(task)
                assert [frame.f_code.co_name for frame in task.get_stack()] == ["get"]
                task.print_stack(file=io.StringIO())
                await asyncio.sleep(0)
            await task

    loop.run_until_complete(main())


def test_close_completes_calls_in_flight(sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
    server = sandbox.start_server({"faults": [{"times": 5, "delay": 0.3}]})

    async def main() -> None:
        client = zexa.AsyncClient(**server.options)
        tasks = [spawn(client.messages.send(**sms(str(number)))) for number in range(5)]
        await seen(server, 5)
        await client.close()
        assert len({message.body for message in await asyncio.gather(*tasks)}) == 5
        with pytest.raises(zexa.ClosedError) as caught:
            await client.messages.send(**sms("late"))
        assert caught.value.outcome == "not_sent"

    loop.run_until_complete(main())
    assert len(server.requests()) == 5


def test_close_ends_a_wait(sandbox: Sandbox, loop: asyncio.AbstractEventLoop) -> None:
    server = sandbox.start_server({"faults": [{"status": 429, "headers": {"Retry-After": "60"}}]})

    async def main() -> None:
        client = zexa.AsyncClient(**server.options)
        with pytest.raises(zexa.RateLimitError):
            await client.messages.send(**sms("limited"), max_retries=0)
        task = spawn(client.messages.send(**sms("waits")))
        await asyncio.sleep(0)
        await client.close()
        with pytest.raises(zexa.ClosedError) as caught:
            await task
        assert caught.value.outcome == "not_sent"

    loop.run_until_complete(main())
    assert len(server.requests()) == 1
