"""Threads: they share clients and lists, and calls do not block other threads."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import zexa

from programs.messages import sms
from sandbox import Sandbox, Server

THREADS = 16


def send(client: zexa.Client, body: str, **options: Any) -> zexa.Message:
    return client.messages.send(**sms(body), **options)


def bodies(server: Server) -> Counter[str]:
    return Counter(message["body"] for message in server.messages())


def together(act: Callable[[int], object]) -> list[Any]:
    """Run a function on many threads that start together. Return the results."""
    barrier = threading.Barrier(THREADS)

    def begin(number: int) -> object:
        barrier.wait(60)
        return act(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


def test_threads_share_a_client(server: Server, client: zexa.Client) -> None:
    def send_some(number: int) -> list[str]:
        return [send(client, f"{number}: {count}").id for count in range(50)]

    ids = {name for sent in together(send_some) for name in sent}
    assert len(ids) == THREADS * 50
    assert bodies(server) == Counter(f"{number}: {count}" for number in range(THREADS) for count in range(50))
    assert len(server.requests()) == THREADS * 50
    assert server.state()["connections"] <= THREADS


def test_threads_share_connections_of_derived_clients(server: Server, client: zexa.Client) -> None:
    send(client, "first")
    for number in range(20):
        send(client.with_options(timeout=5 + number), "more")
    assert server.state()["connections"] == 1


def test_gil_is_released_for_other_calls(sandbox: Sandbox) -> None:
    """All threads wait for responses that never arrive. A call that held the GIL would block the others."""
    server = sandbox.start_server({"faults": [{"times": 0, "then": "stall"}]})
    with zexa.Client(**server.options) as client, ThreadPoolExecutor(THREADS) as threads:
        calls = [threads.submit(send, client, str(number)) for number in range(THREADS)]
        # This thread continues, too.
        assert len(server.requests(at_least=THREADS)) == THREADS
        assert not any(call.done() for call in calls)
        server.end()
        for call in calls:
            assert isinstance(call.exception(), zexa.APIConnectionError)


def test_gil_is_released_for_python_code(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.5}]})
    with zexa.Client(**server.options) as client, ThreadPoolExecutor(1) as threads:
        call = threads.submit(send, client, "slow")
        server.requests(at_least=1)
        count = 0
        while not call.done():
            count += 1
        assert count > 10_000


def test_threads_share_an_iterator(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 500}})
    with zexa.Client(**server.options) as client:
        contacts = iter(client.contacts.list(per_page=7))
        taken = together(lambda number: [contact.id for contact in contacts])
        ids = Counter(name for some in taken for name in some)
    assert len(ids) == 500 and set(ids.values()) == {1}


def test_threads_share_a_list(sandbox: Sandbox) -> None:
    """Each `for` is a separate iteration."""
    server = sandbox.start_server({"state": {"contacts_count": 50}})
    with zexa.Client(**server.options) as client:
        contacts = client.contacts.list(per_page=20)
        taken = together(lambda number: [contact.id for contact in contacts])
    assert all(some == taken[0] for some in taken) and len(taken[0]) == 50


def test_threads_share_a_model(server: Server, client: zexa.Client) -> None:
    message = send(client, "shared")
    results = together(lambda number: [(message.to_json(), hash(message), repr(message)) for _ in range(100)])
    assert len({one for some in results for one in some}) == 1


def test_threads_create_and_drop_clients(server: Server) -> None:
    def make_some(number: int) -> None:
        for count in range(5):
            with zexa.Client(**server.options) as client:
                send(client, f"{number}: {count}")

    together(make_some)
    assert len(bodies(server)) == THREADS * 5
    until_none_is_open(server)


def test_close_completes_a_call_in_flight(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.5}]})
    client = zexa.Client(**server.options)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(send, client, "slow")
        server.requests(at_least=1)
        client.close()
        assert call.result().body == "slow"
    with pytest.raises(zexa.ClosedError) as caught:
        send(client, "late")
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 0)
    assert bodies(server) == Counter(["slow"])
    until_none_is_open(server)


def test_close_ends_a_wait(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"status": 429, "headers": {"Retry-After": "60"}}]})
    client = zexa.Client(**server.options)
    with pytest.raises(zexa.RateLimitError):
        send(client, "limited", max_retries=0)
    # From here on, all calls would wait for a minute.
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(send, client, "waits") for _ in range(4)]
        client.close()
        for call in calls:
            assert isinstance(error := call.exception(), zexa.ClosedError)
            assert error.outcome == "not_sent"
    assert len(server.requests()) == 1


def test_close_during_concurrent_calls(server: Server) -> None:
    client = zexa.Client(**server.options)
    closed = threading.Event()

    def call_until_closed(number: int) -> None:
        if number == 0:
            server.requests(at_least=100)
            client.close()
            closed.set()
        with suppress(zexa.ClosedError):
            while not closed.is_set():
                client.credits.get()
        with pytest.raises(zexa.ClosedError):
            client.credits.get()

    together(call_until_closed)
    until_none_is_open(server)


def test_blocking_client_in_a_coroutine(server: Server, client: zexa.Client) -> None:
    """It blocks the loop, and works."""

    async def sending() -> str | None:
        return send(client, "from a coroutine").body

    assert asyncio.run(sending()) == "from a coroutine"
    assert bodies(server) == Counter(["from a coroutine"])


def test_blocking_client_in_threads_of_a_loop(server: Server, client: zexa.Client) -> None:
    async def sending() -> None:
        await asyncio.gather(*(asyncio.to_thread(send, client, str(number)) for number in range(50)))

    asyncio.run(sending())
    assert bodies(server) == Counter(str(number) for number in range(50))


def until_none_is_open(server: Server) -> None:
    end = time.monotonic() + 60
    while server.state()["open_connections"]:
        assert time.monotonic() < end, "a connection stays open"
