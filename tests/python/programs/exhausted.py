"""Makes calls while a resource of this process is exhausted, and again when it is available. Prints the outcomes. The arguments select both."""

from __future__ import annotations

import asyncio
import atexit
import os
import resource
import sys
from collections.abc import Callable

import zexa

from programs.messages import sms
from programs.support import new_async_client, new_client, say

# The superuser has no limit of threads. Nobody else uses this user, whose threads would count.
USER = 64_218


def blocking() -> Callable[[], object]:
    client = new_client(max_retries=0)
    return lambda: client.messages.send(**sms("Hello"))


def asynchronous() -> Callable[[], object]:
    client = new_async_client(max_retries=0)
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)

    async def call() -> object:
        return await client.messages.send(**sms("Hello"))

    return lambda: loop.run_until_complete(call())


def report(call: Callable[[], object]) -> bool:
    """Make a call. Returns whether it succeeded."""
    try:
        call()
    except zexa.APIError as error:
        say(error.outcome)
        return False
    say("sent")
    return True


def files(call: Callable[[], object]) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Each iteration allows one more step: the wake-up of the event loop, the event queue, the connection.
    limit = len(os.listdir("/proc/self/fd")) - 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    while not report(call):
        limit += 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    report(call)


def threads(call: Callable[[], object]) -> None:
    if os.geteuid() == 0:
        os.setresuid(USER, USER, USER)
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, hard))
    report(call)
    report(call)
    resource.setrlimit(resource.RLIMIT_NPROC, (hard, hard))
    report(call)


call = {"blocking": blocking, "async": asynchronous}[sys.argv[2]]()
{"files": files, "threads": threads}[sys.argv[1]](call)
