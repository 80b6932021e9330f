"""Functions that send many messages concurrently with each async client."""

from __future__ import annotations

import asyncio
import atexit
import json
from collections.abc import Awaitable, Callable

from clients import HEADERS, KEY, MESSAGE

CONCURRENCY = 64

AsyncSend = Callable[[], Awaitable[str]]
"""Sends a message and returns its id."""


async def zexa_send(url: str) -> AsyncSend:
    import zexa

    messages = zexa.AsyncClient(base_url=f"{url}/v1", api_key=KEY).messages

    async def send() -> str:
        message = await messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
        return message.id

    return send


async def aiohttp_send(url: str) -> AsyncSend:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    session = aiohttp.ClientSession(connector=connector, headers=HEADERS)
    # Without this, aiohttp warns about open connections.
    loop = asyncio.get_running_loop()
    atexit.register(lambda: loop.run_until_complete(session.close()))
    target = f"{url}/v1/messages"

    async def send() -> str:
        async with session.post(target, json=MESSAGE) as response:
            return (await response.json())["id"]

    return send


async def primp_send(url: str) -> AsyncSend:
    import primp

    client = primp.AsyncClient()
    target = f"{url}/v1/messages"

    async def send() -> str:
        response = await client.post(target, headers=HEADERS, content=json.dumps(MESSAGE).encode())
        return json.loads(response.content)["id"]

    return send


async def pyreqwest_send(url: str) -> AsyncSend:
    from pyreqwest.client import ClientBuilder

    client = ClientBuilder().build()
    target = f"{url}/v1/messages"

    async def send() -> str:
        response = await client.post(target).headers(HEADERS).body_json(MESSAGE).build().send()
        return (await response.json())["id"]

    return send


async def httpx_send(url: str) -> AsyncSend:
    import httpx

    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    client = httpx.AsyncClient(headers=HEADERS, limits=limits)
    target = f"{url}/v1/messages"

    async def send() -> str:
        return (await client.post(target, json=MESSAGE)).json()["id"]

    return send


ASYNC_SENDERS: dict[str, Callable[[str], Awaitable[AsyncSend]]] = {
    "zexa": zexa_send,
    "aiohttp": aiohttp_send,
    "primp": primp_send,
    "pyreqwest": pyreqwest_send,
    "httpx": httpx_send,
}


def sending(client: str, url: str, calls_each: int) -> Callable[[], None]:
    """Return a function that sends messages from 64 tasks. All its calls use the same event loop and client."""
    loop = asyncio.new_event_loop()
    send = loop.run_until_complete(ASYNC_SENDERS[client](url))

    async def repeat() -> None:
        for _ in range(calls_each):
            await send()

    async def all_at_once() -> None:
        await asyncio.gather(*(repeat() for _ in range(CONCURRENCY)))

    return lambda: loop.run_until_complete(all_at_once())
