"""Strings with a lone surrogate, which UTF-8 cannot express, such as half of an emoji. And the names of arguments in errors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import zexa

from examples import CAMPAIGN, CONTACT, SMS, WEBHOOK
from sandbox import Server

HALF = "\ud83d"
MESSAGES = {name: {**SMS, name: HALF} for name in ("channel", "to", "from_", "body", "subject", "html", "scheduled_at")}
CALLS: list[tuple[str, dict[str, Any], str]] = [
    *(("messages.send", arguments, name) for name, arguments in MESSAGES.items()),
    ("messages.send", {**SMS, "template": {"name": HALF}}, "template"),
    ("messages.send", {**SMS, "template": {HALF: 1}}, "template"),
    ("messages.get", {"id": HALF}, "id"),
    ("messages.wait", {"id": HALF}, "id"),
    ("messages.wait", {"id": "msg_1", "until": HALF}, "until"),
    *(("campaigns.create", {**CAMPAIGN, name: HALF}, name) for name in ("name", "contact_list_id", "sender_id")),
    *(("contacts.create", {**CONTACT, name: HALF}, name) for name in ("name", "phone", "email")),
    ("contacts.create", {**CONTACT, "lists": ["lst_1", HALF]}, "lists"),
    ("contacts.list", {"list_id": HALF}, "list_id"),
    ("contacts.list", {"search": HALF}, "search"),
    ("contacts.delete", {"id": HALF}, "id"),
    ("webhooks.create", {**WEBHOOK, "url": HALF}, "url"),
    ("webhooks.create", {**WEBHOOK, "events": [HALF]}, "events"),
    ("request", {"method": HALF, "path": "/credits"}, "method"),
    ("request", {"method": "GET", "path": f"/{HALF}"}, "path"),
    ("request", {"method": "GET", "path": "/credits", "query": {"a": HALF}}, "query"),
    ("request", {"method": "GET", "path": "/credits", "query": {HALF: "a"}}, "query"),
    ("request", {"method": "POST", "path": "/credits", "body": [HALF]}, "body"),
]


async def call(client: Any, operation: str, arguments: dict[str, Any]) -> None:
    function = client
    for name in operation.split("."):
        function = getattr(function, name)
    made = function(**arguments)
    if isinstance(client, zexa.AsyncClient) and not operation.endswith("list"):
        await made


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
@pytest.mark.parametrize(("operation", "arguments", "name"), CALLS)
def test_argument_with_a_lone_surrogate_is_named(
    server: Server, kind: Any, operation: str, arguments: dict[str, Any], name: str
) -> None:
    client = kind(**server.options)
    with pytest.raises(zexa.ValidationError, match=name) as caught:
        asyncio.run(call(client, operation, arguments))
    error = caught.value
    assert (error.details["field"], error.outcome, error.attempts) == (name, "not_sent", 0)
    assert server.requests() == []


OPTIONS = [
    ("api_key", HALF),
    ("base_url", f"https://{HALF}"),
    ("proxy", f"http://{HALF}"),
    ("ca_file", HALF),
    ("client_cert_file", HALF),
    ("client_key_file", HALF),
    ("user_agent_suffix", HALF),
    ("default_headers", {"X-Shop": HALF}),
    ("default_headers", {HALF: "1"}),
]


@pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
@pytest.mark.parametrize(("name", "value"), OPTIONS)
def test_option_with_a_lone_surrogate_is_named(kind: Any, name: str, value: Any) -> None:
    with pytest.raises(zexa.ConfigError, match=name) as caught:
        kind(**{"api_key": "zx_any", name: value})
    assert (caught.value.details["field"], caught.value.outcome) == (name, "not_sent")


@pytest.mark.parametrize("headers", [{"X-Shop": HALF}, {HALF: "1"}])
def test_header_with_a_lone_surrogate_is_named(client: zexa.Client, server: Server, headers: Any) -> None:
    for make in (
        lambda: client.credits.get(extra_headers=headers),
        lambda: client.with_options(extra_headers=headers),
        lambda: asyncio.run(zexa.AsyncClient(**server.options).credits.get(extra_headers=headers)),
    ):
        with pytest.raises(zexa.ConfigError, match="extra_headers"):
            make()
    assert server.requests() == []


@pytest.mark.parametrize("payload", [HALF, f"{HALF}{{}}", f'{{"event": {HALF}}}'], ids=ascii)
def test_payload_with_a_lone_surrogate(payload: str) -> None:
    for read in (zexa.parse_event, zexa.Message.from_json):
        with pytest.raises(zexa.DecodeError):
            read(payload)


def test_text_and_bytes_of_a_payload_are_equivalent() -> None:
    """Both are parsed by the core, with the same result."""
    payload = json.dumps({"event": "message.delivered", "note": HALF}, ensure_ascii=False)
    found: list[Any] = []
    for form in (payload, payload.encode("utf-8", "surrogatepass")):
        try:
            found.append(zexa.parse_event(form))
        except zexa.DecodeError as error:
            found.append(str(error))
    assert found[0] == found[1]


def test_errors_use_python_names(client: zexa.Client, server: Server) -> None:
    """Errors of the core, too, whose own names are `from` and `headers`."""
    with pytest.raises(zexa.InvalidRequestError, match="^invalid_request: `from_` ") as missing:
        client.messages.send(**{**SMS, "from_": ""})
    assert (missing.value.details["field"], missing.value.message.partition(" ")[0]) == ("from_", "`from_`")
    for headers in ({"a b": "1"}, {"Authorization": "x"}, {"X-Shop": "a\nb"}):
        with pytest.raises(zexa.ConfigError, match="^config: `extra_headers` ") as refused:
            client.credits.get(extra_headers=headers)
        assert refused.value.details["field"] == "extra_headers"
    with pytest.raises(zexa.ConfigError, match="^config: `default_headers` "):
        zexa.Client(**server.options, default_headers={"a b": "1"})
    assert server.requests() == []


def test_api_errors_keep_the_names_of_the_api(client: zexa.Client, server: Server) -> None:
    body = {"error": "validation_error", "message": "from: is not registered", "details": {"field": "from"}}
    server.fault(status=422, body=body)
    with pytest.raises(zexa.ValidationError) as caught:
        client.messages.send(**SMS)
    assert (caught.value.message, caught.value.details) == ("from: is not registered", {"field": "from"})
