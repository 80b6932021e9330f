"""Constructors and `from_dict()`, which programs use in their tests."""

from __future__ import annotations

import inspect
import json
import pickle
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
import zexa

from examples import MODELS
from scenarios.objects import disagreements

UTC = timezone.utc
CREATED = datetime(2026, 7, 1, 9, tzinfo=UTC)
EACH = pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)


def arguments(kind: type[Any]) -> dict[str, Any]:
    """The arguments for an object with all fields."""
    whole = kind.from_json(json.dumps(MODELS[kind]))
    return {**{name: getattr(whole, name) for name in kind.__match_args__}, "extra": whole.extra}


@EACH
def test_constructor_sets_the_attributes(kind: type[Any]) -> None:
    whole = kind.from_json(json.dumps(MODELS[kind]))
    made = kind(**arguments(kind))
    for name in kind.__match_args__:
        assert getattr(made, name) == getattr(whole, name)
    assert made.extra == whole.extra
    assert disagreements(made) == []
    assert pickle.loads(pickle.dumps(made)) == made
    assert made != kind(**{**arguments(kind), "extra": {"novelty": 1}})


@EACH
def test_from_dict_accepts_the_result_of_to_dict(kind: type[Any]) -> None:
    whole = kind.from_json(json.dumps(MODELS[kind]))
    # `datetime` has microseconds; JSON may be more precise.
    assert kind.from_dict(whole.to_dict(mode="json")) == whole
    coarse = kind.from_dict(whole.to_dict())
    assert kind.from_dict(coarse.to_dict()) == coarse
    assert kind.from_dict(MappingProxyType(MODELS[kind])) == whole


def test_omitted_arguments_are_absent() -> None:
    message = zexa.Message(id="msg_1", status="queued", created_at=CREATED)
    assert (message.id, message.status, message.created_at) == ("msg_1", "queued", CREATED)
    assert (message.to, message.channel, message.body, message.sent_at, message.extra) == (None, None, None, None, {})
    assert message == zexa.Message(id="msg_1", status="queued", created_at="2026-07-01T09:00:00Z", body=None)
    assert zexa.Contact(id="cnt_1", created_at=CREATED).lists == ()
    assert zexa.CampaignStats() == zexa.CampaignStats.from_dict({})
    assert zexa.Event().message is None


def test_constructor_accepts_the_types_of_calls() -> None:
    there = timezone(timedelta(hours=1))
    event = zexa.Event(
        event="message.delivered", created_at=CREATED.astimezone(there), data={"id": "msg_1", "n": (1, None)}
    )
    assert (event.created_at, event.data) == (CREATED, {"id": "msg_1", "n": [1, None]})
    contact = zexa.Contact(id="cnt_1", created_at=CREATED, lists=iter(["lst_1"]))  # type: ignore[arg-type]
    assert contact.lists == ("lst_1",)
    campaign = zexa.Campaign(
        id="cmp_1", created_at=CREATED, total_recipients=2**64 - 1, stats=zexa.CampaignStats(sent=1)
    )
    assert campaign.stats is not None
    assert (campaign.total_recipients, campaign.stats.sent) == (2**64 - 1, 1)
    assert zexa.Credits(credits=7).credits == 7.0


@EACH
def test_signature_names_the_fields(kind: type[Any]) -> None:
    parameters = inspect.signature(kind).parameters
    assert parameters.keys() == {*kind.__match_args__, "extra"}
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: zexa.Message(), "id"),  # type: ignore[call-arg]
        (lambda: zexa.Message("msg_1"), "positional"),  # type: ignore[call-arg]
        (lambda: zexa.Message(id="msg_1", created_at=CREATED, form="x"), "form"),  # type: ignore[call-arg]
        (lambda: zexa.Message(id=1, created_at=CREATED), "'id'"),  # type: ignore[arg-type]
        (lambda: zexa.Message(id="msg_1", created_at=CREATED, from_=5), "'from_'"),  # type: ignore[arg-type]
        (lambda: zexa.Message(id="msg_1", created_at=1), "'created_at'"),  # type: ignore[arg-type]
        (lambda: zexa.Message(id="msg_1", created_at=CREATED, extra=[]), "'extra'"),  # type: ignore[arg-type]
        (lambda: zexa.Contact(id="cnt_1", created_at=CREATED, lists="lst_1"), "'lists'"),
        (lambda: zexa.CampaignStats(sent=True, delivered="1"), "'sent'"),  # type: ignore[arg-type]
        (lambda: zexa.Campaign(id="c", created_at=CREATED, stats={}), "'stats'"),  # type: ignore[arg-type]
        (lambda: zexa.Credits(credits="7"), "'credits'"),  # type: ignore[arg-type]
        (lambda: zexa.Event(data=object()), "'data'"),
        (lambda: zexa.Message.from_dict([]), "'data'"),  # type: ignore[arg-type]
        (lambda: zexa.Message.from_dict({"id": object()}), "'data'"),
    ],
)
def test_wrong_type_is_a_type_error(make: Any, named: str) -> None:
    with pytest.raises(TypeError, match=named):
        make()


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: zexa.Message(id="msg_1", created_at="soon"), "created_at"),
        (lambda: zexa.CampaignStats(sent=-1), "sent"),
        (lambda: zexa.CampaignStats(sent=2**64), "sent"),
        (lambda: zexa.Credits(credits=float("nan")), "credits"),
        (lambda: zexa.Message(id="\ud800", created_at=CREATED), "id"),
        (lambda: zexa.Message(id="msg_1", created_at=CREATED, extra={"id": "msg_2"}), "extra"),
        (lambda: zexa.Message(id="msg_1", created_at=CREATED, extra={"a": "\ud800"}), "extra"),
        (lambda: zexa.Response(status=404), "status"),
    ],
)
def test_invalid_value_is_a_validation_error(make: Any, named: str) -> None:
    with pytest.raises(zexa.ValidationError, match=named) as caught:
        make()
    assert caught.value.details["field"] == named


def test_missing_id_is_a_decode_error() -> None:
    with pytest.raises(zexa.DecodeError):
        zexa.Message.from_dict({"status": "queued"})


def test_page_constructor() -> None:
    contact = zexa.Contact(id="cnt_1", name="Ana", created_at=CREATED)
    page: zexa.Page[zexa.Contact] = zexa.Page(items=[contact])
    assert (page.items, page.total, page.page, page.per_page, page.extra) == ((contact,), 1, 1, 50, {})
    other = zexa.Page(items=iter([contact]), total=70, page=2, per_page=1, extra={"cursor": "x"})
    assert (other.total, other.page, other.per_page, other.extra) == (70, 2, 1, {"cursor": "x"})
    assert pickle.loads(pickle.dumps(other)) == other
    for wrong in ({}, {"items": 5}, {"items": [], "total": "1"}, {"items": [], "extra": 5}):
        with pytest.raises(TypeError):
            zexa.Page(**wrong)


def test_response_constructor() -> None:
    response = zexa.Response(status=201, body={"id": "x"})
    assert (response.status, response.body, response.to_dict()) == (
        201,
        {"id": "x"},
        {"status": 201, "body": {"id": "x"}},
    )
    assert zexa.Response() == zexa.Response(status=200, body=None)
    assert pickle.loads(pickle.dumps(response)) == response
