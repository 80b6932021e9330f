"""Signatures, type hints and mock specifications, for `inspect`, `typing` and `unittest.mock`."""

from __future__ import annotations

import asyncio
import collections.abc
import datetime
import inspect
import typing
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
import zexa

from examples import SMS
from sandbox import Server

CLIENTS = pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
RESOURCES = ("messages", "sender_ids", "campaigns", "contacts", "webhooks", "credits")


def callables() -> Iterator[Any]:
    """All public functions, classes and methods."""
    for name in zexa.__all__:
        found = getattr(zexa, name)
        if callable(found) and getattr(found, "__module__", None) == "zexa":
            yield pytest.param(found, id=name)
        if inspect.isclass(found):
            members = [(member, getattr(found, member)) for member in vars(found)]
            yield from (
                pytest.param(value, id=f"{name}.{member}") for member, value in members if inspect.isroutine(value)
            )


@pytest.mark.parametrize("called", list(callables()))
def test_type_hints_can_be_evaluated(called: Any) -> None:
    for hint in typing.get_type_hints(called).values():
        assert not isinstance(hint, (str, typing.ForwardRef))


def test_type_hints_are_the_types_themselves() -> None:
    for resource in (zexa.Messages, zexa.AsyncMessages):
        hints = typing.get_type_hints(resource.send)
        assert hints["channel"] == zexa.Channel
        assert hints["scheduled_at"] == datetime.datetime | str | None
        assert hints["template"] == collections.abc.Mapping[str, Any] | None
        assert hints["return"] is zexa.Message
    assert typing.get_type_hints(zexa.AsyncContacts.list)["return"] == zexa.AsyncList[zexa.Contact]
    assert typing.get_type_hints(zexa.Contacts.list)["return"] == zexa.List[zexa.Contact]
    error = typing.get_type_hints(zexa.RateLimitError)
    assert (error["kind"], error["outcome"], error["retry_after"]) == (zexa.Kind, zexa.Outcome, float | None)


def test_evaluating_hints_does_not_change_the_package() -> None:
    before = set(vars(zexa))
    typing.get_type_hints(zexa.AsyncMessages.wait)
    assert {name for name in set(vars(zexa)) - before if not name.startswith("_")} == set()
    assert "_types" not in dir(zexa)


def test_annotations_are_readable() -> None:
    """`help()` and editors show annotations as they are written."""
    for kind in (zexa.Client, zexa.AsyncClient):
        written = inspect.signature(kind.__init__).parameters
        assert written["timeout"].annotation == "float | datetime.timedelta | None"
        assert written["default_headers"].annotation == "collections.abc.Mapping[str, str] | None"
    for resource in (zexa.Messages, zexa.AsyncMessages):
        written = inspect.signature(resource.send).parameters
        assert written["channel"].annotation == "zexa.Channel"
        assert written["scheduled_at"].annotation == "datetime.datetime | str | None"
        assert written["deadline"].annotation == "float | datetime.timedelta | None"
        assert written["extra_query"].annotation.startswith("collections.abc.Mapping[str, str | int | float | ")
        private = [name for name, parameter in written.items() if "_types" in str(parameter.annotation)]
        assert private == []
    hints = typing.get_type_hints(zexa.Contacts.list)
    query = collections.abc.Mapping[str, str | int | float | collections.abc.Sequence[str | int | float]]
    assert hints["extra_query"] == query | None
    assert hints["timeout"] == float | datetime.timedelta | None


@CLIENTS
def test_signature_of_a_client(kind: type[Any]) -> None:
    parameters = inspect.signature(kind).parameters
    assert list(parameters)[:3] == ["api_key", "base_url", "timeout"]
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert {parameter.default for parameter in parameters.values()} == {None}
    assert inspect.signature(kind.__init__).parameters.keys() == {"self", *parameters}

    class Own(kind):  # type: ignore[misc]
        def __init__(self, tenant: str) -> None:
            super().__init__(api_key=tenant)

    assert list(inspect.signature(Own).parameters) == ["tenant"]
    assert repr(Own("key")) == repr(kind(api_key="key"))


@CLIENTS
def test_signatures_of_all_operations(kind: type[Any]) -> None:
    client = kind(api_key="k")
    for name in RESOURCES:
        resource = getattr(client, name)
        operations = [member for member in dir(resource) if not member.startswith("_")]
        assert operations
        for operation in operations:
            parameters = inspect.signature(getattr(resource, operation)).parameters
            assert {"extra_headers", "extra_query"} <= set(parameters)
            assert ("extra_body" in parameters) is (operation.partition("_")[0] in ("send", "create"))
            assert ("limit" in parameters) is (operation == "list")


@CLIENTS
@pytest.mark.parametrize(
    ("resource", "operation", "right", "wrong"),
    [
        ("messages", "send", SMS, {**SMS, "form": "ZEXA"}),
        ("messages", "send", SMS, {"channel": "sms", "to": "+244912345678"}),
        ("messages", "get", {"id": "msg_1"}, {}),
        ("messages", "wait", {"id": "msg_1", "until": "sent"}, {"id": "msg_1", "untill": "sent"}),
        ("contacts", "list", {"search": "Ana", "limit": 3}, {"serach": "Ana"}),
        ("contacts", "delete", {"id": "cnt_1"}, {"contact": "cnt_1"}),
        ("credits", "get", {"timeout": 1}, {"time_out": 1}),
    ],
)
def test_mock_of_an_operation_rejects_misspelt_arguments(
    kind: type[Any], resource: str, operation: str, right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    client = kind(api_key="k")
    with mock.patch.object(getattr(client, resource), operation, autospec=True) as double:
        method = getattr(getattr(client, resource), operation)
        settle(method(**right))
        with pytest.raises(TypeError):
            settle(method(**wrong))
        double.assert_called_once_with(**right)


@CLIENTS
def test_mock_of_a_client_rejects_misspelt_arguments(kind: type[Any]) -> None:
    with mock.patch.object(kind, "request", autospec=True) as double:
        client = kind(api_key="k")
        settle(client.request("GET", "/credits", query={"a": 1}))
        with pytest.raises(TypeError):
            settle(client.request("GET", "/credits", params={"a": 1}))
        double.assert_called_once_with(client, "GET", "/credits", query={"a": 1})
    double = mock.create_autospec(kind(api_key="k"))
    with pytest.raises(TypeError):
        settle(double.with_options(time_out=1))
    with mock.patch.object(zexa, "parse_event", autospec=True), pytest.raises(TypeError):
        zexa.parse_event()  # type: ignore[call-arg]


def settle(made: Any) -> None:
    """Await a coroutine, because some versions of Python check the arguments only then."""
    if inspect.iscoroutine(made):
        asyncio.run(awaited(made))


async def awaited(made: Any) -> Any:
    return await made


def test_operation_can_be_patched(server: Server) -> None:
    client = zexa.Client(**server.options)
    with mock.patch.object(client.messages, "send", return_value="sent") as send:
        assert client.messages.send(**SMS) == "sent"
    send.assert_called_once_with(**SMS)
    assert server.requests() == []


def test_async_operation_can_be_patched(server: Server) -> None:
    client = zexa.AsyncClient(**server.options)
    with mock.patch.object(client.messages, "send", return_value="sent") as send:
        assert asyncio.run(client.messages.send(**SMS)) == "sent"
    send.assert_awaited_once_with(**SMS)
    assert server.requests() == []


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_client_as_a_mock_specification(kind: type[Any]) -> None:
    double = mock.create_autospec(kind, instance=True)
    double.messages.send(**SMS)
    with pytest.raises(AttributeError):
        double.letters.send(**SMS)


def test_mock_of_an_async_operation_is_async() -> None:
    async def main() -> None:
        double = mock.create_autospec(zexa.AsyncClient(api_key="k"))
        double.messages.send.return_value = "sent"
        assert await double.messages.send(**SMS) == "sent"

    asyncio.run(main())
