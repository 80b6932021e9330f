"""Task cancellation: it ends the request in every state, and nothing is sent afterwards or again."""

from __future__ import annotations

import asyncio
import logging
import random
import sys
from collections.abc import Awaitable, Coroutine, Iterator
from typing import Any

import pytest
import zexa

from loops import KINDS, bodies, cancel, gone, new_loop, seen, spawn
from programs.messages import sms
from sandbox import Sandbox, Server

FAR = 30


@pytest.fixture(params=KINDS)
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    yield from new_loop(request.param)


@pytest.fixture
def stalling(sandbox: Sandbox) -> Iterator[Server]:
    """A server that processes its first request, but does not respond to it."""
    server = sandbox.start_server({"faults": [{"process": True, "then": "stall"}]})
    yield server
    server.end()


def test_in_flight(loop: asyncio.AbstractEventLoop, stalling: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**stalling.options) as client:
            task = spawn(client.messages.send(**sms("cancelled")))
            await seen(stalling, 1)
            await cancel(task)
            await gone(stalling)
            await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert bodies(stalling) == ["cancelled", "after"]
    assert len(stalling.requests()) == 2


class Reported(Exception):
    """The outcome of a cancelled call, and its number of attempts."""


async def reporting(call: Awaitable[object]) -> None:
    try:
        await call
    except asyncio.CancelledError as cancelled:
        error = cancelled.__context__
        assert isinstance(error, zexa.CancelledError)
        raise Reported(error.outcome, error.attempts) from None


@pytest.mark.parametrize(
    ("fault", "reported"),
    [
        ({"process": True, "then": "stall"}, ("unknown", 1)),
        ({"process": True, "then": "stall", "at": "head"}, ("unknown", 1)),
        ({"status": 429, "headers": {"Retry-After": "60"}}, ("not_sent", 0)),
    ],
    ids=["in flight", "in the head", "at the gate"],
)
def test_outcome_of_a_cancelled_call(
    loop: asyncio.AbstractEventLoop, sandbox: Sandbox, fault: dict[str, Any], reported: tuple[str, int]
) -> None:
    server = sandbox.start_server({"faults": [fault]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            if reported == ("not_sent", 0):
                with pytest.raises(zexa.RateLimitError):
                    await client.messages.send(**sms("limited"), max_retries=0)
            task = spawn(reporting(client.messages.send(**sms("cancelled"))))
            await seen(server, 1)
            # Let the task start, in case it waits at the gate.
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(Reported) as caught:
                await task
            assert caught.value.args == reported

    loop.run_until_complete(main())


def test_in_flight_over_http2(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    """The stream is reset, and the shared connection stays open."""
    server = sandbox.start_server({"state": {"tls": True}, "faults": [{"skip": 1, "then": "stall"}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options, http2=True) as client:
            await client.credits.get()
            task = spawn(client.messages.send(**sms("cancelled")))
            await seen(server, 2)
            await cancel(task)
            await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert bodies(server) == ["after"]
    assert server.state()["connections"] == 1
    assert {request["http_version"] for request in server.requests()} == {"2"}


def test_wait_for(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    # All requests stall, because the time may also run out before the first one arrives.
    server = sandbox.start_server({"faults": [{"path": "/messages", "then": "stall", "times": 0}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.messages.send(**sms("too slow")), 1)
            await gone(server)
            await asyncio.wait_for(client.credits.get(), FAR)

    loop.run_until_complete(main())
    assert len([request for request in server.requests() if request["path"] == "/v1/messages"]) <= 1


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout() is of Python 3.11")
def test_timeout(loop: asyncio.AbstractEventLoop, stalling: Server) -> None:
    async def expire(limit: asyncio.Timeout) -> None:
        await seen(stalling, 1)
        limit.reschedule(asyncio.get_running_loop().time())

    async def main() -> None:
        async with zexa.AsyncClient(**stalling.options) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(None) as limit:
                    expiring = spawn(expire(limit))
                    await client.messages.send(**sms("too slow"))
            await expiring
            await gone(stalling)
            async with asyncio.timeout(FAR):
                await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert bodies(stalling) == ["too slow", "after"]
    assert len(stalling.requests()) == 2


def test_shielded_call_continues(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 1}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            task = spawn(client.messages.send(**sms("shielded")))
            waiting = asyncio.ensure_future(asyncio.shield(task))
            await seen(server, 1)
            await cancel(waiting)
            assert (await task).body == "shielded"

    loop.run_until_complete(main())
    assert len(server.requests()) == 1


def test_before_the_call_starts(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            await cancel(spawn(client.messages.send(**sms("never"))))
            unused = client.messages.send(**sms("never"))
            unused.close()
            await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert len(server.requests()) == 1 and bodies(server) == ["after"]


def test_in_a_retry_wait(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"status": 429, "headers": {"Retry-After": "1"}}]})
    logger = logging.getLogger("zexa")

    async def main() -> None:
        attempted = asyncio.Event()
        handler = logging.Handler()
        running = asyncio.get_running_loop()
        handler.emit = lambda record: running.call_soon_threadsafe(attempted.set)  # type: ignore[assignment]
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        try:
            async with zexa.AsyncClient(**server.options) as client:
                task = spawn(client.messages.send(**sms("cancelled")))
                await asyncio.wait_for(attempted.wait(), FAR)
                await cancel(task)
                # These wait at the same gate, until long after the cancelled call would have been sent.
                await asyncio.gather(*(client.messages.send(**sms("after")) for _ in range(10)))
        finally:
            logger.setLevel(logging.NOTSET)
            logger.removeHandler(handler)

    loop.run_until_complete(main())
    assert bodies(server) == ["after"] * 10
    assert len(server.requests()) == 11


def test_in_a_list(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    stalled = {"path": "/contacts", "skip": 1, "times": 2, "then": "stall"}
    server = sandbox.start_server({"state": {"contacts_count": 30}, "faults": [stalled]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            contacts = client.contacts.list(per_page=10)
            read: list[str] = []

            async def read_all() -> None:
                async for contact in contacts:
                    read.append(contact.id)

            task = spawn(read_all())
            await seen(server, 3)
            await cancel(task)
            assert len(read) == 10
            # At most the connection of the first page stays open.
            await gone(server, 1)
            assert len([contact async for contact in contacts]) == 30

    loop.run_until_complete(main())


def test_iterator_continues_after_a_cancelled_step(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    """After a cancelled `anext()`, the next one returns the item: none is lost."""
    slow = {"path": "/contacts", "skip": 1, "delay": 1}
    server = sandbox.start_server({"state": {"contacts_count": 20}, "faults": [slow]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            contacts = aiter(client.contacts.list(per_page=10))
            read = [(await anext(contacts)).id for _ in range(10)]
            step = asyncio.ensure_future(anext(contacts))
            await seen(server, 2)
            await cancel(step)
            read += [contact.id async for contact in contacts]
            assert len(set(read)) == len(read) == 20

    loop.run_until_complete(main())


def test_iteration_stopped_early(loop: asyncio.AbstractEventLoop, sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 1000}})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            async for contact in client.contacts.list(per_page=10):
                if contact.name and contact.name.endswith("15"):
                    break
            await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert bodies(server) == ["after"]
    # A few pages were prefetched, not all hundred.
    assert 2 <= len([request for request in server.requests() if request["path"] == "/v1/contacts"]) <= 5


def test_gather_with_a_failure(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            with pytest.raises(zexa.NotFoundError):
                await asyncio.gather(client.messages.send(**sms("first")), client.messages.get("msg_nowhere"))
            calls = [client.messages.send(**sms("second")), client.messages.get("msg_nowhere"), client.credits.get()]
            found = await asyncio.gather(*calls, return_exceptions=True)
            assert [type(one) for one in found] == [zexa.Message, zexa.NotFoundError, zexa.Credits]

    loop.run_until_complete(main())
    assert sorted(bodies(server)) == ["first", "second"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.TaskGroup is of Python 3.11")
def test_task_group_with_a_failure(loop: asyncio.AbstractEventLoop, stalling: Server) -> None:
    async def fail() -> None:
        await seen(stalling, 1)
        raise LookupError

    async def main() -> None:
        async with zexa.AsyncClient(**stalling.options) as client:
            with pytest.raises(ExceptionGroup) as caught:  # noqa: F821
                async with asyncio.TaskGroup() as group:
                    task = group.create_task(client.messages.send(**sms("with it")))
                    group.create_task(fail())
            assert [type(one) for one in caught.value.exceptions] == [LookupError]
            assert task.cancelled()
            await gone(stalling)

    loop.run_until_complete(main())
    assert len(stalling.requests()) == 1


def test_at_a_random_moment(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    """At any moment, a call either returns its result or is cancelled. A message with a result was sent."""
    chance = random.Random(1)

    async def main() -> set[str]:
        async with zexa.AsyncClient(**server.options) as client:
            tasks = []
            for number in range(300):
                task = spawn(client.messages.send(**sms(str(number))))
                asyncio.get_running_loop().call_later(chance.random() * 0.05, task.cancel)
                tasks.append(task)
                if number % 10 == 0:
                    await asyncio.sleep(0)
            found = await asyncio.gather(*tasks, return_exceptions=True)
            wrong = [one for one in found if not isinstance(one, (zexa.Message, asyncio.CancelledError))]
            assert wrong == []
            await client.messages.send(**sms("after"))
            return {str(one.body) for one in found if isinstance(one, zexa.Message)}

    done = loop.run_until_complete(main())
    sent = bodies(server)
    assert done <= set(sent)
    assert len(sent) == len(set(sent))
    assert "after" in sent


def test_coroutine_never_awaited(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            call = client.messages.send(**sms("never"))
            with pytest.warns(RuntimeWarning, match="never awaited"):
                del call
            await client.messages.send(**sms("after"))

    loop.run_until_complete(main())
    assert len(server.requests()) == 1


def test_coroutine_awaited_twice(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            call = client.messages.send(**sms("once"))
            await call
            with pytest.raises(RuntimeError, match="already"):
                await call

    loop.run_until_complete(main())
    assert bodies(server) == ["once"]


def test_operation_is_a_coroutine(loop: asyncio.AbstractEventLoop, server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            call = client.credits.get()
            assert asyncio.iscoroutine(call)
            assert isinstance(call, Coroutine)
            await call

    loop.run_until_complete(main())
