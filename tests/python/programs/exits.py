"""Programs that end while clients are there, idle or in calls."""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import sys
import threading
from typing import Any

from programs.support import SERVER, main, new_async_client, new_client, say, send, send_async


def idle() -> None:
    global kept
    kept = [new_client(), new_async_client()]
    send(kept[0], "blocking")
    asyncio.run(send_async(kept[1], "async"))


def async_calls() -> None:
    """Whatever told the loop of the last answer may still be at it."""
    client = new_async_client()

    async def call() -> None:
        await asyncio.gather(*(client.credits.get() for _ in range(5)))

    asyncio.run(call())


def cycle() -> None:
    class Holder:
        def __init__(self) -> None:
            self.client = new_client()
            self.other = new_async_client()
            self.contacts = iter(self.client.contacts.list(per_page=1))
            self.mine = self

    global kept
    kept = Holder()
    send(kept.client, "blocking")
    asyncio.run(send_async(kept.other, "async"))
    assert next(kept.contacts)


def daemon_thread() -> None:
    """It waits for an answer that never comes."""
    client = new_client()
    threading.Thread(target=send, args=(client, "stalled"), daemon=True).start()
    SERVER.requests(at_least=1)


def busy_daemon_threads() -> None:
    """Their calls come to an end while the interpreter does."""
    client = new_client()

    def keep_calling() -> None:
        while True:
            client.credits.get()

    for _ in range(8):
        threading.Thread(target=keep_calling, daemon=True).start()
    SERVER.requests(at_least=100)


def thread() -> None:
    """The interpreter waits for it, and it ends its call."""
    client = new_client()

    def call() -> None:
        send(client, "slow")
        say("sent")

    threading.Thread(target=call).start()
    SERVER.requests(at_least=1)


def abandoned_loop() -> None:
    global kept
    client = new_async_client()
    loop = asyncio.new_event_loop()
    kept = [loop, *(loop.create_task(send_async(client, f"stalled {number}")) for number in range(4))]
    loop.run_until_complete(loop.run_in_executor(None, SERVER.requests, 4))
    let_go(loop)


def abandoned_answers() -> None:
    """Answers arrive while the interpreter ends."""
    global kept
    client = new_async_client()
    loop = asyncio.new_event_loop()
    kept = [loop, *(loop.create_task(send_async(client, f"message {number}")) for number in range(100))]
    loop.run_until_complete(asyncio.sleep(0))
    SERVER.requests(at_least=100)
    let_go(loop)


def loop_in_daemon_thread() -> None:
    client = new_async_client()

    async def keep_calling() -> None:
        while True:
            await asyncio.gather(*(client.credits.get() for _ in range(10)))

    threading.Thread(target=lambda: asyncio.run(keep_calling()), daemon=True).start()
    SERVER.requests(at_least=100)


def closed_loop() -> None:
    """A loop is closed with calls in flight, whose answers then come."""
    client = new_async_client()
    loop = asyncio.new_event_loop()
    tasks = [loop.create_task(send_async(client, f"slow {number}")) for number in range(10)]
    loop.run_until_complete(loop.run_in_executor(None, SERVER.requests, 10))
    loop.run_until_complete(loop.shutdown_default_executor())
    let_go(loop)
    loop.close()
    # Slower than the others: theirs have come by then.
    asyncio.run(send_async(client, "after"))
    del tasks
    gc.collect()


def at_exit() -> None:
    client = new_client()
    other = new_async_client()
    atexit.register(lambda: asyncio.run(send_async(other, "async, at exit")))
    atexit.register(send, client, "at exit")
    send(client, "before")


def finalizer() -> None:
    """An object that sends a farewell when it is taken down with its module."""

    class Farewell:
        def __init__(self) -> None:
            self.client = new_client()

        def __del__(self) -> None:
            send(self.client, "farewell")

    global kept
    kept = Farewell()
    send(kept.client, "before")


def half_read() -> None:
    """Iterators with pages in flight."""
    global kept
    client, other = new_client(), new_async_client()
    contacts = iter(client.contacts.list(per_page=1))
    next(contacts)
    next(contacts)
    more = aiter(other.contacts.list(per_page=1))

    async def take() -> None:
        await anext(more)
        await anext(more)

    asyncio.run(take())
    kept = [contacts, more]


def uncaught() -> None:
    client = new_client()
    client.messages.get("msg_nowhere")


def leaving(how: str) -> None:
    """With everything at once under way."""
    client, other = new_client(), new_async_client()
    threading.Thread(target=send, args=(client, "stalled"), daemon=True).start()
    threading.Thread(target=lambda: asyncio.run(send_async(other, "stalled")), daemon=True).start()
    SERVER.requests(at_least=2)
    if how == "_exit":
        os._exit(0)
    if how == "exec":
        os.execv(sys.executable, [sys.executable, "-c", "print('another')"])
    raise SystemExit


def let_go(loop: asyncio.AbstractEventLoop) -> None:
    """It is asyncio's right to complain of tasks that are destroyed while they are pending, and nobody else's."""

    def complain(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "Task was destroyed" not in context["message"]:
            loop.default_exception_handler(context)

    loop.set_exception_handler(complain)


kept: Any = None

if __name__ == "__main__":
    main(globals())
