"""Programs that exit while clients exist, idle or with calls in flight."""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
import sys
import threading
from typing import Any

from programs.process import until
from programs.support import SERVER, main, new_async_client, new_client, say, send, send_async


def idle() -> None:
    global kept
    kept = [new_client(), new_async_client()]
    send(kept[0], "blocking")
    asyncio.run(send_async(kept[1], "async"))


def async_calls() -> None:
    """The client's thread may still be waking the loop after the last response."""
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
    """The thread waits for a response that never arrives."""
    client = new_client()
    threading.Thread(target=send, args=(client, "stalled"), daemon=True).start()
    SERVER.requests(at_least=1)


def busy_daemon_threads() -> None:
    """Their calls end while the interpreter shuts down."""
    client = new_client()

    def keep_calling() -> None:
        while True:
            client.credits.get()

    for _ in range(8):
        threading.Thread(target=keep_calling, daemon=True).start()
    SERVER.requests(at_least=100)


def thread() -> None:
    """The interpreter waits for the thread, whose call is completed."""
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
    ignore_destroyed_tasks(loop)


def abandoned_responses() -> None:
    """Responses arrive while the interpreter shuts down."""
    global kept
    client = new_async_client()
    loop = asyncio.new_event_loop()
    kept = [loop, *(loop.create_task(send_async(client, f"message {number}")) for number in range(100))]
    loop.run_until_complete(asyncio.sleep(0))
    SERVER.requests(at_least=100)
    ignore_destroyed_tasks(loop)


def loop_in_daemon_thread() -> None:
    client = new_async_client()

    async def keep_calling() -> None:
        while True:
            await asyncio.gather(*(client.credits.get() for _ in range(10)))

    threading.Thread(target=lambda: asyncio.run(keep_calling()), daemon=True).start()
    SERVER.requests(at_least=100)


def closed_loop() -> None:
    """A loop is closed with calls in flight, whose responses arrive afterwards."""
    client = new_async_client()
    loop = asyncio.new_event_loop()
    tasks = [loop.create_task(send_async(client, f"slow {number}")) for number in range(10)]
    loop.run_until_complete(loop.run_in_executor(None, SERVER.requests, 10))
    loop.run_until_complete(loop.shutdown_default_executor())
    ignore_destroyed_tasks(loop)
    loop.close()
    until("the others are sent", lambda: len(SERVER.messages()) == 10)
    # Slower than the others, whose responses have arrived by then.
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
    """An object that sends a message when it is finalized with its module."""

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
    """With all kinds of calls in flight."""
    client, other = new_client(), new_async_client()
    threading.Thread(target=send, args=(client, "stalled"), daemon=True).start()
    threading.Thread(target=lambda: asyncio.run(send_async(other, "stalled")), daemon=True).start()
    SERVER.requests(at_least=2)
    if how == "_exit":
        os._exit(0)
    if how == "exec":
        os.execv(sys.executable, [sys.executable, "-c", "print('another')"])
    raise SystemExit


def ignore_destroyed_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Ignore asyncio's report of destroyed pending tasks, and no other."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "Task was destroyed" not in context["message"]:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)


kept: Any = None

if __name__ == "__main__":
    main(globals())
