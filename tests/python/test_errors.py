"""The exceptions: hierarchy, text, cause, pickling. Scenarios test kinds, outcomes and attributes."""

from __future__ import annotations

import copy
import json
import pickle
import socket
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import zexa

from examples import SMS
from sandbox import Server
from scenarios.errors import CLASSES, attributes, disagreements

# A fault for each kind of error.
FAULTS: dict[str, dict[str, Any]] = {
    "invalid_request": {"status": 400},
    "unauthorized": {"status": 401},
    "not_found": {"status": 404},
    "conflict": {"status": 409},
    "validation": {"status": 422},
    "insufficient_credits": {
        "status": 422,
        "body": {"error": "insufficient_credits", "message": "No credits"},
    },
    "rate_limited": {"status": 429, "headers": {"Retry-After": "7"}},
    "server": {"status": 503},
    "connect": {"then": "reset"},
    "timeout": {"status": 408},
    "decode": {"status": 200, "text": "<html>"},
    "other": {"status": 307, "headers": {"Location": "/elsewhere"}},
}
OF_LEDGERS = {"in_progress", "in_doubt", "key_reused", "duplicate", "stopped"}
CONNECTION_ERRORS = (zexa.APIConnectionError, zexa.APITimeoutError)


def failure(server: Server, kind: str) -> zexa.ZexaError:
    """An error of this kind, raised by a real call."""
    if kind == "config":
        return caught(lambda: zexa.Client(**{**server.options, "timeout": 0}))
    client = zexa.Client(**server.options, max_retries=0)
    if kind == "closed":
        client.close()
    else:
        server.fault(**FAULTS[kind])
    return caught(lambda: client.messages.send(**SMS))


def failure_of_ledger(server: Server, kind: str, path: Path) -> zexa.ZexaError:
    """An error of this kind, raised by a real call of a client with a ledger."""
    client = zexa.Client(**server.options, ledger=path)

    def again(body: str = "Hello") -> zexa.ZexaError:
        return caught(lambda: client.messages.send(**{**SMS, "body": body}, idempotency_key="order-1"))

    if kind == "key_reused":
        client.messages.send(**{**SMS, "body": "Hello"}, idempotency_key="order-1")
        return again("Another text")
    if kind == "in_doubt":
        server.fault(status=502)
        assert again().outcome == "unknown"
        return again()
    if kind == "in_progress":
        server.fault(process=True, delay=0.5)
        with ThreadPoolExecutor() as pool:
            first = pool.submit(client.messages.send, **{**SMS, "body": "Hello"}, idempotency_key="order-1")
            server.requests(at_least=1)
            error = again()
            first.result()
        return error
    if kind == "stopped":
        server.fault(status=401)
    row: zexa.SendMessageRow = {
        "channel": "sms",
        "to": "+244912345678",
        "from_": "ZEXA",
        "body": "Hello",
        "idempotency_key": "order-1",
    }
    rows = [row] * 2
    results: list[zexa.SendResult] = []
    with client.messages.send_many(rows, concurrency=1, ordered=True) as sending:
        if kind == "stopped":
            return caught(lambda: results.extend(sending))
        results.extend(sending)
    duplicate = results[1].error
    assert duplicate
    return duplicate


def caught(call: Any) -> zexa.ZexaError:
    with pytest.raises(zexa.ZexaError) as info:
        call()
    return info.value


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind != "cancelled"])
def test_each_class_can_be_pickled_and_copied(server: Server, kind: str, tmp_path: Path) -> None:
    error = failure_of_ledger(server, kind, tmp_path / "june.db") if kind in OF_LEDGERS else failure(server, kind)
    assert error.kind == kind
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert attributes(again) == attributes(error)
        assert (str(again), again.safe_to_retry) == (str(error), error.safe_to_retry)
        with pytest.raises(type(error)):
            raise again


def test_class_hierarchy() -> None:
    assert zexa.ZexaError.__bases__ == (Exception,)
    assert zexa.ConfigError.__bases__ == (zexa.ZexaError,)
    assert zexa.APIError.__bases__ == (zexa.ZexaError,)
    assert zexa.APIConnectionError.__bases__ == (zexa.APIError,)
    assert zexa.APITimeoutError.__bases__ == (zexa.APIConnectionError,)
    for kind, class_ in CLASSES.items():
        if class_ not in (zexa.ConfigError, zexa.APIError, *CONNECTION_ERRORS):
            assert class_.__bases__ == (zexa.APIError,), kind
        assert class_.__module__ == "zexa"
        assert class_.__doc__


def test_base_class_catches_subclasses(client: zexa.Client) -> None:
    for base in (zexa.NotFoundError, zexa.APIError, zexa.ZexaError, Exception):
        with pytest.raises(base):
            client.messages.get("msg_nobody")
    with pytest.raises(zexa.NotFoundError):
        try:
            client.messages.get("msg_nobody")
        except (zexa.ConfigError, zexa.ServerError, zexa.APIConnectionError):
            pytest.fail("caught by an unrelated class")


def test_text_of_an_api_error(client: zexa.Client) -> None:
    error = caught(lambda: client.messages.get("msg_nobody"))
    assert error.request_id
    assert error.request_id in str(error)
    assert "404" in str(error)
    assert "NotFoundError" in repr(error)


def test_wrong_api_key(server: Server) -> None:
    with zexa.Client(base_url=server.url, api_key="zx_other_secret") as client:
        error = caught(lambda: client.credits.get())
    assert (type(error), error.status) == (zexa.AuthenticationError, 401)
    assert "zx_other" not in f"{error} {error!r} {error.details} {vars(error)}"


def test_refused_connection_has_a_cause() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        # Bound, but not listening, so that no other process uses the port during the test.
        port = free.getsockname()[1]
        client = zexa.Client(api_key="k", base_url=f"http://127.0.0.1:{port}/v1", max_retries=0)
        error = caught(lambda: client.credits.get())
    assert (type(error), error.outcome, error.status) == (zexa.APIConnectionError, "not_sent", None)
    assert type(error.__cause__) is ConnectionRefusedError
    assert error.__cause__.errno
    assert "ConnectionRefusedError" in "".join(traceback.format_exception(error))


def test_lost_connection_has_a_cause(server: Server) -> None:
    assert isinstance(failure(server, "connect").__cause__, ConnectionResetError)


def test_api_error_has_no_cause(client: zexa.Client) -> None:
    error = caught(lambda: client.messages.get("msg_nobody"))
    assert (error.__cause__, error.__context__) == (None, None)


def test_closed_client(client: zexa.Client, server: Server) -> None:
    client.close()
    client.close()
    error = caught(lambda: client.messages.send(**SMS))
    assert (type(error), error.outcome, error.attempts) == (zexa.ClosedError, "not_sent", 0)
    assert server.requests() == []


def test_error_can_be_annotated_and_chained(client: zexa.Client) -> None:
    error = caught(lambda: client.messages.get("msg_nobody"))
    error.order = 5  # type: ignore[attr-defined]
    with pytest.raises(RuntimeError) as info:
        raise RuntimeError("while asking") from error
    assert info.value.__cause__ is error
    assert error.order == 5  # type: ignore[attr-defined]


@pytest.mark.parametrize("to", ["955666777", "+244 955666777", "+244-955666777"])
def test_error_text_contains_no_phone_number(client: zexa.Client, to: str) -> None:
    error = caught(lambda: client.messages.send(**{**SMS, "to": to}))
    assert type(error) is zexa.ValidationError
    assert error.details["field"] == "to"
    assert error.details["value"] == to
    shown = f"{error} {error!r} {error.message} {''.join(traceback.format_exception(error))}"
    assert "955666777" not in shown.replace(f'"{to}"', "")
    assert SMS["body"] not in shown


def test_error_constructor() -> None:
    """Mocks of a client can raise it."""
    error = zexa.RateLimitError("slow down")
    assert "slow down" in str(error)
    assert isinstance(error, zexa.APIError)
    assert (error.status, error.request_id, error.retry_after) == (None, None, None)
    made: zexa.ZexaError
    for kind, class_ in CLASSES.items():
        made = class_("what went wrong", status=503, retry_after=1.5, attempts=2)
        assert (made.kind, made.status, made.retry_after, made.attempts) == (kind, 503, 1.5, 2)
        assert disagreements(made) == []


def through_celery(error: zexa.ZexaError) -> Any:
    """Serialize and restore an exception like Celery's JSON result backend."""
    stored = json.dumps(
        {"exc_type": type(error).__name__, "exc_message": error.args, "exc_module": type(error).__module__}
    )
    found = json.loads(stored)
    return getattr(zexa, found["exc_type"])(*found["exc_message"])


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind != "cancelled"])
def test_each_class_survives_serialization_of_its_args(server: Server, kind: str, tmp_path: Path) -> None:
    error = failure_of_ledger(server, kind, tmp_path / "june.db") if kind in OF_LEDGERS else failure(server, kind)
    again = through_celery(error)
    assert type(again) is type(error)
    assert attributes(again) == attributes(error)
    assert (str(again), again.safe_to_retry) == (str(error), error.safe_to_retry)
    assert attributes(through_celery(again)) == attributes(error)
    assert attributes(pickle.loads(pickle.dumps(again))) == attributes(error)


def test_safe_to_retry_survives_serialization(server: Server) -> None:
    client = zexa.Client(**server.options)
    with pytest.raises(zexa.ValidationError) as info:
        client.messages.send(**{**SMS, "to": "912 345 678"})
    again = through_celery(info.value)
    assert (again.outcome, again.safe_to_retry, again.details["field"]) == ("not_sent", True, "to")
    assert "912 345 678" not in f"{again} {again!r}"


def test_error_without_attributes_is_not_safe_to_retry() -> None:
    for args in ([], ["text"], ["text", "{'outcome': 'not_sent'}"], ["text", None], ["text", {}]):
        error = zexa.ServerError(*args)
        assert (error.outcome, error.safe_to_retry, error.kind) == ("unknown", False, "server"), args
    # An attribute of a later version is ignored.
    error = zexa.ServerError("text", {"outcome": "rejected", "novel": 1})
    assert error.outcome == "rejected"
    assert not hasattr(error, "novel")


def test_text_follows_args() -> None:
    error = zexa.ServerError("slow", outcome="rejected")
    error.args = (f"order 5: {error.args[0]}", *error.args[1:])
    assert (str(error), repr(error)) == ("order 5: slow", "ServerError('order 5: slow')")
    error.args = ()
    assert str(error) == ""


class ShopError(zexa.ServerError):
    """A class that a program derives."""


def test_subclass_of_an_error() -> None:
    error = pickle.loads(pickle.dumps(ShopError("closed", status=503)))
    assert (type(error), error.status, error.kind, str(error)) == (ShopError, 503, "server", "closed")


def test_a_signal_while_an_error_is_created_does_not_lose_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = json.loads

    def interrupted(text: str) -> Any:
        # As if Ctrl-C were pressed at this moment.
        monkeypatch.setattr(json, "loads", loads)
        raise KeyboardInterrupt

    client = zexa.Client(**server.options)
    invalid: Any = {**SMS, "to": ""}
    monkeypatch.setattr(json, "loads", interrupted)
    with pytest.raises(KeyboardInterrupt) as raised:
        client.messages.send(**invalid)
    assert isinstance(raised.value.__context__, zexa.InvalidRequestError)
    sending = client.messages.send_many([invalid])
    monkeypatch.setattr(json, "loads", interrupted)
    with sending, pytest.raises(KeyboardInterrupt) as raised:
        next(sending)
    assert isinstance(raised.value.__context__, zexa.InvalidRequestError)
