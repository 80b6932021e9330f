"""Secrets that occur nowhere but in the request to the API: neither in logs and errors, nor in reprs, ledgers, redirects and proxies."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import pickle
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import zexa

from sandbox import Sandbox, Server

# Shared with the tests of other languages.
CANARIES = json.loads((Path(__file__).parents[1] / "canaries.json").read_text())
KEY, PASSWORD, LEDGER_SECRET, BODY, NUMBER, NAME = (
    CANARIES[name] for name in ("key", "password", "ledger_secret", "body", "number", "name")
)
# What a person may see, in any form.
SECRETS = (KEY, PASSWORD, LEDGER_SECRET)
PRIVATE = (*SECRETS, BODY, NUMBER, NUMBER[1:], NAME)
MESSAGE: dict[str, Any] = {"channel": "sms", "to": NUMBER, "from_": "ZEXA", "body": BODY}

# What the server answers, with the key in all forms.
FAULTS: dict[str, dict[str, Any]] = {
    **{f"status {status}": {"status": status, "body": CANARIES["error"]} for status in CANARIES["statuses"]},
    **CANARIES["faults"],
}
# The faults after which a bulk run has a result for the row. It waits for a server that is down or refuses the key.
RESULTS = CANARIES["rows_end_after"]


def everything(value: Any) -> str:
    """All that a program may print of a value."""
    parts = [f"{value!r} {value}"]
    if isinstance(value, BaseException):
        parts += traceback.format_exception(value)
        parts.append(json.dumps({name: getattr(value, name, None) for name in ("message", "code", "request_id")}))
    return " ".join(parts)


def assert_nothing(text: str | bytes, secrets: tuple[str, ...] = PRIVATE) -> None:
    shown = text if isinstance(text, str) else text.decode("utf-8", "replace")
    assert not [secret for secret in secrets if secret in shown], shown


def new_client(server: Server, **options: Any) -> zexa.Client:
    given = {**server.options, "api_key": KEY, "max_retries": 0, "ledger_secret": LEDGER_SECRET, **options}
    return zexa.Client(**given)


@pytest.mark.parametrize("name", FAULTS)
def test_a_call(sandbox: Sandbox, name: str, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    fault = {"method": "POST", "path": "/messages", "times": 0, **FAULTS[name]}
    server = sandbox.start_server({"state": {"api_key": KEY}, "faults": [fault]})
    ledger = tmp_path / "canary.db"
    client = new_client(server, ledger=ledger, timeout=0.2 if name == "timeout" else 30)
    seen: list[Any] = [client]
    with caplog.at_level(logging.DEBUG):
        for key in (None, "order-1"):
            try:
                seen.append(client.messages.send(**MESSAGE, idempotency_key=key))
            except zexa.APIError as error:
                seen += [error, copy.copy(error), pickle.loads(pickle.dumps(error))]
                # Details may contain what the server has said about the request, but not the key.
                assert_nothing(repr(error.details), SECRETS)

        async def send() -> None:
            options = {**server.options, "api_key": KEY, "max_retries": 0}
            async with zexa.AsyncClient(**options, timeout=0.2 if name == "timeout" else 30) as other:
                seen.extend([other, await other.messages.send(**MESSAGE)])

        try:
            asyncio.run(send())
        except zexa.APIError as error:
            seen.append(error)
        if name in RESULTS:
            row: Any = {**MESSAGE, "idempotency_key": "order-2"}
            seen += client.messages.send_many([row])
    for value in seen:
        assert_nothing(everything(value))
        if isinstance(value, zexa.Message):
            assert_nothing(json.dumps(value.to_dict()), SECRETS)
            assert "***" in value.id
    assert caplog.records
    assert_nothing(" ".join(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records))
    for file in tmp_path.iterdir():
        assert_nothing(file.read_bytes())
    # The API itself has received them.
    assert all(request["headers"]["authorization"] == f"Bearer {KEY}" for request in server.requests(1))


def test_parameters_and_models(sandbox: Sandbox) -> None:
    client = new_client(sandbox.start_server({"state": {"api_key": KEY}}))
    contact = client.contacts.create(name=NAME, phone=NUMBER, email="canary@canary.example")
    assert_nothing(everything(contact), (*PRIVATE, "canary@canary.example"))
    assert_nothing(everything(client.contacts.list().page(1)))
    with pytest.raises(zexa.ConflictError) as raised:
        client.contacts.create(name=NAME, phone=NUMBER)
    assert_nothing(everything(raised.value))
    for wrong in ({"to": f"{NUMBER}x"}, {"channel": "", "body": BODY}):
        with pytest.raises(zexa.APIError) as invalid:
            client.messages.send(**{**MESSAGE, **wrong})
        assert_nothing(everything(invalid.value))


@pytest.mark.parametrize("option", ["api_key", "proxy", "default_headers", "ledger_secret"])
def test_an_invalid_option(option: str) -> None:
    wrong: dict[str, Any] = {
        "api_key": f"{KEY}\n",
        "proxy": f"ftp://user:{PASSWORD}@127.0.0.1",
        "default_headers": {"x-token": f"{PASSWORD}\n"},
        "ledger_secret": [LEDGER_SECRET],
    }
    with pytest.raises((zexa.ConfigError, TypeError)) as raised:
        zexa.Client(**{"api_key": KEY, option: wrong[option]})
    assert_nothing(f"{raised.value!r} {raised.value}")


@contextmanager
def recording_proxy(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that records what it receives on its first connection, and answers each part of it."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError), listener.accept()[0] as connection:
                while data := connection.recv(65536):
                    received.append(data)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], received
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


REFUSAL = (
    f"HTTP/1.1 407 No {PASSWORD}\r\nProxy-Authenticate: Basic realm={PASSWORD}\r\nContent-Length: 20\r\n\r\n{PASSWORD}"
)
PROXIES = {
    # The scheme, what the proxy answers, and the base URL.
    "tunnel": ("http", REFUSAL.encode(), "https://api.invalid/v1"),
    "forward": ("http", REFUSAL.encode(), "http://127.0.0.1:9/v1"),
    "socks": ("socks5h", b"\x05\x02", "https://api.invalid/v1"),
}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy(name: str, caplog: pytest.LogCaptureFixture) -> None:
    scheme, answer, base_url = PROXIES[name]
    with recording_proxy(answer) as (port, received):
        proxy = f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}"
        client = zexa.Client(api_key=KEY, base_url=base_url, proxy=proxy, max_retries=0)
        with caplog.at_level(logging.DEBUG), pytest.raises(zexa.APIError) as raised:
            client.messages.send(**MESSAGE)
        client.close()
    assert_nothing(everything(raised.value) + repr(raised.value.details) + repr(client), SECRETS)
    assert_nothing(" ".join(repr(vars(record)) for record in caplog.records))
    if name != "forward":
        # A proxy that forwards `http://` is a part of the way to the API. The others see neither the key nor the message.
        assert_nothing(b"".join(received), (KEY, BODY, NUMBER))
    assert received


def test_a_redirect_to_another_host(sandbox: Sandbox) -> None:
    other = sandbox.start_server()
    location = {"Location": f"{other.url}/messages"}
    for status in (301, 302, 303, 307, 308):
        server = sandbox.start_server({"faults": [{"status": status, "text": "", "headers": location}]})
        with pytest.raises(zexa.APIError):
            new_client(server).messages.send(**MESSAGE)
        with pytest.raises(zexa.APIError):
            new_client(server).credits.get()
    assert other.requests() == []
    assert other.state()["connections"] == 0


def test_the_environment_of_children() -> None:
    program = [sys.executable, "-c", "import os; print(os.environ)"]
    with zexa.Client(api_key=KEY, proxy=f"http://user:{PASSWORD}@127.0.0.1:9", ledger_secret=LEDGER_SECRET):
        assert_nothing(subprocess.run(program, check=True, stdout=subprocess.PIPE).stdout)
