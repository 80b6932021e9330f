"""Sends a message immediately, and another one after each SIGCONT, and prints the results. The argument selects the client."""

from __future__ import annotations

import asyncio
import signal
import sys

import zexa

from programs.messages import sms


def say(what: str) -> None:
    print(what, flush=True)


def blocking() -> None:
    # Blocked, so that a signal that arrives before the wait is not lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCONT])
    client = zexa.Client(max_retries=0)
    while True:
        try:
            say(client.messages.send(**sms("Hello")).id)
        except zexa.APIError as error:
            say(f"{error} ({error.outcome})")
        signal.sigwait([signal.SIGCONT])


async def asynchronous() -> None:
    continued = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, continued.set)
    async with zexa.AsyncClient(max_retries=0) as client:
        while True:
            try:
                say((await client.messages.send(**sms("Hello"))).id)
            except zexa.APIError as error:
                say(f"{error} ({error.outcome})")
            await continued.wait()
            continued.clear()


if sys.argv[1] == "blocking":
    blocking()
else:
    asyncio.run(asynchronous())
