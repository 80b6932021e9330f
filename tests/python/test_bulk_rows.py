"""The rows and options of bulk runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
import zexa

from programs.rows import rows
from runs import recipients, run
from sandbox import Server

ROW: dict[str, Any] = {"channel": "sms", "to": "+244912345678", "from_": "ZEXA", "body": "Hello"}

INVALID: dict[str, tuple[Any, str]] = {
    "wrong type": ({**ROW, "to": 912345678}, "`to` must be str, not int"),
    "wrong value": ({**ROW, "to": "0912"}, "`to` must be an E.164 number"),
    "missing": ({"channel": "sms", "to": "+244912345678", "body": "Hello"}, "`from_` is required"),
    "unknown key": ({**ROW, "form_": "ZEXA"}, "`row` has the unknown key 'form_': did you mean 'from_'?"),
    "name of the API": ({**ROW, "from": "ZEXA"}, "`row` has the unknown key 'from': did you mean 'from_'?"),
    "nothing similar": ({**ROW, "zzz": 1}, "`row` has the unknown key 'zzz': the keys are channel, to, from_"),
    "key of another type": ({**ROW, 7: 1}, "`row` must have keys that are valid strings"),
    "no mapping": (["sms"], "`row` must be a mapping, not list"),
    "naive datetime": ({**ROW, "scheduled_at": datetime(2040, 1, 1)}, "`scheduled_at` must be a timezone-aware"),
    "past": ({**ROW, "scheduled_at": "2020-01-01T00:00:00Z"}, "`scheduled_at` has passed"),
    "lone surrogate": ({**ROW, "body": "\ud800"}, "`body` must be valid Unicode"),
    "template": ({**ROW, "template": {"a": object()}}, "`template` cannot be converted to JSON"),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_row_is_a_result(client: zexa.Client, server: Server, case: str) -> None:
    row, message = INVALID[case]
    results = run(client, [*rows(1), row, *rows(1, 1)], ordered=True)
    error = results[1].error
    assert isinstance(error, (zexa.ValidationError, zexa.InvalidRequestError))
    assert error.message.startswith(message)
    assert error.details["field"] == message.split("`")[1]
    assert (results[1].index, results[1].outcome, results[1].message) == (1, "not_sent", None)
    assert [result.message is not None for result in results] == [True, False, True]
    assert len(recipients(server)) == 2


def test_a_row_that_cannot_be_read(client: zexa.Client) -> None:
    class Broken(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise LookupError("the database is gone")

        def __iter__(self) -> Iterator[str]:
            return iter(["to"])

        def __len__(self) -> int:
            return 1

    results = run(client, [Broken()])
    assert results[0].error is not None
    assert results[0].error.message == "`row` cannot be read: LookupError: the database is gone"


def test_a_row_is_any_mapping_and_none_is_absent(client: zexa.Client, server: Server) -> None:
    in_an_hour = datetime.now(timezone.utc) + timedelta(hours=1)
    [result] = run(client, [MappingProxyType({**ROW, "subject": None, "scheduled_at": in_an_hour})])
    assert result.error is None
    assert result.message is not None
    assert result.message.scheduled_at is not None


@pytest.mark.parametrize(
    ("source", "kind"),
    [(7, "int"), ("rows", "str"), (ROW, "dict"), (None, "NoneType")],
    ids=["int", "str", "dict", "None"],
)
def test_rows_must_be_an_iterable(client: zexa.Client, source: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"argument 'rows' must be an iterable of mappings, not {kind}"):
        client.messages.send_many(source)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"concurrency": 0}, "concurrency"),
        ({"rate": 0.0}, "rate"),
        ({"rate": float("nan")}, "rate"),
        ({"on_unknown": "retry"}, "on_unknown"),
        ({"ledger": ""}, "ledger"),
        ({"not_after": "tomorrow"}, "not_after"),
        ({"timeout": 0}, "timeout"),
    ],
    ids=str,
)
def test_options_are_checked(client: zexa.Client, options: dict[str, Any], field: str) -> None:
    with pytest.raises(zexa.ZexaError) as raised:
        client.messages.send_many(rows(1), **options)
    assert raised.value.details["field"] == field
    assert raised.value.outcome == "not_sent"


def test_options_of_the_run(client: zexa.Client, server: Server) -> None:
    late = {**ROW, "scheduled_at": "2020-01-01T00:00:00Z"}
    assert run(client, [late], allow_past=True)[0].error is None
    [stale] = run(client, [ROW], not_after=datetime.now(timezone.utc) - timedelta(seconds=1))
    assert (stale.outcome, stale.message) == ("not_sent", None)
    run(client, [ROW], extra_headers={"X-Trace": "7"}, extra_body={"priority": 1}, rate=100)
    last = server.requests()[-1]
    assert (last["headers"]["x-trace"], last["body"]["priority"]) == ("7", 1)
