"""`extra_body` and `extra_query`: accepted Python types. Scenarios test their effects."""

from __future__ import annotations

import asyncio
import enum
from collections import UserDict
from types import MappingProxyType
from typing import Any

import pytest
import zexa

from sandbox import Server

SMS: dict[str, Any] = {"channel": "sms", "to": "+244912345678", "from_": "ZEXA", "body": "Hello"}


class Level(enum.IntEnum):
    HIGH = 3


@pytest.mark.parametrize("kind", [MappingProxyType, UserDict, dict])
def test_any_mapping_is_accepted(client: zexa.Client, server: Server, kind: Any) -> None:
    client.messages.send(
        **SMS, extra_body=kind({"priority": Level.HIGH, "tags": ("a", "b")}), extra_query=kind({"a": 1})
    )
    request = server.requests()[0]
    assert (request["body"]["priority"], request["body"]["tags"]) == (3, ["a", "b"])
    assert request["query"] == {"a": "1"}


def test_query_values(client: zexa.Client, server: Server) -> None:
    client.credits.get(extra_query={"text": "a b", "number": Level.HIGH, "part": 0.5, "yes": True, "tags": ("a",)})
    sent = {"text": "a b", "number": "3", "part": "0.5", "yes": "true", "tags": "a"}
    assert server.requests()[0]["query"] == sent


def test_async_client_sends_extra_fields(server: Server) -> None:
    async def send() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            derived = client.with_options(extra_query={"a": 1, "b": 1})
            await derived.messages.send(**SMS, extra_body={"priority": 1}, extra_query={"b": 2})
            await derived.request("GET", "/credits", query={"c": 3})

    asyncio.run(send())
    sent, requested = server.requests()
    assert (sent["body"]["priority"], sent["query"]) == (1, {"a": "1", "b": "2"})
    assert requested["query"] == {"a": "1", "b": "1", "c": "3"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**64, "half \ud83d", ["\ud83d"]])
@pytest.mark.parametrize("name", ["extra_body", "extra_query"])
def test_values_outside_of_json_are_rejected(client: zexa.Client, server: Server, name: str, value: Any) -> None:
    options: dict[str, Any] = {name: {"field": value}}
    with pytest.raises(zexa.ConfigError, match=f"^config: `{name}` ") as caught:
        client.messages.send(**SMS, **options)
    assert (caught.value.outcome, caught.value.details["field"]) == ("not_sent", name)
    assert server.requests() == []


@pytest.mark.parametrize("value", [None, {}, [None], [["a"]]])
def test_invalid_query_values_are_rejected(client: zexa.Client, server: Server, value: Any) -> None:
    with pytest.raises(zexa.ConfigError, match='^config: `extra_query` .*"tag"'):
        client.credits.get(extra_query={"tag": value})
    with pytest.raises(zexa.ConfigError, match='^config: `extra_query` .*"tag"'):
        client.with_options(extra_query={"tag": value})
    assert server.requests() == []


@pytest.mark.parametrize("value", ["{}", [("a", 1)], {"a": b"1"}, {"a": {1}}, {(1, 2): 3}])
def test_wrong_type_of_extra_body_is_named(client: zexa.Client, server: Server, value: Any) -> None:
    with pytest.raises(TypeError, match="'extra_body'"):
        client.messages.send(**SMS, extra_body=value)
    assert server.requests() == []


def test_conflict_names_the_argument(client: zexa.Client, server: Server) -> None:
    with pytest.raises(zexa.ConfigError, match="^config: `from_` ") as caught:
        client.messages.send(**SMS, extra_body={"from": "ZEXA"})
    assert caught.value.details["field"] == "from_"
    assert server.requests() == []
