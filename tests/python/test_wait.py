"""`wait()`: final and other statuses, deadline, cancellation, closing."""

from __future__ import annotations

import asyncio
import inspect
import signal
import threading
from typing import Any

import pytest
import zexa

from examples import CAMPAIGN, SMS
from loops import cancel, seen, spawn
from programs.process import Program
from sandbox import Sandbox, Server


def message_that_is(status: str) -> dict[str, Any]:
    created = "2026-07-01T09:00:00Z"
    return {"id": "msg_1", "status": status, "channel": "sms", "to": "+244912345678", "created_at": created}


@pytest.fixture
def staying(sandbox: Sandbox) -> Server:
    """A server with a message whose status never becomes final."""
    return sandbox.start_server({"state": {"messages": [message_that_is("sent")]}})


def test_until_a_message_is_delivered(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"speed": 5}})
    with zexa.Client(**server.options) as client:
        arrived = client.messages.wait(client.messages.send(**SMS).id)
        assert type(arrived) is zexa.Message
        assert (arrived.status, arrived.is_final) == ("delivered", True)


def test_until_a_campaign_is_completed(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"speed": 10}})
    with zexa.Client(**server.options) as client:
        ended = client.campaigns.wait(client.campaigns.create(**CAMPAIGN).id, until="completed")
        assert type(ended) is zexa.Campaign
        assert ended.stats is not None
        assert (ended.status, ended.stats.delivered) == ("completed", 5)


@pytest.mark.parametrize("until", ["sent", "queued", "final", "", None])
def test_any_final_status_ends_the_wait(sandbox: Sandbox, until: Any) -> None:
    server = sandbox.start_server({"state": {"messages": [message_that_is("failed")]}})
    with zexa.Client(**server.options) as client:
        assert client.messages.wait("msg_1", until=until).status == "failed"
    assert len(server.requests()) == 1


def test_until_a_status(staying: Server) -> None:
    staying.fault(path="/messages/*", status=200, body=message_that_is("queued"))
    with zexa.Client(**staying.options) as client:
        assert client.messages.wait("msg_1", until="sent").status == "sent"
    assert len(staying.requests()) == 2


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_default_of_until_is_in_the_signature(kind: type[Any]) -> None:
    until = inspect.signature(kind(api_key="k").campaigns.wait).parameters["until"]
    assert (until.default, until.kind) == ("final", until.KEYWORD_ONLY)


def test_deadline_limits_the_whole_wait(staying: Server) -> None:
    with zexa.Client(**staying.options) as client, pytest.raises(zexa.APITimeoutError, match="deadline") as caught:
        client.messages.wait("msg_1", deadline=3)
    assert caught.value.outcome == "unknown"
    assert caught.value.attempts == len(staying.requests())


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


def test_wait_of_the_async_client(staying: Server) -> None:
    staying.fault(path="/messages/*", status=200, body=message_that_is("queued"))

    async def main() -> None:
        async with zexa.AsyncClient(**staying.options) as client:
            waiting = client.messages.wait("msg_1", until="sent")
            assert asyncio.iscoroutine(waiting)
            assert (await waiting).status == "sent"
            with pytest.raises(zexa.NotFoundError):
                await client.campaigns.wait("cmp_nobody")
            with pytest.raises(zexa.APITimeoutError):
                await client.messages.wait("msg_1", deadline=3)

    asyncio.run(main())


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
