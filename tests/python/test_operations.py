"""The signature of every operation, and the accepted types of its arguments. Scenarios test requests and results."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable
from datetime import datetime, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import zexa

from examples import CAMPAIGN, CONTACT, SMS, WEBHOOK
from sandbox import Server

LUANDA = timezone(timedelta(hours=1))
TEMPLATE = {"name": "order_shipped", "language": "pt", "variables": {"1": "Ana"}}


def last_body(server: Server) -> dict[str, Any]:
    body: dict[str, Any] = server.requests()[-1]["body"]
    return body


OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "messages.send": lambda client: client.messages.send,
    "messages.get": lambda client: client.messages.get,
    "messages.wait": lambda client: client.messages.wait,
    "sender_ids.list": lambda client: client.sender_ids.list,
    "campaigns.create": lambda client: client.campaigns.create,
    "campaigns.list": lambda client: client.campaigns.list,
    "campaigns.get": lambda client: client.campaigns.get,
    "campaigns.wait": lambda client: client.campaigns.wait,
    "contacts.create": lambda client: client.contacts.create,
    "contacts.list": lambda client: client.contacts.list,
    "contacts.delete": lambda client: client.contacts.delete,
    "webhooks.create": lambda client: client.webhooks.create,
    "credits.get": lambda client: client.credits.get,
    "request": lambda client: client.request,
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "messages.send": SMS,
    "messages.get": {"id": "msg_1"},
    "messages.wait": {"id": "msg_1"},
    "campaigns.create": CAMPAIGN,
    "campaigns.get": {"id": "cmp_1"},
    "campaigns.wait": {"id": "cmp_1"},
    "contacts.create": CONTACT,
    "contacts.delete": {"id": "cnt_1"},
    "webhooks.create": WEBHOOK,
    "request": {"method": "GET", "path": "/credits"},
}
REQUIRED = [(name, argument) for name, arguments in ARGUMENTS.items() for argument in arguments if argument != "body"]
TEXTS = [(name, argument) for name, argument in REQUIRED if argument != "events"]
TEXTS += [("messages.send", name) for name in ("body", "subject", "html", "scheduled_at", "template_id")]
TEXTS += [("campaigns.create", "template_id")]
TEXTS += [("messages.wait", "until"), ("campaigns.wait", "until")]
TEXTS += [("contacts.create", "email"), ("contacts.list", "search"), ("contacts.list", "list_id")]


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_operations_have_docs_and_signatures(kind: type[Any], name: str) -> None:
    function = OPERATIONS[name](kind(api_key="k"))
    names = set(inspect.signature(function).parameters)
    assert {"timeout", "deadline", "max_retries", "retry_ambiguous", "extra_headers"} <= names
    assert set(ARGUMENTS.get(name, {})) <= names
    assert function.__doc__


@pytest.mark.parametrize(("name", "argument"), REQUIRED)
def test_missing_argument_is_a_type_error(client: zexa.Client, server: Server, name: str, argument: str) -> None:
    arguments = {key: value for key, value in ARGUMENTS[name].items() if key != argument}
    with pytest.raises(TypeError, match=f"'{argument}'"):
        OPERATIONS[name](client)(**arguments)
    assert server.requests() == []


@pytest.mark.parametrize(("name", "argument"), [pair for pair in REQUIRED if pair[0] != "request"])
def test_none_for_a_required_argument_is_rejected(
    client: zexa.Client, server: Server, name: str, argument: str
) -> None:
    with pytest.raises(zexa.InvalidRequestError) as caught:
        OPERATIONS[name](client)(**{**ARGUMENTS[name], argument: None})
    assert caught.value.details["field"] == argument
    assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 0)
    assert server.requests() == []


@pytest.mark.parametrize(
    "value", [5, b"bytes", 1.5, ["x"], {"x": "y"}, object()], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize(("name", "argument"), TEXTS)
def test_string_of_the_wrong_type_is_named(
    client: zexa.Client, server: Server, name: str, argument: str, value: Any
) -> None:
    with pytest.raises(TypeError, match=f"'{argument}'"):
        OPERATIONS[name](client)(**{**ARGUMENTS.get(name, {}), argument: value})
    assert server.requests() == []


@pytest.mark.parametrize("value", ["*", 5, ["message.sent", 5], {"message.sent": 1}, b"*"], ids=repr)
def test_list_of_the_wrong_type_is_named(client: zexa.Client, server: Server, value: Any) -> None:
    """A string is rejected, although it is a sequence of strings."""
    with pytest.raises(TypeError, match="'events'"):
        client.webhooks.create(url="https://shop.example/zexa", events=value)
    with pytest.raises(TypeError, match="'lists'"):
        client.contacts.create(**CONTACT, lists=value)
    assert server.requests() == []


def test_lists_may_be_tuples(client: zexa.Client, server: Server) -> None:
    client.webhooks.create(url="https://shop.example/zexa", events=("message.failed", "*"))
    assert last_body(server)["events"] == ["message.failed", "*"]
    client.contacts.create(**CONTACT, lists=("lst_demo", "lst_abc123"))
    assert last_body(server)["lists"] == ["lst_demo", "lst_abc123"]


@pytest.mark.parametrize("value", [-1, 2**32, 2**70])
def test_page_size_outside_of_u32_is_rejected(client: zexa.Client, server: Server, value: int) -> None:
    with pytest.raises(zexa.ValidationError, match="per_page"):
        list(client.contacts.list(per_page=value))
    assert server.requests() == []


@pytest.mark.parametrize("value", ["5", 2.5, [5]])
def test_page_size_of_the_wrong_type_is_named(client: zexa.Client, value: Any) -> None:
    with pytest.raises(TypeError, match="'per_page'"):
        list(client.contacts.list(per_page=value))


@pytest.mark.parametrize("name", OPERATIONS)
def test_unknown_argument(client: zexa.Client, server: Server, name: str) -> None:
    with pytest.raises(TypeError, match="'colour'"):
        OPERATIONS[name](client)(**ARGUMENTS.get(name, {}), colour="red")
    assert server.requests() == []


def test_arguments_are_keyword_only(client: zexa.Client) -> None:
    with pytest.raises(TypeError, match="positional"):
        client.messages.send("sms", "+244912345678", "ZEXA", "Hello")  # type: ignore[call-arg]


class Channel(str, enum.Enum):
    SMS = "sms"


def test_subclass_of_str_is_accepted(client: zexa.Client, server: Server) -> None:
    client.messages.send(**{**SMS, "channel": Channel.SMS})
    assert last_body(server)["channel"] == "sms"


@pytest.mark.parametrize("name", ["body", "channel"])
def test_lone_surrogate_is_rejected(client: zexa.Client, server: Server, name: str) -> None:
    with pytest.raises((TypeError, zexa.ValidationError), match=name):
        client.messages.send(**{**SMS, name: "\ud800"})
    assert server.requests() == []


@pytest.mark.parametrize("template", [TEMPLATE, MappingProxyType(TEMPLATE)], ids=["dict", "mapping"])
def test_template_is_a_mapping(client: zexa.Client, server: Server, template: Any) -> None:
    client.messages.send(channel="whatsapp", to="+244912345678", from_="ZEXA", template=template)
    assert last_body(server)["template"] == TEMPLATE


@pytest.mark.parametrize("template", ["order_shipped", 5, ["order_shipped"], b"x"], ids=repr)
def test_template_of_the_wrong_type_is_named(client: zexa.Client, server: Server, template: Any) -> None:
    with pytest.raises(TypeError, match="'template'"):
        client.messages.send(channel="whatsapp", to="+244912345678", from_="ZEXA", template=template)
    assert server.requests() == []


@pytest.mark.parametrize("value", [object(), {1, 2}, b"x", float("nan"), 2**70], ids=lambda value: type(value).__name__)
def test_template_outside_of_json_is_rejected(client: zexa.Client, server: Server, value: Any) -> None:
    with pytest.raises((TypeError, zexa.ValidationError), match="template"):
        client.messages.send(
            channel="whatsapp", to="+244912345678", from_="ZEXA", template={**TEMPLATE, "variables": {"1": value}}
        )
    assert server.requests() == []


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (timezone.utc, "2036-07-01T09:00:00+00:00"),
        (LUANDA, "2036-07-01T08:00:00+00:00"),
        (timezone(timedelta(hours=-9, minutes=-30)), "2036-07-01T18:30:00+00:00"),
        (timezone(timedelta(hours=5, minutes=45, seconds=30)), "2036-07-01T03:14:30+00:00"),
        (ZoneInfo("America/New_York"), "2036-07-01T13:00:00+00:00"),
    ],
    ids=str,
)
def test_aware_datetime_is_sent_as_the_same_instant(
    client: zexa.Client, server: Server, zone: tzinfo, expected: str
) -> None:
    when = datetime(2036, 7, 1, 9, tzinfo=zone)
    message = client.messages.send(**SMS, scheduled_at=when)
    assert instant(last_body(server)["scheduled_at"]) == datetime.fromisoformat(expected)
    assert message.scheduled_at == when
    campaign = client.campaigns.create(**CAMPAIGN, scheduled_at=when)
    assert instant(last_body(server)["scheduled_at"]) == datetime.fromisoformat(expected)
    assert campaign.scheduled_at == when


def test_microseconds_and_fold_are_kept(client: zexa.Client, server: Server) -> None:
    client.messages.send(**SMS, scheduled_at=datetime(2036, 7, 1, 9, 0, 0, 123456, tzinfo=timezone.utc))
    assert instant(last_body(server)["scheduled_at"]).microsecond == 123456
    # The hour that is repeated at the end of daylight saving time.
    twice = datetime(2036, 11, 2, 1, 30, tzinfo=ZoneInfo("America/New_York"))
    for when, hour in [(twice, 5), (twice.replace(fold=1), 6)]:
        client.messages.send(**SMS, scheduled_at=when)
        assert instant(last_body(server)["scheduled_at"]).hour == hour


def test_datetime_outside_of_the_range_of_utc_is_rejected(client: zexa.Client, server: Server) -> None:
    when = datetime(9999, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-1)))
    with pytest.raises(zexa.ValidationError, match="scheduled_at"):
        client.messages.send(**SMS, scheduled_at=when)
    assert server.requests() == []


def test_subclass_of_datetime_is_accepted(client: zexa.Client, server: Server) -> None:
    """Date libraries and libraries that freeze time in tests define such classes."""

    class Moment(datetime):
        pass

    client.messages.send(**SMS, scheduled_at=Moment(2036, 7, 1, 9, tzinfo=LUANDA))
    assert instant(last_body(server)["scheduled_at"]) == datetime(2036, 7, 1, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("name", ["messages.send", "campaigns.create"])
def test_naive_datetime_is_rejected(client: zexa.Client, server: Server, name: str) -> None:
    with pytest.raises(zexa.ValidationError, match=r"scheduled_at\W+must be a timezone-aware datetime") as caught:
        OPERATIONS[name](client)(**ARGUMENTS[name], scheduled_at=datetime(2036, 7, 1, 9))
    assert caught.value.details["value"] == "2036-07-01T09:00:00"
    assert "datetime.now(timezone.utc)" in caught.value.message
    assert server.requests() == []


def test_time_may_be_a_string(client: zexa.Client, server: Server) -> None:
    client.messages.send(**SMS, scheduled_at="2036-07-01T10:00:00+01:00")
    assert instant(last_body(server)["scheduled_at"]) == datetime(2036, 7, 1, 9, tzinfo=timezone.utc)
    with pytest.raises(zexa.ValidationError, match="scheduled_at"):
        client.messages.send(**SMS, scheduled_at="tomorrow")
    assert len(server.requests()) == 1


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
