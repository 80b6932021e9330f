# pyright: basic, reportUnnecessaryTypeIgnoreComment=error
"""Mistakes that type checkers must report, with the names of the errors. If one is not reported, its ignore comment is unused, which is an error."""

import zexa


def names() -> None:
    print(zexa.Clinet)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print(zexa.os)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def options() -> None:
    zexa.Client("zx_live_0")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    zexa.Client(key="zx_live_0")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    zexa.Client(timeout="30 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    zexa.Client(default_headers=["X-Shop"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def arguments(client: zexa.Client) -> None:
    client.messages.send("sms", "+244912345678", "ZEXA")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.messages.send(channel="sms", to="+244912345678")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.messages.send(channel="sms", to=912345678, from_="ZEXA")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.messages.send(channel=None, to="+244912345678", from_="ZEXA")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", scheduled_at=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", text="")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.messages.get(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.contacts.create(name="Ana", phone="+244912345678", lists=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.webhooks.create(url="https://shop.example/zexa", events=[7])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.contacts.list(limit="3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.credits.get(retries=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.credits.get(extra_query={"at": None})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    client.credits.get(extra_body={"a": 1})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.with_options(extra_body={"a": 1})  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.request("GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def ledgers(ledger: zexa.Ledger) -> None:
    zexa.Ledger("june.db")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    zexa.Ledger.open("june.db", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ledger.mark_sent(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ledger.path = "july.db"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def rows(client: zexa.Client) -> None:
    client.messages.send_many([{"channel": "sms", "to": "+244912345678"}])  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]
    client.contacts.create_many([{"name": "Ana", "phone": 7}])  # type: ignore[typeddict-item]  # pyright: ignore[reportArgumentType]
    client.contacts.create_many([{"name": "Ana", "phone": "7", "mail": ""}])  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportArgumentType]
    client.messages.send_many([], on_unknown="retry")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.messages.send_many([], deadline=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    zexa.SendMany()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def models(message: zexa.Message) -> None:
    zexa.Message()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    zexa.Event(event=7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    zexa.CampaignStats(seen=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    zexa.List()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    message.status = "sent"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    print(message.sender)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    print(message.sent_at.year)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    outcome: zexa.Outcome = "lost"  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    print(outcome)


def kinds_of_clients(client: zexa.Client) -> None:
    for contact in zexa.AsyncClient().contacts.list():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        print(contact)
    with zexa.AsyncClient():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


async def what_is_not_awaited(client: zexa.AsyncClient) -> None:
    client.credits.get()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    print(client.credits.get().currency)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
