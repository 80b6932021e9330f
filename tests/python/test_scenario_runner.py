"""The runner of the scenarios reports every deviation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import zexa

from sandbox import Sandbox, Server
from scenarios import errors, objects, stage
from scenarios.files import Mode, Play, modes
from scenarios.play import play, play_async

SEND = {"channel": "sms", "to": "+244912345678", "from": "ZEXA", "body": "Hello"}
# The expected report, and the change of a passing scenario that causes it.
FAILING: list[tuple[str, dict[str, Any]]] = [
    ("/result/currency", {"result": {"credits": 4250, "currency": "AOA"}}),
    ("/error", {"error": {"kind": "server"}}),
    ("/requests", {"result": {}, "requests": {"$length": 2}}),
    ("/messages", {"result": {}, "messages": {"$length": 1}}),
    ("/before/0/error", {"result": {}, "before": [{"operation": "credits.get", "expect": {"error": {}}}]}),
    ("/ledger/accepted", {"result": {}, "client": {"ledger": "{{directory}}/a.db"}, "ledger": {"accepted": 1}}),
    ("no operation", {"result": {}, "call": {"operation": "credits.guess"}}),
    ("'max_retrys'", {"result": {}, "client": {"max_retrys": 1}}),
    ("'timeout'", {"result": {}, "client": {"timeout": "soon"}}),
    ("no_such_state", {"result": {}, "server": {"state": {"no_such_state": 1}}}),
    ("'body'", {"result": {}, "call": {"operation": "contacts.list", "arguments": {"body": "x"}}}),
    ("'to'", {"result": {}, "call": {"operation": "messages.send", "arguments": {**SEND, "to": 912345678}}}),
    ("'colour'", {"result": {}, "call": {"operation": "credits.get", "options": {"colour": 1}}}),
    (
        "/result/results",
        {"result": {"results": {"$length": 1}}, "call": {"operation": "messages.send_many", "arguments": {"rows": []}}},
    ),
    (
        "'colour'",
        {
            "result": {},
            "call": {"operation": "messages.send_many", "arguments": {"rows": []}, "bulk": {"colour": 1}},
        },
    ),
    ("no cancel_at", {"result": {}, "call": {"operation": "credits.get", "cancel_at": 1}}),
    ("no take", {"result": {}, "before": [{"operation": "contacts.list", "take": 1}]}),
]
EVENT = (
    b'{"id": "evt_1", "event": "message.sent", "created_at": "2026-07-01T09:00:00Z", "data": {"id": "msg_1"}, "x": 1}'
)


def play_either(sandbox: Sandbox, scenario: dict[str, Any], mode: Mode) -> list[str]:
    return asyncio.run(play_async(sandbox, scenario, mode)) if mode.is_async else play(sandbox, scenario, mode)


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("words", "change"), FAILING, ids=[words for words, _ in FAILING])
def test_mismatch_is_reported(sandbox: Sandbox, words: str, change: dict[str, Any], mode: Mode) -> None:
    scenario = {"name": words, "call": {"operation": "credits.get"}, **change}
    found = play_either(sandbox, scenario, mode)
    assert any(words in mismatch for mismatch in found), found
    assert not any("Traceback" in mismatch for mismatch in found), found


def test_call_that_is_not_cancelled_is_reported(sandbox: Sandbox) -> None:
    """The call ends before it is cancelled."""
    call = {"operation": "contacts.delete", "arguments": {"id": "cnt_nobody"}, "cancel_after_attempts": 2}
    found = asyncio.run(play_async(sandbox, {"name": "x", "call": call, "error": {}}, Mode.ASYNC))
    assert any("not cancelled" in mismatch for mismatch in found), found


def test_call_that_does_not_end_is_reported(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not delay other scenarios."""
    monkeypatch.setattr(stage, "TIMEOUT", 3)
    stalled = {
        "name": "x",
        "server": {"faults": [{"then": "stall"}]},
        "client": {"timeout": 6, "max_retries": 0},
        "call": {"operation": "credits.get"},
        "result": {},
    }
    passing = {"name": "y", "call": {"operation": "credits.get"}, "result": {"credits": 4250}}
    plays = [Play(Path("x"), scenario, mode) for scenario in (stalled, passing) for mode in (Mode.BLOCKING, Mode.ASYNC)]
    playing = stage.Stage(sandbox, plays)
    for found in (playing.found(one) for one in plays[:2]):
        assert found[0] == "did not end within 3 seconds"
        assert "it waits at" in found[1], found
        assert "play.py:" in found[1], found
    assert [playing.found(one) for one in plays[2:]] == [[], []]
    playing.end()


def test_each_mode_is_used_by_a_scenario() -> None:
    scenario = {"name": "x", "call": {"operation": "contacts.list", "options": {"timeout": 1}}}
    assert set(modes(scenario)) == set(Mode)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("Event.id", {"id": "evt_2"}),
        ("Event.created_at", {"created_at": "2026-07-01T09:00:01Z"}),
        ("Event.data", {"data": {"id": "msg_2"}}),
        ("no attribute for 'y'", {"y": 1}),
        ("'x' is extra", {"x": 2}),
        ("to_dict()", {"x": 2}),
        ("Event.event", {"event": None}),
    ],
)
def test_differing_attributes_are_reported(words: str, change: dict[str, Any]) -> None:
    event, whole = zexa.parse_event(EVENT), json.loads(EVENT)
    assert objects.disagreements(event, whole) == []
    found = objects.disagreements(event, {**whole, **change})
    assert any(words in disagreement for disagreement in found), found


@pytest.mark.parametrize(("name", "value"), [("body", "Event"), ("to", "+244912345678"), ("html", "event")])
def test_private_data_in_repr_is_reported(name: str, value: str) -> None:
    class Careless:
        def __repr__(self) -> str:
            return "Event(event to +244912345678)"

    assert objects.private_in_repr(Careless(), {"data": [{name: value}]})


def test_inconsistent_error_is_reported() -> None:
    with pytest.raises(zexa.DecodeError) as caught:
        zexa.parse_event(b"[]")
    assert errors.disagreements(caught.value) == []
    for name, value in [("kind", "server"), ("attempts", None), ("message", "other")]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(caught.value, name, value)
            assert errors.disagreements(caught.value)


def test_each_scenario_has_its_own_server(server: Server, sandbox: Sandbox) -> None:
    scenario = {"name": "x", "call": {"operation": "credits.get"}, "result": {"credits": 4250}}
    assert play(sandbox, scenario, Mode.BLOCKING) == []
    assert server.requests() == []
