"""The types of models and errors. Type checkers read this file; it is never run."""

from datetime import datetime
from typing import Any

import zexa
from typing_extensions import assert_never, assert_type


def messages(message: zexa.Message) -> None:
    assert_type(message.id, str)
    assert_type(message.to, str | None)
    assert_type(message.created_at, datetime | None)
    assert_type(message.sent_at, datetime | None)
    assert_type(message.from_, str | None)
    assert_type(message.is_final, bool)
    # Any string, because the API may add values.
    status: zexa.MessageStatus = message.status
    channel: str | None = message.channel
    if status == "delivered" or status == "lost in the post" or channel in ("sms", "pigeon"):
        print(status.upper())


def models(campaign: zexa.Campaign, contact: zexa.Contact, webhook: zexa.Webhook, credits: zexa.Credits) -> None:
    assert_type(campaign.total_recipients, int | None)
    if campaign.stats is not None:
        assert_type(campaign.stats, zexa.CampaignStats)
        assert_type(campaign.stats.delivered, int | None)
    assert_type(contact.lists, tuple[str, ...])
    names: tuple[str, ...] = webhook.events
    print(names)
    assert_type(credits.credits, float)


def making_them(when: datetime) -> None:
    assert_type(zexa.Message(id="msg_1", status="queued", from_="ZEXA", created_at=when, extra={"a": 1}), zexa.Message)
    assert_type(zexa.Contact(id="cnt_1", lists=["lst_1"], email=None, created_at="2026-07-01T09:00:00Z"), zexa.Contact)
    stats = zexa.CampaignStats(sent=1)
    assert_type(zexa.Campaign(id="cmp_1", created_at=when, stats=stats), zexa.Campaign)
    assert_type(zexa.Message.from_dict({"id": "msg_1"}), zexa.Message)
    assert_type(zexa.Page(items=[stats], total=7), zexa.Page[zexa.CampaignStats])
    assert_type(zexa.Response(status=201, body={"a": 1}).to_dict(), dict[str, Any])
    error = zexa.ServerError("slow", outcome="rejected")
    assert_type(zexa.ServerError(*error.args), zexa.ServerError)


def what_all_models_can(contact: zexa.Contact) -> None:
    assert_type(contact.extra, dict[str, Any])
    assert_type(contact.to_dict(), dict[str, Any])
    assert_type(zexa.Contact.from_json(contact.to_json()), zexa.Contact)
    known: dict[zexa.Contact, int] = {contact: hash(contact)}
    print(contact in known, contact == contact.id)
    match contact:
        case zexa.Contact(id=id, email=email):
            assert_type(id, str)
            assert_type(email, str | None)


def events(event: zexa.Event) -> None:
    assert_type(event.id, str | None)
    if event.event == "message.delivered" and event.message is not None:
        assert_type(event.message, zexa.Message)
    assert_type(event.campaign, zexa.Campaign | None)


def errors(error: zexa.ZexaError) -> None:
    assert_type(error.kind, zexa.Kind)
    assert_type(error.status, int | None)
    assert_type([error.code, error.request_id], list[str | None])
    assert_type(error.message, str)
    assert_type(error.retry_after, float | None)
    assert_type(error.attempts, int)
    assert_type(error.safe_to_retry, bool)


def outcomes(error: zexa.ZexaError) -> str:
    # A closed set: checkers see whether the match is exhaustive.
    match error.outcome:
        case "not_sent" | "rejected":
            return "again"
        case "unknown":
            return "who knows"
        case "accepted":
            return "done"
        case other:
            assert_never(other)


def classes(client: zexa.Client) -> None:
    try:
        client.credits.get()
    except zexa.APITimeoutError as error:
        base: zexa.APIConnectionError = error
        print(base)
    except (zexa.RateLimitError, zexa.ServerError) as error:
        assert_type(error.retry_after, float | None)
    except zexa.APIError as error:
        any_error: zexa.ZexaError = error
        print(any_error)
