"""Models: attributes, equality, hashing, pickling, conversion, representation."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timezone
from typing import Any, get_args

import pytest
import zexa

from examples import MODELS, PRIVATE, SMS
from sandbox import Server
from scenarios.objects import disagreements

UTC = timezone.utc
EACH = pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)


def make(kind: type[Any], **changes: Any) -> Any:
    """An object with all fields."""
    return kind.from_json(json.dumps({**MODELS[kind], **changes}))


def test_attributes_of_a_message() -> None:
    message = make(zexa.Message)
    assert (message.id, message.status, message.channel) == ("msg_1", "delivered", "sms")
    assert (message.to, message.from_, message.body) == ("+244912345678", "ZEXA", "the code is 4711")
    assert message.created_at == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert message.scheduled_at == datetime(2026, 7, 1, 10, 0, 0, 500_000, tzinfo=UTC)
    assert message.sent_at == datetime(2026, 7, 1, 10, 0, 1, 123_456, tzinfo=UTC)
    assert message.delivered_at == datetime(2026, 7, 1, 11, 0, 2, tzinfo=UTC)
    assert message.error == "none"
    assert message.extra == {"novel": {"a": [1, None, True, 1.5, "x"]}}
    for time in (message.created_at, message.scheduled_at, message.sent_at, message.delivered_at):
        assert type(time) is datetime
        assert time.tzinfo is UTC


def test_attributes_of_other_models() -> None:
    contact = make(zexa.Contact)
    assert (contact.lists, contact.email, contact.extra) == (
        ("lst_1", "lst_2"),
        "ana.domingos@shop.example",
        {"novel": "x"},
    )
    webhook = make(zexa.Webhook)
    assert (webhook.events, webhook.secret) == (("message.delivered", "novel.event"), "whsec_4711")
    campaign = make(zexa.Campaign)
    assert type(campaign.stats) is zexa.CampaignStats
    assert (campaign.total_recipients, campaign.stats.delivered, campaign.stats.extra) == (9, 4, {"opened": 1})
    credits = make(zexa.Credits)
    assert (credits.credits, type(credits.credits), credits.currency) == (4250.5, float, "AOA")
    assert (make(zexa.SenderId).sender_id, make(zexa.SenderId).use_case) == ("ZEXA", "otp")
    assert make(zexa.Event).data["id"] == "msg_1"


@EACH
def test_all_representations_agree(kind: type[Any]) -> None:
    assert disagreements(make(kind)) == []


def test_absent_fields_are_none() -> None:
    message = zexa.Message.from_json(
        '{"id": "msg_1", "status": "queued", "channel": "sms", "to": "+1", "created_at": "2026-07-01T09:00:00Z",'
        ' "body": null}'
    )
    absent = ("from_", "body", "scheduled_at", "sent_at", "delivered_at", "error")
    assert [getattr(message, name) for name in absent] == [None] * 6
    assert message.extra == {}
    assert message.to_dict().keys() == {"id", "status", "channel", "to", "created_at"}
    assert make(zexa.Contact, lists=None, email=None).lists == ()
    assert make(zexa.Campaign, stats=None).stats is None


@EACH
def test_models_are_immutable(kind: type[Any]) -> None:
    thing = make(kind)
    before = thing.to_json()
    for name in (*kind.__match_args__, "extra", "colour"):
        with pytest.raises(AttributeError):
            setattr(thing, name, None)
        with pytest.raises(AttributeError):
            delattr(thing, name)
    # `extra` and `to_dict()` return copies.
    thing.extra["colour"] = "red"
    thing.to_dict()["colour"] = "red"
    assert thing.to_json() == before
    assert thing == make(kind)


def test_nested_values_are_copies() -> None:
    event = make(zexa.Event)
    event.data["id"] = "msg_2"
    make(zexa.Message).extra["novel"]["a"].append(2)
    assert event == make(zexa.Event)
    assert event.data["id"] == "msg_1"


@EACH
def test_equality_and_hash(kind: type[Any]) -> None:
    one, same, other = make(kind), make(kind), make(kind, novelty=1)
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert {one, same, other} == {same, other}
    assert {one: 1}[same] == 1


@EACH
def test_inequality_with_other_types(kind: type[Any]) -> None:
    thing = make(kind)
    for other in (None, 1, "msg_1", MODELS[kind], thing.to_dict(), thing.to_json(), object()):
        assert (thing == other) is False
        assert (thing != other) is True
    for other_kind in MODELS:
        if other_kind is not kind:
            assert thing != make(other_kind)
    with pytest.raises(TypeError):
        sorted([thing, thing])


def test_equality_defers_to_the_other_type() -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert make(zexa.Message) == Anything()


@EACH
def test_copies_are_equal(kind: type[Any]) -> None:
    thing = make(kind)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(thing, protocol))
        assert (type(again), again, again.extra) == (kind, thing, thing.extra)
    assert copy.copy(thing) == thing
    assert copy.deepcopy([thing]) == [thing]
    assert kind.from_json(thing.to_json()) == thing


def test_nanoseconds_are_preserved() -> None:
    message = make(zexa.Message, created_at="2026-07-01T09:00:00.123456789Z")
    assert message.created_at.microsecond == 123_456
    assert "123456789" in message.to_json()
    assert pickle.loads(pickle.dumps(message)).to_json() == message.to_json()
    assert message != make(zexa.Message, created_at="2026-07-01T09:00:00.123456Z")


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00Z", "9999-12-30T22:00:00Z", "1969-12-31T23:59:59.999999Z"])
def test_extreme_times(when: str) -> None:
    message = make(zexa.Message, created_at=when)
    assert message.created_at == datetime.fromisoformat(when.replace("Z", "+00:00"))


def test_time_outside_of_the_range_of_datetime() -> None:
    """A sent message must not be lost because of an unusual time."""
    message = make(zexa.Message, created_at="0000-01-01T00:00:00Z")
    assert "msg_1" in repr(message)
    assert message.to_dict()["id"] == "msg_1"
    assert json.loads(message.to_json())["created_at"] == "0000-01-01T00:00:00Z"
    assert pickle.loads(pickle.dumps(message)) == message


def test_order_of_fields_does_not_matter() -> None:
    one = zexa.Credits.from_json('{"credits": 1, "currency": "AOA", "a": 1, "b": {"x": 1, "y": -0.0}}')
    other = zexa.Credits.from_json('{"b": {"y": 0.0, "x": 1}, "a": 1, "currency": "AOA", "credits": 1.0}')
    assert one == other
    assert hash(one) == hash(other)


def test_structural_pattern_matching() -> None:
    match make(zexa.Message):
        case zexa.Message(status="queued"):
            raise AssertionError
        case zexa.Message(status="delivered", from_=sender, extra={"novel": _}):
            assert sender == "ZEXA"
        case _:
            raise AssertionError
    match make(zexa.Credits):
        case zexa.Message():
            raise AssertionError
        case zexa.Credits(credits, currency):
            assert (credits, currency) == (4250.5, "AOA")
        case _:
            raise AssertionError


@EACH
def test_repr_shows_no_private_data(kind: type[Any]) -> None:
    thing = make(kind)
    for shown in (repr(thing), str(thing), f"{thing}", repr([thing])):
        assert kind.__name__ in shown
        assert not [secret for secret in (*PRIVATE, "whsec") if secret in shown], shown


def test_repr_identifies_an_object() -> None:
    assert "msg_1" in repr(make(zexa.Message))
    assert "***78" in repr(make(zexa.Message))
    assert repr(make(zexa.Message)) != repr(make(zexa.Message, to="+244912345679"))


def test_to_dict_is_plain_data() -> None:
    data = make(zexa.Message).to_dict()
    assert type(data) is dict
    assert data["from"] == "ZEXA"
    assert "from_" not in data
    assert data["created_at"] == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert data["novel"] == {"a": [1, None, True, 1.5, "x"]}
    assert "extra" not in data
    stats = make(zexa.Campaign).to_dict()["stats"]
    assert (type(stats), stats["sent"], stats["opened"]) == (dict, 9, 1)
    assert list(make(zexa.Contact).to_dict()["lists"]) == ["lst_1", "lst_2"]


def test_to_json_has_the_form_of_the_api() -> None:
    whole = json.loads(make(zexa.Message, body='Olá 🇦🇴 \0 "x"').to_json())
    assert whole["body"] == 'Olá 🇦🇴 \0 "x"'
    assert (whole["from"], whole["created_at"]) == ("ZEXA", "2026-07-01T09:00:00Z")
    assert "extra" not in whole


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"id": [1]}', '{"id": null, "status": "sent"}'])
def test_invalid_message(text: str) -> None:
    with pytest.raises(zexa.DecodeError) as caught:
        zexa.Message.from_json(text)
    assert caught.value.kind == "decode"


@pytest.mark.parametrize("text", [None, 5, {"id": "msg_1"}], ids=repr)
def test_from_json_rejects_other_types(text: Any) -> None:
    with pytest.raises(TypeError, match="'text'"):
        zexa.Message.from_json(text)


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, -(2**63), 2**64 - 1, 1.5, 1e300, 0, -0.0])
def test_numbers_in_unknown_fields_are_exact(number: float) -> None:
    message = make(zexa.Message, novel=number)
    assert (message.extra["novel"], type(message.extra["novel"])) == (number, type(number))
    assert message.to_dict()["novel"] == number


def test_values_are_plain_strings() -> None:
    message = make(zexa.Message)
    assert {type(message.status), type(message.channel), type(make(zexa.Webhook).events[0])} == {str}


@pytest.mark.parametrize(
    ("kind", "status", "is_final"),
    [
        (zexa.Message, "queued", False),
        (zexa.Message, "sent", False),
        (zexa.Message, "delivered", True),
        (zexa.Message, "failed", True),
        (zexa.Message, "undeliverable", True),
        (zexa.Message, "read", False),
        (zexa.Campaign, "paused", False),
        (zexa.Campaign, "sent", False),
        (zexa.Campaign, "completed", True),
        (zexa.Campaign, "failed", True),
        (zexa.Campaign, "cancelled", True),
    ],
)
def test_is_final(kind: type[Any], status: str, is_final: bool) -> None:
    assert make(kind, status=status).is_final is is_final


def test_models_of_two_responses_are_equal(client: zexa.Client, server: Server) -> None:
    sent = client.messages.send(**SMS)
    got = client.messages.get(sent.id)
    assert (got, hash(got)) == (sent, hash(sent))
    assert got is not sent
    assert disagreements(got) == []


def test_classes_belong_to_the_package() -> None:
    for kind in (*MODELS, zexa.Client, zexa.AsyncClient, zexa.List, zexa.AsyncList, zexa.Page, zexa.Response):
        assert kind.__module__ == "zexa"
        assert getattr(zexa, kind.__name__) is kind
        assert kind.__doc__
        assert kind.__name__ in dir(zexa)


def test_dir_lists_the_public_names() -> None:
    offered = {name for name in dir(zexa) if not name.startswith("_")}
    assert offered == {name for name in zexa.__all__ if not name.startswith("_")}
    assert {"Client", "parse_event", "ZexaError", "Channel", "Outcome"} <= offered
    for name in offered:
        assert getattr(zexa, name) is not None
    assert not hasattr(zexa, "Clinet")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Channel", {"sms", "whatsapp", "telegram", "email", "slack"}),
        ("MessageStatus", {"queued", "sent", "delivered", "failed", "undeliverable"}),
        ("CampaignStatus", {"scheduled", "completed", "paused"}),
        ("SenderIdStatus", {"pending", "approved", "rejected"}),
        ("EventName", {"message.delivered", "campaign.sent", "*"}),
        ("Kind", {"config", "rate_limited", "other"}),
        ("Outcome", {"not_sent", "rejected", "unknown", "accepted"}),
    ],
)
def test_known_values_of_literal_types(name: str, known: set[str]) -> None:
    alias = getattr(zexa, name)
    values = {value for part in (alias, *get_args(alias)) for value in get_args(part)} | set(get_args(alias))
    assert known <= values
    assert (str in get_args(alias)) is (name not in ("Kind", "Outcome"))
