"""`wait()`: signature, cancellation, closing. Scenarios test statuses and deadlines."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from typing import Any

import pytest
import zexa

from loops import cancel, seen, spawn
from programs.process import Program
from sandbox import Sandbox, Server


@pytest.fixture
def staying(sandbox: Sandbox) -> Server:
    """A server with a message whose status never becomes final."""
    created = "2026-07-01T09:00:00Z"
    message = {"id": "msg_1", "status": "sent", "channel": "sms", "to": "+244912345678", "created_at": created}
    return sandbox.start_server({"state": {"messages": [message]}})


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_default_of_until_is_in_the_signature(kind: type[Any]) -> None:
    until = inspect.signature(kind(api_key="k").campaigns.wait).parameters["until"]
    assert (until.default, until.kind) == ("final", until.KEYWORD_ONLY)


def test_close_from_another_thread(staying: Server) -> None:
    def close() -> None:
        staying.requests(at_least=2)
        client.close()

    with zexa.Client(**staying.options) as client:
        closing = threading.Thread(target=close)
        closing.start()
        with pytest.raises(zexa.ClosedError) as caught:
            client.messages.wait("msg_1")
        closing.join()
    assert caught.value.outcome == "unknown"


def test_cancelled_task_stops_polling(staying: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**staying.options) as client:
            task = spawn(client.messages.wait("msg_1"))
            await seen(staying, 2)
            await cancel(task)
            requests = len(staying.requests())
            # Other waits continue concurrently.
            results = await asyncio.gather(
                *(client.messages.wait("msg_1", until="sent") for _ in range(20)), client.credits.get()
            )
            assert len(results) == 21
            assert len(staying.requests()) == requests + 21

    asyncio.run(main())


def test_close_ends_the_wait(staying: Server) -> None:
    async def main() -> None:
        client = zexa.AsyncClient(**staying.options)
        task = spawn(client.messages.wait("msg_1"))
        await seen(staying, 2)
        await client.close()
        with pytest.raises(zexa.ClosedError):
            await task

    asyncio.run(main())


def test_ctrl_c_during_a_pause(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"speed": "manual"}})
    with Program("programs.interrupted", "waiting", server=server) as program:
        program.expect("calling")
        # The pause after the fourth attempt is longer than a second.
        for _ in range(4):
            program.expect("attempted")
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        reported = program.report()
        assert reported == {"type": "CancelledError", "kind": "cancelled", "outcome": "unknown", "attempts": 4}
        program.end()
    assert [message["body"] for message in server.messages()] == ["waited for", "after"]
    assert len(server.requests()) == 6
