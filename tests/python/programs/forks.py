"""Forks after a client was created or used, or during its calls."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import zexa

from programs.support import SERVER, Turns, fork, join, main, new_async_client, new_client, send, send_async

TURNS = 20


def alternating() -> None:
    client = new_client()
    send(client, "parent before")
    turns = Turns()
    child = fork(lambda: turns.take(lambda turn: send(client, f"child {turn}"), TURNS))
    turns.take(lambda turn: send(client, f"parent {turn}"), TURNS)
    join(child)
    send(client, "parent after")


def alternating_async() -> None:
    client = new_async_client()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(send_async(client, "parent before"))
    turns = Turns()

    def in_child() -> None:
        # A new loop: the inherited one shares the epoll instance of the parent.
        own = asyncio.new_event_loop()
        turns.take(lambda turn: own.run_until_complete(send_async(client, f"child {turn}")), TURNS)
        own.close()

    child = fork(in_child)
    turns.take(lambda turn: loop.run_until_complete(send_async(client, f"parent {turn}")), TURNS)
    join(child)
    loop.run_until_complete(send_async(client, "parent after"))
    loop.close()


def during_first_calls() -> None:
    """A thread makes the first call of its process while the main thread forks. In these processes, nothing is initialised before."""

    def in_process(number: int) -> None:
        client = new_client()
        thread = threading.Thread(target=send, args=(client, "thread"))
        thread.start()
        end = time.perf_counter() + number * 2e-5
        while time.perf_counter() < end:
            # Lets the thread run.
            time.sleep(0)
        join(fork(lambda: [send(client, "child"), os._exit(0)]))
        thread.join()
        # Without the end of the interpreter, which takes most of the time.
        os._exit(0)

    for number in range(150):
        join(fork(partial(in_process, number)))


def both_at_once() -> None:
    client = new_client()
    send(client, "before")
    children = [fork(lambda: [send(client, f"{os.getpid()} {number}") for number in range(20)]) for _ in range(3)]
    for number in range(20):
        send(client, f"parent {number}")
    for child in children:
        join(child)


def new_in_child() -> None:
    client = new_client()
    send(client, "parent before")

    def in_child() -> None:
        with new_client() as own:
            send(own, "child")

    join(fork(in_child))
    send(client, "parent after")


def grandchild() -> None:
    client, other = new_client(), new_async_client()
    send(client, "parent")
    asyncio.run(send_async(other, "parent, async"))

    def in_grandchild() -> None:
        send(client, "grandchild")
        asyncio.run(send_async(other, "grandchild, async"))

    def in_child() -> None:
        join(fork(in_grandchild))
        send(client, "child")
        asyncio.run(send_async(other, "child, async"))

    join(fork(in_child))
    send(client, "parent again")
    asyncio.run(send_async(other, "parent again, async"))


def beside_threads() -> None:
    """A lock that another thread holds during the fork stays locked in the child forever."""
    client = new_client()
    done = threading.Event()
    failures: list[Exception] = []

    def keep_calling() -> None:
        try:
            while not done.is_set():
                client.credits.get()
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=keep_calling) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        join(fork(partial(send, client, f"child {number}")))
    done.set()
    for thread in threads:
        thread.join()
    assert not failures, failures


def beside_async_calls() -> None:
    """The child inherits coroutines that nothing wakes, and a loop that it must not use."""
    client = new_async_client()

    async def parent() -> None:
        calls = [asyncio.ensure_future(send_async(client, f"parent {number}")) for number in range(20)]
        await asyncio.to_thread(SERVER.requests, 20)
        child = os.fork()
        if child == 0:
            asyncio.run(send_async(client, "child"))
            os._exit(0)
        await asyncio.gather(*calls)
        await asyncio.to_thread(join, child)

    asyncio.run(parent())


def beside_a_loop() -> None:
    """The thread of the loop, and the client's own, may be anywhere during the fork."""
    client = new_async_client()
    done = threading.Event()

    async def keep_calling() -> None:
        while not done.is_set():
            await asyncio.gather(*(client.credits.get() for _ in range(5)))

    def in_child(body: str) -> None:
        asyncio.run(send_async(client, body))

    thread = threading.Thread(target=lambda: asyncio.run(keep_calling()))
    thread.start()
    SERVER.requests(at_least=10)
    for number in range(10):
        join(fork(partial(in_child, f"child {number}")))
    done.set()
    thread.join()


def half_read_list() -> None:
    client = new_client()
    contacts = iter(client.contacts.list(per_page=10))
    assert len(list(itertools.islice(contacts, 25))) == 25

    def drain() -> None:
        assert len(list(contacts)) == 70

    reader = fork(drain)
    leaver = fork(lambda: None)
    join(leaver)
    drain()
    join(reader)


def half_read_pages() -> None:
    client = new_client()
    pages = iter(client.contacts.list(per_page=10).pages())
    assert [next(pages).page, next(pages).page] == [1, 2]

    def drain() -> None:
        assert [page.page for page in pages] == list(range(3, 11))

    child = fork(drain)
    drain()
    join(child)


def half_read_async_list() -> None:
    client = new_async_client()
    contacts = aiter(client.contacts.list(per_page=10))

    async def take(count: int) -> None:
        assert len([await anext(contacts) for _ in range(count)]) == count

    async def drain(rest: AsyncIterator[Any]) -> None:
        assert len([contact async for contact in rest]) == 70

    asyncio.run(take(25))
    child = fork(lambda: asyncio.run(drain(contacts)))
    asyncio.run(drain(contacts))
    join(child)


def iterator_in_use() -> None:
    """A thread of the parent waits for the next item. The child has no such thread, and must get an error instead of hanging."""
    client = new_client()
    contacts = iter(client.contacts.list())
    found: list[zexa.Contact] = []
    thread = threading.Thread(target=lambda: found.append(next(contacts)))
    thread.start()
    SERVER.requests(at_least=1)

    def in_child() -> None:
        try:
            next(contacts)
        except (RuntimeError, zexa.ZexaError):
            send(client, "child")
        else:
            raise AssertionError("the iterator is in use")

    join(fork(in_child))
    thread.join()
    assert found


def ends(how: str, used: str) -> None:
    """Children that inherit clients exit, whether they use them or not."""
    client, other = new_client(), new_async_client()
    send(client, "parent")
    asyncio.run(send_async(other, "parent, async"))
    child = os.fork()
    if child == 0:
        if used == "used":
            send(client, "child")
            asyncio.run(send_async(other, "child, async"))
        if how == "closed":
            client.close()
            asyncio.run(other.close())
        elif how == "deleted":
            del client, other
        elif how == "_exit":
            os._exit(0)
        sys.exit()
    join(child)
    # The exit of the child did not shut down the connections of the parent.
    send(client, "parent again")
    asyncio.run(send_async(other, "parent again, async"))


def inherits_nothing() -> None:
    """File descriptors that another program inherits when it is started during a call."""
    client, other = new_client(), new_async_client()
    send(client, "blocking")

    async def use_and_start_another() -> str:
        await send_async(other, "async")
        return start_another()

    def start_another() -> str:
        script = "import os; print([os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')[:-1]])"
        command = [sys.executable, "-c", script]
        return subprocess.run(command, check=True, close_fds=False, stdout=subprocess.PIPE, text=True).stdout

    printed = asyncio.run(use_and_start_another())
    assert printed and "socket:" not in printed and "eventpoll" not in printed, printed


if __name__ == "__main__":
    main(globals())
