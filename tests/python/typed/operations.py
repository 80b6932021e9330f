"""The types of clients and operations. Type checkers read this file; it is never run."""

from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import zexa
from typing_extensions import assert_type


def making_clients() -> None:
    zexa.Client()
    zexa.Client(
        api_key="zx_live_0",
        base_url="https://api.zexa.ao/v1",
        timeout=30,
        connect_timeout=2.5,
        deadline=timedelta(minutes=2),
        max_connections=20,
        http2=True,
        max_retries=0,
        max_retry_wait=None,
        proxy="http://proxy.example:3128",
        ca_file=Path("authorities.pem"),
        client_cert_file=Path("shop.pem"),
        client_key_file="shop.key",
        user_agent_suffix="shop/1.2",
        default_headers={"X-Shop": "1"},
        allow_http=False,
    )
    with zexa.Client() as client:
        assert_type(client, zexa.Client)
        assert_type(client.with_options(timeout=5, deadline=None, retry_ambiguous=True), zexa.Client)
    client.close()
    assert_type(zexa.__version__, str)


async def making_async_clients() -> None:
    async with zexa.AsyncClient(
        api_key="zx_live_0", timeout=timedelta(seconds=1), ca_file="authorities.pem", http2=True
    ) as client:
        assert_type(client, zexa.AsyncClient)
        assert_type(client.with_options(max_retries=1), zexa.AsyncClient)
    await client.close()


def blocking(client: zexa.Client) -> None:
    message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="Hello")
    assert_type(message, zexa.Message)
    assert_type(client.messages.get(message.id, timeout=1, extra_headers={"X-Trace": "7"}), zexa.Message)
    fields: Mapping[str, object] = {"variables": ["Ana"]}
    client.messages.send(channel="whatsapp", to="+244912345678", from_="ZEXA", template_id="tpl_1", extra_body=fields)
    client.contacts.list(extra_query={"sort": "name", "page_size": 5, "deep": True, "tag": ["a", 1]})
    status: zexa.MessageStatus = "delivered"
    assert_type(client.messages.wait(message.id), zexa.Message)
    assert_type(client.messages.wait(message.id, until=status, deadline=60), zexa.Message)
    assert_type(client.campaigns.wait("cmp_1", until="final"), zexa.Campaign)
    assert_type(client.sender_ids.list(), zexa.List[zexa.SenderId])
    campaign = client.campaigns.create(
        name="June", channel="email", contact_list_id="lst_1", sender_id="hello@zexa.example", body="Hello"
    )
    assert_type(campaign, zexa.Campaign)
    assert_type(client.campaigns.list(per_page=10), zexa.List[zexa.Campaign])
    assert_type(client.campaigns.get("cmp_1"), zexa.Campaign)
    assert_type(client.contacts.create(name="Ana", phone="+244912345678", lists=["lst_1"]), zexa.Contact)
    assert_type(client.contacts.list(list_id="lst_1", search="Ana", limit=5), zexa.List[zexa.Contact])
    client.contacts.delete("cnt_1", deadline=1)
    assert_type(client.webhooks.create(url="https://shop.example/zexa", events=["message.delivered"]), zexa.Webhook)
    assert_type(client.credits.get(max_retries=0), zexa.Credits)
    response = client.request("POST", "/newsletters", query={"dry": "1", "n": 2}, body={"a": [1]}, retry_ambiguous=True)
    assert_type(response, zexa.Response)
    assert_type(response.status, int)


async def asynchronous(client: zexa.AsyncClient) -> None:
    # A coroutine, which create_task() and gather() accept.
    sending: Coroutine[Any, Any, zexa.Message] = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA")
    assert_type(await sending, zexa.Message)
    assert_type(await client.messages.get("msg_1", extra_query={"deep": True}), zexa.Message)
    await client.contacts.create(name="Ana", phone="+244912345678", extra_body={"tags": ["a"]}, extra_query=None)
    waiting: Coroutine[Any, Any, zexa.Message] = client.messages.wait("msg_1", until="sent")
    assert_type(await waiting, zexa.Message)
    assert_type(await client.campaigns.wait("cmp_1"), zexa.Campaign)
    assert_type(client.sender_ids.list(), zexa.AsyncList[zexa.SenderId])
    assert_type(await client.campaigns.get("cmp_1"), zexa.Campaign)
    assert_type(client.campaigns.list(limit=None), zexa.AsyncList[zexa.Campaign])
    assert_type(await client.contacts.create(name="Ana", phone="+244912345678"), zexa.Contact)
    assert_type(client.contacts.list(), zexa.AsyncList[zexa.Contact])
    await client.contacts.delete("cnt_1")
    assert_type(await client.webhooks.create(url="https://shop.example/zexa", events=("*",)), zexa.Webhook)
    assert_type(await client.credits.get(), zexa.Credits)
    assert_type(await client.request("GET", "/credits"), zexa.Response)


def lists(client: zexa.Client) -> None:
    contacts = client.contacts.list()
    for contact in contacts:
        assert_type(contact, zexa.Contact)
    assert_type(list(contacts), list[zexa.Contact])
    assert_type(next(iter(contacts)), zexa.Contact)
    for page in contacts.pages():
        assert_type(page, zexa.Page[zexa.Contact])
    assert_type([contacts.is_incomplete, contacts.pages().is_incomplete], list[bool])
    second = contacts.page(2)
    assert_type(second.items, tuple[zexa.Contact, ...])
    assert_type(second[0], zexa.Contact)
    assert_type(second[1:], tuple[zexa.Contact, ...])
    assert_type([len(second), second.page], list[int])
    assert_type([second.total, second.per_page], list[int | None])
    for contact in second:
        assert_type(contact, zexa.Contact)


async def async_lists(client: zexa.AsyncClient) -> None:
    campaigns = client.campaigns.list()
    async for campaign in campaigns:
        assert_type(campaign, zexa.Campaign)
    assert_type([campaign async for campaign in campaigns], list[zexa.Campaign])
    async for page in campaigns.pages():
        assert_type(page, zexa.Page[zexa.Campaign])
    assert_type([campaigns.is_incomplete, campaigns.pages().is_incomplete], list[bool])
    assert_type(await campaigns.page(1), zexa.Page[zexa.Campaign])


def what_arguments_may_be(
    client: zexa.Client, channel: str, template: Mapping[str, object], lists: Sequence[str]
) -> None:
    # A future channel, and one that is determined at runtime.
    client.messages.send(channel="pigeon", to="+244912345678", from_="ZEXA")
    client.messages.send(channel=channel, to="+244912345678", from_="ZEXA", template=template)
    for when in (datetime.now(timezone.utc), "2026-07-01T09:00:00Z", None):
        client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", scheduled_at=when)
    client.contacts.create(name="Ana", phone="+244912345678", lists=lists)
    client.contacts.create(name="Ana", phone="+244912345678", lists=("lst_1", "lst_2"), email=None)
    names: tuple[zexa.EventName, ...] = ("message.optout", "of.tomorrow")
    client.webhooks.create(url="https://shop.example/zexa", events=names)


def payloads(body: bytes, text: str, view: memoryview) -> None:
    assert_type(zexa.segments("Hello"), zexa.Segments)
    assert_type(zexa.estimate(channel="sms", to="+244912345678", from_="ZEXA", body=text), float | None)
    assert_type(zexa.parse_event(body), zexa.Event)
    assert_type(zexa.parse_event(text), zexa.Event)
    assert_type(zexa.parse_event(view), zexa.Event)


def ledgers(path: Path) -> None:
    client = zexa.Client(ledger=path, ledger_secret="s", ledger_same_account=True)
    sending = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", idempotency_key="order-1")
    assert_type(sending, zexa.Message)
    with zexa.Ledger.open("june.db", create=True) as ledger:
        assert_type(ledger, zexa.Ledger)
        assert_type(ledger.path, Path | str)
        assert_type(ledger.counts(), zexa.LedgerCounts)
        assert_type(ledger.counts().oldest_doubt, datetime | None)
        assert_type(ledger.export(path), int)
        assert_type(ledger.prune(datetime.now(timezone.utc)), int)
        for row in ledger.in_doubt():
            assert_type(row, zexa.DoubtfulRow)
            ledger.mark_sent(row.key, "msg_1")
            ledger.mark_not_sent(row.key)


def bulk(client: zexa.Client, when: datetime) -> None:
    rows: list[zexa.SendMessageRow] = [
        {"channel": "sms", "to": "+244912345678", "from_": "ZEXA", "body": "Hello", "idempotency_key": "order-4711"},
        {"channel": "email", "to": "ana@shop.example", "from_": "ZEXA", "html": None, "scheduled_at": when},
    ]
    assert_type(client.messages.send_many(rows), zexa.SendMany)
    client.messages.send_many(
        ({"channel": "sms", "to": f"+24491234567{number}", "from_": "ZEXA", "body": "Hello"} for number in range(2)),
        ledger=Path("june.db"),
        concurrency=8,
        rate=0.5,
        ordered=True,
        on_unknown="report",
        on_rejected="send",
        allow_past=True,
        not_after=when,
        timeout=timedelta(seconds=5),
    )
    with client.messages.send_many(iter(rows)) as sending:
        for result in sending:
            assert_type(result, zexa.SendResult)
            assert_type(result.message, zexa.Message | None)
            assert_type(result.error, zexa.ZexaError | None)
            assert_type(result.outcome, zexa.Outcome)
        assert_type(sending.stats(), zexa.BulkStats)
        assert_type(sending.ledger, Path | str | None)
        sending.stop()
    with client.contacts.create_many([{"name": "Ana", "phone": "+244912345678"}], rate=5) as adding:
        for added in adding:
            assert_type(added.contact, zexa.Contact | None)
            assert_type(added.exists, bool)


async def async_bulk(client: zexa.AsyncClient, rows: AsyncIterator[zexa.SendMessageRow]) -> None:
    assert_type(client.messages.send_many([]), zexa.AsyncSendMany)
    async with client.messages.send_many(rows, ledger="june.db") as sending:
        async for result in sending:
            assert_type(result, zexa.SendResult)
        assert_type(sending.stats(), zexa.BulkStats)
        assert_type(sending.ledger, Path | str | None)
        sending.cancel()
        await sending.close()
    async for added in client.contacts.create_many([{"name": "Ana", "phone": "+244912345678"}]):
        assert_type(added, zexa.CreateResult)
