"""The types that programs see: run as a test, and checked by `mypy --strict`, which takes no `type: ignore` that is not needed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
import zexa

from sandbox import Server

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, kind: Any) -> None:
        """It is for the type checker."""


def test_what_the_blocking_client_gives(client: zexa.Client) -> None:
    with client as entered:
        assert_type(entered, zexa.Client)
        derived = client.with_options(timeout=timedelta(seconds=5), deadline=10, max_retries=0)
        message = derived.messages.send(
            channel="sms",
            to="+244912345678",
            from_="ZEXA",
            body="Hello",
            scheduled_at=datetime.now(timezone.utc) + timedelta(days=1),
            extra_headers={"X-Shop": "1"},
        )
        assert_type(message, zexa.Message)
        assert_type(client.credits.get().credits, float)
        assert_type(client.request("GET", "/credits", query={"page": 1}), zexa.Response)
        contacts = client.contacts.list(list_id="lst_demo", per_page=2)
        assert_type(contacts, zexa.List[zexa.Contact])
        assert_type(list(contacts), list[zexa.Contact])
        assert_type(next(iter(client.campaigns.list()), None), zexa.Campaign | None)
        for page in contacts.pages():
            assert_type(page, zexa.Page[zexa.Contact])
            assert_type(page.items, tuple[zexa.Contact, ...])
            assert_type(page[0], zexa.Contact)
            assert_type([contact.name for contact in page], list[str])
        assert_type(client.sender_ids.list().page(1).total, int)


def test_what_models_hold(client: zexa.Client) -> None:
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
    assert_type(message.id, str)
    assert_type(message.from_, str | None)
    assert_type(message.created_at, datetime)
    assert_type(message.delivered_at, datetime | None)
    assert_type(message.is_final, bool)
    assert_type(message.extra, dict[str, Any])
    assert_type(message.to_dict(), dict[str, Any])
    assert_type(zexa.Message.from_json(message.to_json()), zexa.Message)
    contact = client.contacts.list().page(1)[0]
    assert_type(contact.lists, tuple[str, ...])
    assert_type(contact.email, str | None)
    event = zexa.parse_event(b"{}")
    assert_type(event.message, zexa.Message | None)
    assert_type(event.campaign, zexa.Campaign | None)
    status: zexa.MessageStatus = message.status
    assert status == "queued"


def test_what_the_async_client_gives(server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            assert_type(client, zexa.AsyncClient)
            task = asyncio.create_task(client.credits.get())
            assert_type(await task, zexa.Credits)
            both = await asyncio.gather(client.credits.get(), client.messages.get("msg_1"), return_exceptions=True)
            assert_type(both, tuple[zexa.Credits | BaseException, zexa.Message | BaseException])
            assert_type(client.contacts.list(), zexa.AsyncList[zexa.Contact])
            async for contact in client.contacts.list():
                assert_type(contact, zexa.Contact)
            async for page in client.contacts.list().pages():
                assert_type(page, zexa.Page[zexa.Contact])
            assert_type(await client.contacts.list().page(1), zexa.Page[zexa.Contact])

    asyncio.run(main())


def test_what_errors_say(client: zexa.Client) -> None:
    try:
        client.messages.get("msg_nobody")
    except zexa.NotFoundError as error:
        assert_type(error.status, int | None)
        assert_type(error.request_id, str | None)
        assert_type(error.retry_after, float | None)
        assert_type(error.attempts, int)
        assert_type(error.safe_to_retry, bool)
        kind: zexa.Kind = error.kind
        outcome: zexa.Outcome = error.outcome
        assert (kind, outcome) == ("not_found", "rejected")
        # Both are closed: a type checker finds what there cannot be.
        assert error.outcome != "lost"  # type: ignore[comparison-overlap]


def test_what_is_wrong_is_found_before_it_runs(client: zexa.Client) -> None:
    with pytest.raises(TypeError):
        client.messages.send(channel="sms", to="+244912345678", body="Hello")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        client.messages.send(channel="sms", to=244912345678, from_="ZEXA", body="Hello")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.messages.send("sms", "+244912345678", from_="ZEXA")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        client.webhooks.create(url="https://shop.example", events=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.contacts.list(page=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        zexa.Client(timeout="5")  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        client.credits.get().credits = 5  # type: ignore[misc]
    with pytest.raises(AttributeError):
        _ = client.credits.get().balance  # type: ignore[attr-defined]
