"""The async client: coroutines, tasks and iterators. See also test_loops.py and test_cancel.py. Scenarios test every operation."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import zexa

from examples import SMS
from sandbox import Server


def test_coroutine_has_a_name(async_client: zexa.AsyncClient) -> None:
    """Python shows the name in the warning about a coroutine that was never awaited."""
    with pytest.warns(RuntimeWarning, match="coroutine 'AsyncCreditBalance.get' was never awaited"):
        async_client.credits.get()  # type: ignore[unused-coroutine]


def test_errors_are_raised_when_awaited(async_client: zexa.AsyncClient) -> None:
    async def main() -> None:
        with pytest.raises(zexa.NotFoundError) as caught:
            await async_client.messages.get("msg_nobody")
        assert (caught.value.status, caught.value.attempts) == (404, 1)
        with pytest.raises(zexa.InvalidRequestError):
            await async_client.messages.get("")
        results = await asyncio.gather(
            async_client.credits.get(), async_client.messages.get("msg_nobody"), return_exceptions=True
        )
        assert [type(result) for result in results] == [zexa.Credits, zexa.NotFoundError]

    asyncio.run(main())


def test_wrong_type_names_the_argument(async_client: zexa.AsyncClient) -> None:
    async def main() -> None:
        with pytest.raises(TypeError, match="'to'"):
            await async_client.messages.send(**{**SMS, "to": 5})
        with pytest.raises(TypeError, match="'colour'"):
            await async_client.credits.get(colour="red")  # type: ignore[call-arg]
        with pytest.raises(zexa.ConfigError, match="timeout"):
            await async_client.credits.get(timeout=-1)

    asyncio.run(main())


def test_refused_connection_has_a_cause() -> None:
    async def main() -> None:
        async with zexa.AsyncClient(api_key="k", base_url="http://127.0.0.1:9", max_retries=0) as client:
            with pytest.raises(zexa.APIConnectionError) as caught:
                await client.credits.get()
        assert type(caught.value.__cause__) is ConnectionRefusedError

    asyncio.run(main())


def test_tasks(async_client: zexa.AsyncClient) -> None:
    async def main() -> None:
        tasks = [asyncio.create_task(async_client.credits.get(), name=str(number)) for number in range(5)]
        assert {task.get_name() for task in tasks} == set("01234")
        for done in asyncio.as_completed(tasks):
            assert (await done).credits == 4250
        assert (await asyncio.shield(async_client.credits.get())).credits == 4250
        assert (await asyncio.wait_for(async_client.credits.get(), 10)).credits == 4250
        if hasattr(asyncio, "TaskGroup"):
            async with asyncio.TaskGroup() as group:
                task = group.create_task(async_client.credits.get())
            assert task.result().credits == 4250

    asyncio.run(main())


def test_lists(async_client: zexa.AsyncClient, server: Server) -> None:
    async def main() -> None:
        contacts = async_client.contacts.list(per_page=2)
        assert type(contacts) is zexa.AsyncList
        pages = contacts.pages()
        assert server.requests() == []
        ids = [contact.id async for contact in contacts]
        assert ids == [contact["id"] for contact in server.contacts()]
        # Closing twice is allowed.
        assert [contact.id async for contact in contacts] == ids
        assert [len(page) async for page in pages] == [2, 2, 1]
        assert [page.page async for page in pages] == [1, 2, 3]
        page = await contacts.page(2)
        assert (type(page), page.page, page.total, [item.id for item in page]) == (zexa.Page, 2, 5, ids[2:4])
        async for contact in contacts:
            assert contact.id == ids[0]
            break
        iterator = aiter_(contacts)
        assert (await iterator.__anext__()).id == ids[0]

    asyncio.run(main())


def aiter_(things: Any) -> Any:
    iterator = things.__aiter__()
    assert iterator.__aiter__() is iterator
    return iterator


def test_exhausted_iterator_stays_exhausted(async_client: zexa.AsyncClient, server: Server) -> None:
    async def main() -> None:
        iterator = aiter_(async_client.contacts.list())
        assert len([contact async for contact in iterator]) == 5
        for _ in range(3):
            with pytest.raises(StopAsyncIteration):
                await iterator.__anext__()

    asyncio.run(main())
    assert len(server.requests()) == 1


def test_concurrent_lists(async_client: zexa.AsyncClient) -> None:
    async def read() -> list[str]:
        return [contact.id async for contact in async_client.contacts.list(per_page=1)]

    async def main() -> None:
        first, *others = await asyncio.gather(*(read() for _ in range(10)))
        assert len(first) == 5
        assert all(other == first for other in others)

    asyncio.run(main())


def test_async_lists_are_not_iterable(async_client: zexa.AsyncClient) -> None:
    things: Any = async_client.contacts.list()
    with pytest.raises(TypeError):
        iter(things)
    # In Python 3.10, `with` raises AttributeError.
    with pytest.raises((TypeError, AttributeError)):
        with_async: Any = async_client
        with with_async:
            pass


def test_client_is_a_context_manager(server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            assert type(client) is zexa.AsyncClient
            await client.credits.get()
        with pytest.raises(zexa.ClosedError):
            await client.credits.get()
        with pytest.raises(KeyError):
            async with zexa.AsyncClient(**server.options):
                raise KeyError("mine")

    asyncio.run(main())


def test_closing(async_client: zexa.AsyncClient, server: Server) -> None:
    async def main() -> None:
        derived = async_client.with_options(max_retries=0)
        await async_client.credits.get()
        await async_client.close()
        await async_client.close()
        for client in (async_client, derived):
            with pytest.raises(zexa.ClosedError):
                await client.credits.get()
        with pytest.raises(zexa.ClosedError):
            async for _ in async_client.contacts.list():
                pass

    asyncio.run(main())
    assert len(server.requests()) == 1


def test_derived_clients_share_connections(async_client: zexa.AsyncClient, server: Server) -> None:
    async def main() -> None:
        await async_client.credits.get()
        derived = async_client.with_options(max_retries=0, extra_headers={"X-Shop": "1"})
        assert type(derived) is zexa.AsyncClient
        await derived.credits.get()

    asyncio.run(main())
    first, second = server.requests()
    assert first["connection"] == second["connection"]
    assert second["headers"]["x-shop"] == "1"
    assert second["headers"]["user-agent"].startswith(f"zexa-python/{zexa.__version__}")


def test_await_requires_an_event_loop(async_client: zexa.AsyncClient) -> None:
    """A coroutine that is stepped without an event loop raises an error and does not hang."""
    coroutine = async_client.credits.get()
    with pytest.raises(RuntimeError, match="event loop"):
        coroutine.send(None)


def test_both_clients_have_the_same_operations() -> None:
    for resource in ("messages", "sender_ids", "campaigns", "contacts", "webhooks", "credits"):
        blocking, awaited = (getattr(kind(api_key="k"), resource) for kind in (zexa.Client, zexa.AsyncClient))
        assert public(blocking) == public(awaited)
        for name in public(blocking):
            # The types of one are in a stub, those of the other in the code.
            one, other = (
                [
                    (taken.name, taken.kind, taken.default)
                    for taken in inspect.signature(getattr(of, name)).parameters.values()
                ]
                for of in (blocking, awaited)
            )
            assert one == other
            assert inspect.iscoroutinefunction(getattr(awaited, name)) == (
                name not in ("list", "send_many", "create_many")
            )


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


Callback = Callable[[zexa.AsyncClient], Awaitable[Any]]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.messages.send(**SMS),
        lambda client: client.credits.get(),
        lambda client: client.contacts.list().page(1),
        lambda client: client.contacts.list().__aiter__().__anext__(),
        lambda client: client.request("GET", "/credits"),
    ],
)
def test_every_coroutine_can_be_a_task(async_client: zexa.AsyncClient, call: Callback) -> None:
    async def main() -> None:
        assert await asyncio.ensure_future(call(async_client))
        assert await asyncio.gather(call(async_client), call(async_client))
        assert await asyncio.wait_for(call(async_client), 10)

    asyncio.run(main())
