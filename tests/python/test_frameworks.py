"""FastAPI and pydantic: background tasks, response models, fields, schemas, dependencies."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pydantic
import pytest
import zexa
from fastapi import BackgroundTasks, Depends, FastAPI
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


def test_background_task(server: Server) -> None:
    """FastAPI runs a function in a thread unless it is a coroutine function."""
    app = FastAPI()
    client = zexa.AsyncClient(**server.options)

    @app.post("/orders")
    async def order(tasks: BackgroundTasks) -> None:
        tasks.add_task(client.messages.send, **SMS)

    with TestClient(app) as browser:
        assert browser.post("/orders").status_code == 200
    assert len(server.messages()) == 1


def test_response_model(server: Server) -> None:
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


def test_pydantic_field() -> None:
    class Order(pydantic.BaseModel):
        message: zexa.Message

    of_json = zexa.Message.from_json(json.dumps(MESSAGE))
    for value in (of_json, MESSAGE, json.dumps(MESSAGE)):
        order = Order.model_validate({"message": value})
        assert order.message == of_json
    assert json.loads(order.model_dump_json()) == {"message": MESSAGE}
    assert Order.model_validate_json(order.model_dump_json()) == order
    assert Order.model_json_schema()["properties"]["message"] == {"$ref": "#/$defs/Message"}
    with pytest.raises(pydantic.ValidationError, match="message"):
        Order.model_validate({"message": {"status": "queued"}})
    with pytest.raises(pydantic.ValidationError, match="message"):
        Order.model_validate({"message": 5})


HIDDEN = {"response_model_exclude": {"to", "from_", "created_at"}}


def test_response_model_include_and_exclude(server: Server) -> None:
    app = FastAPI()
    client = zexa.Client(**server.options)

    @app.post("/messages", response_model=zexa.Message, **HIDDEN)  # type: ignore[arg-type]
    def send() -> zexa.Message:
        return client.messages.send(**SMS)

    @app.get("/status", response_model=zexa.Message, response_model_include={"id", "status"})
    def status(message: str) -> zexa.Message:
        return client.messages.get(message)

    @app.get("/contacts", response_model=list[zexa.Contact], response_model_exclude={"__all__": {"phone"}})
    def contacts() -> list[zexa.Contact]:
        return list(client.contacts.list())

    with TestClient(app) as browser:
        sent = browser.post("/messages").json()
        assert sent.keys() >= {"id", "status", "channel"}
        assert sent.keys().isdisjoint({"to", "from", "from_", "created_at"})
        assert browser.get("/status", params={"message": sent["id"]}).json().keys() == {"id", "status"}
        (first, *_) = browser.get("/contacts").json()
        assert "phone" not in first
        assert "name" in first


class Order(pydantic.BaseModel):
    """A model with a field of every supported class."""

    message: zexa.Message | None = None
    campaign: zexa.Campaign | None = None
    contacts: zexa.Page[zexa.Contact] | None = None
    page: zexa.Page[Any] | None = None
    response: zexa.Response | None = None


CREATED = datetime(2026, 7, 1, 9, tzinfo=timezone.utc)
CONTACT = zexa.Contact(id="cnt_1", name="Ana", phone="+244923456789", created_at=CREATED)
CAMPAIGN = zexa.Campaign(id="cmp_1", name="July", created_at=CREATED, stats=zexa.CampaignStats(sent=3, delivered=2))


def test_python_mode_has_datetimes_and_json_mode_has_text() -> None:
    order = Order(message=zexa.Message.from_dict(MESSAGE), campaign=CAMPAIGN)
    dumped = order.model_dump()
    assert dumped["message"]["created_at"] == CREATED
    assert type(dumped["campaign"]["created_at"]) is datetime
    for written in (order.model_dump(mode="json"), json.loads(order.model_dump_json())):
        assert written["message"]["created_at"] == "2026-07-01T09:00:00Z"
    assert Order.model_validate(dumped) == order
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_fields_are_included_and_excluded_at_any_depth() -> None:
    order = Order(message=zexa.Message.from_dict(MESSAGE), campaign=CAMPAIGN)
    assert order.model_dump(include={"message": {"id"}}) == {"message": {"id": "msg_1"}}
    kept = order.model_dump(exclude={"message": {"to", "novel"}, "campaign": {"stats": {"sent"}}}, exclude_none=True)
    assert kept["message"].keys() == {"id", "status", "channel", "created_at"}
    assert kept["campaign"]["stats"] == {"delivered": 2}


def test_pages_and_responses_are_fields() -> None:
    page = zexa.Page(items=[CONTACT], total=7, page=2, per_page=1, extra={"cursor": "x"})
    order = Order(contacts=page, page=page, response=zexa.Response(body={"a": [1]}))
    written = order.model_dump_json()
    assert json.loads(written)["contacts"]["items"][0]["phone"] == CONTACT.phone
    assert json.loads(written)["response"] == {"status": 200, "body": {"a": [1]}}
    # A page without an item type cannot be validated from JSON.
    again = Order.model_validate_json(order.model_dump_json(exclude={"page"}))
    assert (again.contacts, again.response) == (page, order.response)
    assert again.contacts is not None
    assert type(again.contacts[0]) is zexa.Contact
    with pytest.raises(pydantic.ValidationError, match=r"type like Page\[Contact\]"):
        Order.model_validate_json(written)
    hidden = order.model_dump(exclude={"contacts": {"items": {"__all__": {"phone"}}}})
    assert "phone" not in hidden["contacts"]["items"][0]


@pytest.mark.parametrize(
    "data",
    [
        {"contacts": {"items": [{"name": "Ana"}]}},
        {"contacts": {"total": 1}},
        {"contacts": zexa.Page(items=[CAMPAIGN])},
        {"contacts": 5},
        {"response": {"status": 500}},
        {"response": {"body": 1}},
        {"message": {"id": "msg_1", "created_at": object()}},
        {"campaign": "{}"},
    ],
    ids=lambda data: next(iter(data)),
)
def test_invalid_values_are_validation_errors(data: dict[str, Any]) -> None:
    with pytest.raises(pydantic.ValidationError, match=next(iter(data))):
        Order.model_validate(data)


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_json_schema_describes_every_field(mode: Any) -> None:
    schema = Order.model_json_schema(mode=mode)
    message = schema["$defs"]["Message"]
    assert message["properties"].keys() == {name.rstrip("_") for name in zexa.Message.__match_args__}
    assert all(field["description"] for field in message["properties"].values())
    assert message["properties"]["created_at"]["format"] == "date-time"
    assert "delivered" in message["properties"]["status"]["examples"]
    assert "id" in message["required"]
    campaign = schema["$defs"]["Campaign"]["properties"]
    assert campaign["total_recipients"]["type"] == "integer"
    assert campaign["stats"]["$ref"] == "#/$defs/CampaignStats"
    assert schema["$defs"]["Contact"]["properties"]["lists"]["items"] == {"type": "string"}
    pages = [definition for name, definition in schema["$defs"].items() if name.startswith("Page")]
    assert {"$ref": "#/$defs/Contact"} in [page["properties"]["items"]["items"] for page in pages]
    assert schema["$defs"]["Response"]["properties"]["status"]["type"] == "integer"


def test_openapi_names_the_models() -> None:
    app = FastAPI()

    @app.get("/contacts")
    def contacts() -> zexa.Page[zexa.Contact]:
        return zexa.Page(items=[CONTACT])

    with TestClient(app) as browser:
        assert browser.get("/contacts").json()["items"][0]["id"] == "cnt_1"
        schemas = browser.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["Contact"]["properties"]["phone"]["description"]


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
def test_client_as_a_dependency(server: Server, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No option is read from a request, which could otherwise choose the host that receives the API key."""
    monkeypatch.setenv("ZEXA_API_KEY", server.api_key)
    monkeypatch.setenv("ZEXA_BASE_URL", server.url)
    app = FastAPI()

    @app.get("/credits")
    async def balance(client: Any = Depends(kind)) -> float:  # noqa: B008
        assert type(client) is kind
        found = client.credits.get()
        return float((await found if kind is zexa.AsyncClient else found).credits)

    with TestClient(app) as browser:
        elsewhere = {"base_url": "http://zexa.invalid/v1", "allow_http": "true", "api_key": "zx_other"}
        assert browser.get("/credits", params=elsewhere).json() == 4250
        (operation,) = browser.get("/openapi.json").json()["paths"]["/credits"].values()
    assert "parameters" not in operation
    assert "requestBody" not in operation
    assert len(server.requests()) == 1
