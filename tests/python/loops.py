"""Event loops of both kinds, and helpers for tests that use them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from programs.process import until
from sandbox import Server

T = TypeVar("T")
KINDS = ("asyncio", "uvloop")


def new_loop(kind: str) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop for a test. The test fails if anything is reported to the loop's exception handler."""
    loop = pytest.importorskip("uvloop").new_event_loop() if kind == "uvloop" else asyncio.new_event_loop()
    reported: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: reported.append(context))
    yield loop
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()
    assert reported == []


def bodies(server: Server) -> list[str]:
    return [message["body"] for message in server.messages()]


async def seen(server: Server, count: int) -> None:
    """Wait until the server has received this number of requests."""
    await asyncio.get_running_loop().run_in_executor(None, server.requests, count)


async def gone(server: Server, connections: int = 0) -> None:
    """Wait until the server has at most this number of open connections."""

    def has_gone() -> bool:
        return bool(server.state()["open_connections"] <= connections)

    await asyncio.get_running_loop().run_in_executor(None, until, "the connection is closed", has_gone)


async def cancel(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


def spawn(call: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    return asyncio.get_running_loop().create_task(call)
