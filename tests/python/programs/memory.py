"""Creates, uses and drops clients with a secret key, and lets the parent read its memory in between.

The arguments are the masked key and the options of the client as JSON. Python objects with the key are freed, and the debug allocator
overwrites them.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
from typing import Any

import zexa

from programs.messages import sms
from programs.process import MASK, until


def use(options: dict[str, Any], key: str) -> tuple[zexa.Client, zexa.AsyncClient]:
    """Make successful and failed calls."""
    client = zexa.Client(api_key=key, **options)
    client.messages.send(**sms("blocking"))
    list(client.contacts.list())
    try:
        client.messages.get("msg_none")
    except zexa.NotFoundError as error:
        print(repr(error), file=sys.stderr)
    row: Any = sms("in a run")
    assert all(result.error is None for result in client.messages.send_many([row]))
    other = zexa.AsyncClient(api_key=key, **options)

    async def send() -> None:
        await other.messages.send(**sms("async"))

    asyncio.run(send())
    return client, other


def unmasked(text: str) -> str:
    return "".join(chr(byte ^ MASK) for byte in bytes.fromhex(text))


def threads() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))


def pause(reached: str) -> None:
    """Wait until the parent has read the memory."""
    print(reached, flush=True)
    sys.stdin.readline()


before = threads()
clients = use(json.loads(sys.argv[2]), unmasked(sys.argv[1]))
pause("in use")
del clients
gc.collect()
until("the threads of the clients have ended", lambda: threads() == before and threading.active_count() == 1)
pause("dropped")
