"""What frameworks and tests of applications do with the package: coroutine functions, response models, mocks."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from unittest import mock

import pydantic
import pytest
import zexa
from fastapi import BackgroundTasks, FastAPI
from fastapi.testclient import TestClient

from examples import SMS
from sandbox import Server

MESSAGE = {
    "id": "msg_1",
    "status": "queued",
    "channel": "sms",
    "to": "+244912345678",
    "created_at": "2026-07-01T09:00:00Z",
    "novel": [1],
}


def test_a_background_task_sends(server: Server) -> None:
    """FastAPI asks whether a function is a coroutine function, and runs it in a thread where it is not."""
    app = FastAPI()
    client = zexa.AsyncClient(**server.options)

    @app.post("/orders")
    async def order(tasks: BackgroundTasks) -> None:
        tasks.add_task(client.messages.send, **SMS)

    with TestClient(app) as browser:
        assert browser.post("/orders").status_code == 200
    assert len(server.messages()) == 1


def test_a_model_is_a_response_model(server: Server) -> None:
    app = FastAPI()
    client = zexa.Client(**server.options)

    @app.post("/messages")
    def send() -> zexa.Message:
        return client.messages.send(**SMS)

    @app.get("/contacts")
    def contacts() -> list[zexa.Contact]:
        return list(client.contacts.list())

    with TestClient(app) as browser:
        assert browser.post("/messages").json()["status"] == "queued"
        assert browser.get("/contacts").json() == [contact.to_dict(mode="json") for contact in client.contacts.list()]
        assert browser.get("/openapi.json").status_code == 200


def test_a_model_is_a_field_of_pydantic() -> None:
    class Order(pydantic.BaseModel):
        message: zexa.Message

    of_json = zexa.Message.from_json(json.dumps(MESSAGE))
    for given in (of_json, MESSAGE, json.dumps(MESSAGE)):
        order = Order.model_validate({"message": given})
        assert order.message == of_json
    assert json.loads(order.model_dump_json()) == {"message": MESSAGE}
    assert Order.model_validate_json(order.model_dump_json()) == order
    assert Order.model_json_schema()["properties"]["message"] == {"$ref": "#/$defs/Message"}
    with pytest.raises(pydantic.ValidationError, match="message"):
        Order.model_validate({"message": {"id": "msg_1"}})
    with pytest.raises(pydantic.ValidationError, match="message"):
        Order.model_validate({"message": 5})


def test_an_operation_can_be_patched(server: Server) -> None:
    client = zexa.Client(**server.options)
    with mock.patch.object(client.messages, "send", return_value="sent") as send:
        assert client.messages.send(**SMS) == "sent"
    send.assert_called_once_with(**SMS)
    assert server.requests() == []


def test_an_async_operation_can_be_patched(server: Server) -> None:
    client = zexa.AsyncClient(**server.options)
    with mock.patch.object(client.messages, "send", return_value="sent") as send:
        assert asyncio.run(client.messages.send(**SMS)) == "sent"
    send.assert_awaited_once_with(**SMS)
    assert server.requests() == []


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_a_client_can_be_a_specification(kind: type[Any]) -> None:
    double = mock.create_autospec(kind, instance=True)
    double.messages.send(**SMS)
    with pytest.raises(AttributeError):
        double.letters.send(**SMS)


def test_an_async_operation_is_mocked_as_one() -> None:
    async def main() -> None:
        double = mock.create_autospec(zexa.AsyncClient(api_key="k"))
        double.messages.send.return_value = "sent"
        assert await double.messages.send(**SMS) == "sent"

    asyncio.run(main())
