"""`request()`: the accepted types of a body and a query. Scenarios test the requests."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from typing import Any

import pytest
import zexa

from examples import CONTACT, PRIVATE
from sandbox import Server


def test_response_is_read_only(client: zexa.Client) -> None:
    response = client.request("GET", "/credits")
    with pytest.raises(AttributeError):
        response.status = 500  # type: ignore[misc]


@pytest.mark.parametrize(
    "body",
    [
        {"to": "x", "ünknown": [None, True, False, 1, -1, 1.5, {}, []], "empty": "", "nul": "a\0b"},
        {"big": 2**63, "small": -(2**63), "bigger": 2**64 - 1, "exact": 2**53 + 1},
        [],
        [1, "x"],
        "text",
        5,
        1.5,
        True,
        {},
    ],
    ids=str,
)
def test_body_is_sent_unchanged(client: zexa.Client, server: Server, body: Any) -> None:
    server.fault(status=200, body={"ok": True})
    client.request("POST", "/calls", body=body)
    received = server.requests()[0]["body"]
    assert received == body
    assert type(received) is type(body)


def test_body_accepts_equivalent_types(client: zexa.Client, server: Server) -> None:
    server.fault(status=200, body={"ok": True}, times=0)
    client.request("POST", "/calls", body=OrderedDict(b=1, a=(1, 2)))
    client.request("POST", "/calls", body={1: "x", None: "y"})
    assert [request["body"] for request in server.requests()] == [{"b": 1, "a": [1, 2]}, {"1": "x", "null": "y"}]


def test_none_sends_no_body(client: zexa.Client, server: Server) -> None:
    server.fault(status=200, body={"ok": True}, times=0)
    client.request("POST", "/calls", body=None)
    client.request("POST", "/calls")
    assert {(request["body"], request["headers"].get("content-type")) for request in server.requests()} == {
        (None, None)
    }


def looped() -> list[Any]:
    body: list[Any] = []
    body.append(body)
    return body


def deep() -> list[Any]:
    body: list[Any] = []
    for _ in range(100_000):
        body = [body]
    return body


@pytest.mark.parametrize(
    "body",
    [
        float("nan"),
        {"a": [float("inf")]},
        {"a": -float("inf")},
        "\ud800",
        {"\ud800": 1},
    ],
    ids=ascii,
)
def test_body_outside_of_json_is_rejected(client: zexa.Client, server: Server, body: Any) -> None:
    with pytest.raises(zexa.ValidationError, match="body") as caught:
        client.request("POST", "/calls", body=body)
    assert (caught.value.outcome, caught.value.attempts, caught.value.details["field"]) == ("not_sent", 0, "body")
    assert server.requests() == []


@pytest.mark.parametrize("body", [Ellipsis, {"a": Ellipsis}, {"a": b"bytes"}, {"a": {1, 2}}, {(1, 2): "x"}], ids=repr)
def test_type_outside_of_json_is_a_type_error(client: zexa.Client, server: Server, body: Any) -> None:
    with pytest.raises(TypeError, match="body"):
        client.request("POST", "/calls", body=body)
    assert server.requests() == []


@pytest.mark.parametrize("number", [2**70, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, 123456789.123456789])
def test_numbers_are_sent_unchanged(client: zexa.Client, server: Server, number: float) -> None:
    with contextlib.suppress(zexa.APIError):
        client.request("POST", "/calls", body={"number": number})
    (request,) = server.requests()
    assert request["body"] == {"number": float(number)}


@pytest.mark.parametrize("make", [looped, deep])
def test_recursive_body_is_rejected(client: zexa.Client, server: Server, make: Any) -> None:
    with pytest.raises(zexa.ValidationError, match="body"):
        client.request("POST", "/calls", body=make())
    assert server.requests() == []


def test_query_accepts_numbers(client: zexa.Client, server: Server) -> None:
    server.fault(status=200, body={"ok": True})
    client.request("GET", "/reports", query={"page": 2, "share": 1.5})
    assert server.requests()[0]["query"] == {"page": "2", "share": "1.5"}


@pytest.mark.parametrize("query", [{1: "a"}, "a=1", [("a", "1")], {"a": None}, {"a": ["1"]}], ids=str)
def test_query_of_the_wrong_type_is_named(client: zexa.Client, server: Server, query: Any) -> None:
    with pytest.raises(TypeError, match="'query'"):
        client.request("GET", "/reports", query=query)
    assert server.requests() == []


def test_repr_of_a_response_shows_no_private_data(client: zexa.Client) -> None:
    client.contacts.create(**CONTACT)
    response = client.request("GET", "/contacts")
    assert not [secret for secret in PRIVATE if secret in f"{response!r} {response}"]
    assert "200" in repr(response)
