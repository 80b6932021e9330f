"""Calls with an `idempotency_key`: sent at most once, replayed, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zexa

from held import HeldServer
from loops import KINDS, cancel, new_loop, spawn
from programs.messages import sms
from programs.process import until
from sandbox import Server

BOTH = pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "june.db"


def settled(made: Any) -> Any:
    """The result of a call of either client."""

    async def awaited() -> Any:
        return await made

    return asyncio.run(awaited()) if isinstance(made, Awaitable) else made


@BOTH
def test_a_key_is_sent_once(kind: Any, server: Server, path: Path) -> None:
    client = kind(**server.options, ledger=path)
    first = settled(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
    again = settled(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
    assert (again, again.body) == (first, "Hello")
    other = (zexa.AsyncClient if kind is zexa.Client else zexa.Client)(**server.options, ledger=str(path))
    assert settled(other.messages.send(**sms("Hello"), idempotency_key="order-1")).id == first.id
    assert len(server.requests()) == 1
    assert "idempotency_key" not in server.requests()[0]["body"]
    settled(client.messages.send(**sms("Hello"), idempotency_key="order-2"))
    assert len(server.messages()) == 2


@BOTH
def test_campaigns(kind: Any, server: Server, path: Path) -> None:
    client = kind(**server.options, ledger=path)
    campaign = {"name": "June", "channel": "sms", "contact_list_id": "lst_demo", "sender_id": "ZEXA", "body": "Hello"}
    first = settled(client.campaigns.create(**campaign, idempotency_key="june"))
    assert settled(client.campaigns.create(**campaign, idempotency_key="june")).id == first.id
    assert len(server.requests()) == 1


@BOTH
def test_reused_key(kind: Any, server: Server, path: Path) -> None:
    client = kind(**server.options, ledger=path)
    settled(client.messages.send(**sms("one"), idempotency_key="order-1"))
    server.fault(status=502)
    with pytest.raises(zexa.ServerError):
        settled(client.messages.send(**sms("two"), idempotency_key="order-2"))
    for key, outcome in {"order-1": "accepted", "order-2": "unknown"}.items():
        with pytest.raises(zexa.KeyReusedError) as caught:
            settled(client.messages.send(**sms("another text"), idempotency_key=key))
        error = caught.value
        assert (error.kind, error.outcome, error.attempts, error.safe_to_retry) == ("key_reused", outcome, 0, False)
    assert len(server.requests()) == 2


@BOTH
def test_doubt_is_named_and_settled(kind: Any, server: Server, path: Path) -> None:
    client = kind(**server.options, ledger=path)
    server.fault(status=502)
    with pytest.raises(zexa.ServerError):
        settled(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
    with pytest.raises(zexa.InDoubtError) as caught:
        settled(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
    assert (caught.value.kind, caught.value.outcome, caught.value.attempts) == ("in_doubt", "unknown", 0)
    with zexa.Ledger.open(path) as ledger:
        assert [row.key for row in ledger.in_doubt()] == ["order-1"]
        ledger.mark_not_sent("order-1")
    message = settled(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
    assert [message.id] == [sent["id"] for sent in server.messages()]


@BOTH
def test_errors_use_the_names_of_python(kind: Any, server: Server, path: Path) -> None:
    def fails(error: type[zexa.ZexaError], message: str, call: Callable[[], Any]) -> None:
        with pytest.raises(error) as caught:
            settled(call())
        assert caught.value.message.startswith(message)
        assert caught.value.outcome == "not_sent"

    def send(client: Any, **options: Any) -> Any:
        return client.messages.send(**sms("Hello"), **{"idempotency_key": "order-1", **options})

    client = kind(**server.options, ledger=path)
    plain = kind(**server.options)
    fails(
        zexa.ConfigError, "`idempotency_key` needs a client with a ledger: set the option `ledger`", lambda: send(plain)
    )
    fails(zexa.ConfigError, "`retry_ambiguous` must not be set", lambda: send(client, retry_ambiguous=True))
    fails(zexa.ValidationError, "`idempotency_key` ", lambda: send(client, idempotency_key="a\nb"))
    fails(zexa.ConfigError, "`ledger` must not be empty", lambda: kind(**server.options, ledger=""))
    other_key = {**server.options, "api_key": "zx_other"}
    fails(zexa.ConfigError, f"`ledger` {path} belongs to another API key", lambda: kind(**other_key, ledger=path))
    assert kind(**other_key, ledger=path, ledger_same_account=True)
    options = {"ledger": 1, "ledger_secret": 1, "ledger_same_account": 1, "ledger_on_network": "no"}
    for name, value in options.items():
        with pytest.raises(TypeError, match=f"^argument '{name}' must be "):
            kind(**server.options, **{name: value})
    with pytest.raises(TypeError, match="^argument 'idempotency_key' must be str, not int"):
        settled(send(client, idempotency_key=1))
    assert server.requests() == []


@pytest.fixture(params=KINDS)
def loop(request: pytest.FixtureRequest) -> Iterator[asyncio.AbstractEventLoop]:
    yield from new_loop(request.param)


@pytest.fixture
def held() -> Iterator[HeldServer]:
    server = HeldServer()
    yield server
    server.end()


def test_cancelled_task_is_recorded_later(loop: asyncio.AbstractEventLoop, held: HeldServer, path: Path) -> None:
    """Cancelling ends the wait. The attempt continues, and its answer is recorded."""

    async def main() -> None:
        async with zexa.AsyncClient(**held.options, ledger=path) as client:
            task = spawn(client.messages.send(**sms("Hello"), idempotency_key="order-1"))
            await asyncio.to_thread(held.next_body)
            await cancel(task)
            ledger = zexa.Ledger.open(path)
            assert (ledger.counts().claimed, ledger.in_doubt()) == (1, [])
            with pytest.raises(zexa.InProgressError):
                await client.messages.send(**sms("Hello"), idempotency_key="order-1")
            held.respond()
            await asyncio.to_thread(until, "the answer is recorded", lambda: ledger.counts().accepted == 1)
            message = await client.messages.send(**sms("Hello"), idempotency_key="order-1")
            assert message.id == "msg_of_Hello"

    loop.run_until_complete(main())
    assert held.bodies == ["Hello"]


def test_task_cancelled_before_it_starts(loop: asyncio.AbstractEventLoop, server: Server, path: Path) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options, ledger=path) as client:
            await cancel(spawn(client.messages.send(**sms("never"), idempotency_key="order-1")))
            client.messages.send(**sms("never"), idempotency_key="order-1").close()
            await client.messages.send(**sms("Hello"), idempotency_key="order-1")

    loop.run_until_complete(main())
    assert [message["body"] for message in server.messages()] == ["Hello"]


def test_concurrent_calls_with_one_key(loop: asyncio.AbstractEventLoop, server: Server, path: Path) -> None:
    async def main() -> list[Any]:
        async with zexa.AsyncClient(**server.options, ledger=path) as client:
            calls = [client.messages.send(**sms("Hello"), idempotency_key="order-1") for _ in range(20)]
            return await asyncio.gather(*calls, return_exceptions=True)

    found = loop.run_until_complete(main())
    (message,) = server.messages()
    assert {one.id for one in found if isinstance(one, zexa.Message)} == {message["id"]}
    assert {type(one) for one in found} <= {zexa.Message, zexa.InProgressError}
