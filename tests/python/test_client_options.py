"""Options of clients and calls: accepted types, and lifetimes. Scenarios test most effects and invalid values."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import zexa

from sandbox import Sandbox, Server

BOTH = pytest.mark.parametrize("kind", [zexa.Client, zexa.AsyncClient])
TIMES = ("timeout", "connect_timeout", "deadline", "max_retry_wait")
CALL_TIMES = ("timeout", "deadline")


@BOTH
@pytest.mark.parametrize("value", [-1, -0.001, float("nan"), -float("inf"), 1e300, timedelta(seconds=-1)], ids=str)
@pytest.mark.parametrize("name", TIMES)
def test_invalid_duration_is_rejected(kind: Any, name: str, value: Any) -> None:
    refused(lambda: kind(api_key="k", **{name: value}), name)


@BOTH
@pytest.mark.parametrize("value", [0, 0.0, timedelta(0)], ids=repr)
@pytest.mark.parametrize("name", ["timeout", "connect_timeout", "deadline"])
def test_zero_duration_is_rejected(kind: Any, name: str, value: Any) -> None:
    refused(lambda: kind(api_key="k", **{name: value}), name)
    assert kind(api_key="k", max_retry_wait=value)


@pytest.mark.parametrize("value", [-1, float("nan"), 0, timedelta(seconds=-1)], ids=str)
@pytest.mark.parametrize("name", CALL_TIMES)
def test_invalid_duration_of_a_call_is_rejected(client: zexa.Client, server: Server, name: str, value: Any) -> None:
    refused(lambda: client.credits.get(**{name: value}), name)
    refused(lambda: list(client.contacts.list(**{name: value})), name)
    refused(lambda: client.with_options(**{name: value}).credits.get(), name)
    assert server.requests() == []


@BOTH
@pytest.mark.parametrize("value", [-1, 2**32, 2**70])
def test_counts_out_of_range_are_rejected(kind: Any, value: int) -> None:
    for name in ("max_retries", "max_connections"):
        refused(lambda name=name: kind(**{"api_key": "k", name: value}), name)


def refused(call: Any, name: str) -> None:
    """Check for a ConfigError that names the option."""
    with pytest.raises(zexa.ConfigError, match=name) as caught:
        call()
    error = caught.value
    assert (error.kind, error.outcome, error.attempts, error.status) == ("config", "not_sent", 0, None)
    assert name in error.details["field"]


@BOTH
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in TIMES for value in ("1", b"1", [1])],
        *[(name, value) for name in ("max_retries", "max_connections") for value in (1.5, "3", True)],
        *[(name, value) for name in ("api_key", "base_url", "proxy", "user_agent_suffix") for value in (5, b"x")],
        *[(name, 5) for name in ("ca_file", "client_cert_file", "client_key_file")],
        ("default_headers", [("X-Shop", "1")]),
        ("default_headers", {"X-Shop": 1}),
        ("default_headers", {1: "X-Shop"}),
        ("default_headers", "X-Shop: 1"),
        ("allow_http", "yes"),
        ("http2", "yes"),
        ("http2", 1),
    ],
    ids=str,
)
def test_option_of_the_wrong_type_is_named(kind: Any, name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"'{name}'"):
        kind(**{"api_key": "k", name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", "1"),
        ("deadline", [1]),
        ("max_retries", 1.5),
        ("retry_ambiguous", "no"),
        ("extra_headers", {"X-Shop": 1}),
        ("extra_headers", ["X-Shop"]),
        ("extra_query", "a=1"),
        ("extra_query", [("a", 1)]),
        ("extra_query", {"a": b"1"}),
    ],
)
def test_call_option_of_the_wrong_type_is_named(client: zexa.Client, server: Server, name: str, value: Any) -> None:
    for call in (client.credits.get, client.contacts.list, client.with_options):
        with pytest.raises(TypeError, match=f"'{name}'"):
            call(**{name: value})
    assert server.requests() == []


@BOTH
def test_unknown_option(kind: Any) -> None:
    with pytest.raises(TypeError, match="'max_retrys'"):
        kind(api_key="k", max_retrys=1)
    with pytest.raises(TypeError, match="'colour'"):
        kind(api_key="k").with_options(colour="red")
    with pytest.raises(TypeError):
        kind("k")


@BOTH
def test_none_counts_as_absent(kind: Any) -> None:
    paths = ("ca_file", "client_cert_file", "client_key_file")
    texts = ("base_url", "proxy", *paths, "user_agent_suffix", "default_headers")
    assert kind(api_key="k", **dict.fromkeys((*TIMES, *texts, "http2", "max_connections", "max_retries", "allow_http")))
    call_names = (*CALL_TIMES, "max_retries", "retry_ambiguous", "extra_headers", "extra_query")
    assert kind(api_key="k").with_options(**dict.fromkeys(call_names))


def test_client_configured_by_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEXA_API_KEY", server.api_key)
    monkeypatch.setenv("ZEXA_BASE_URL", server.url)
    assert zexa.Client().credits.get().credits == 4250


@BOTH
def test_client_shows_no_secrets(kind: Any) -> None:
    client = kind(
        api_key="zx_secret",
        proxy="http://user:pw_secret@127.0.0.1:9",
        default_headers={"X-Token": "header_secret"},
    )
    derived = client.with_options(extra_headers={"X-Token": "header_secret"})
    for shown in (client, derived, client.messages, client.contacts.list, client.contacts.list()):
        assert "secret" not in f"{shown!r} {shown} {getattr(shown, '__dict__', '')}"
    with pytest.raises(TypeError):
        pickle.dumps(client)


def test_user_agent(server: Server) -> None:
    zexa.Client(**server.options, user_agent_suffix="shop/1.2").credits.get()
    assert server.requests()[0]["headers"]["user-agent"] == f"zexa-python/{zexa.__version__} shop/1.2"


def test_headers_accept_any_mapping(client: zexa.Client, server: Server) -> None:
    headers: Mapping[str, str] = MappingProxyType({"X-Shop": "1"})
    client.credits.get(extra_headers=headers)
    zexa.Client(**server.options, default_headers=headers).credits.get()
    assert [request["headers"]["x-shop"] for request in server.requests()] == ["1", "1"]


def test_call_options_override_those_of_a_derived_client(client: zexa.Client, server: Server) -> None:
    derived = client.with_options(max_retries=0, extra_headers={"X-One": "1", "X-Two": "2"})
    assert type(derived) is zexa.Client
    server.fault(status=503, times=0)
    with pytest.raises(zexa.ServerError) as caught:
        derived.credits.get(extra_headers={"X-Two": "3"})
    assert caught.value.attempts == 1
    headers = server.requests()[0]["headers"]
    assert (headers["x-one"], headers["x-two"]) == ("1", "3")
    with pytest.raises(zexa.ServerError) as caught:
        derived.credits.get(max_retries=1)
    assert caught.value.attempts == 2


def test_derived_client_shares_connections(client: zexa.Client, server: Server) -> None:
    client.credits.get()
    client.with_options(max_retries=0).credits.get()
    client.with_options(timeout=5).with_options(deadline=5).credits.get()
    assert len({request["connection"] for request in server.requests()}) == 1


def test_closing_a_client_closes_derived_clients(client: zexa.Client) -> None:
    derived = client.with_options(max_retries=0)
    client.close()
    with pytest.raises(zexa.ClosedError):
        derived.credits.get()


@pytest.mark.parametrize("timeout", [0.2, timedelta(milliseconds=200)], ids=repr)
def test_durations_are_seconds_or_a_timedelta(server: Server, timeout: Any) -> None:
    server.fault(delay=10, times=0)
    client = zexa.Client(**server.options, timeout=timeout, max_retries=0)
    options: dict[str, Any]
    for options in ({}, {"deadline": timeout, "timeout": 5}):
        start = time.monotonic()
        # Without the limit, the response arrives after ten seconds.
        with pytest.raises(zexa.APITimeoutError):
            client.credits.get(**options)
        assert time.monotonic() - start > 0.19


@pytest.mark.parametrize("as_path", [str, Path])
def test_ca_file_is_a_path(sandbox: Sandbox, as_path: Any) -> None:
    server = sandbox.start_server({"state": {"tls": True}})
    assert server.ca_file
    with zexa.Client(**{**server.options, "ca_file": as_path(server.ca_file)}) as client:
        assert client.credits.get().credits == 4250
    server.end()


@pytest.mark.parametrize("as_path", [str, Path])
def test_client_certificate_files_are_paths(sandbox: Sandbox, as_path: Any) -> None:
    server = sandbox.start_server({"state": {"tls": True, "require_client_certificate": True}})
    assert server.client_cert_file and server.client_key_file
    files = {
        "client_cert_file": as_path(server.client_cert_file),
        "client_key_file": as_path(server.client_key_file),
    }
    with zexa.Client(**server.options, **files) as client:
        assert client.credits.get().credits == 4250
        key = Path(server.client_key_file).read_text().splitlines()[1]
        assert key not in repr(client)
    assert server.requests()[0]["client_certificate"] == "zexa-sandbox-client"
    server.end()


HTTP2 = pytest.mark.parametrize(
    ("options", "version"), [({}, "1.1"), ({"http2": None}, "1.1"), ({"http2": False}, "1.1"), ({"http2": True}, "2")]
)


def test_calls_beyond_max_connections_wait(server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options, max_connections=2) as client:
            await asyncio.gather(*(client.credits.get() for _ in range(20)))

    asyncio.run(main())
    assert len(server.requests()) == 20
    # A connection is not always free immediately after its response. The next call then opens another one.
    assert server.state()["connections"] < 10


def test_client_is_a_context_manager(server: Server) -> None:
    with zexa.Client(**server.options) as client:
        assert type(client) is zexa.Client
        client.credits.get()
    with pytest.raises(zexa.ClosedError):
        client.credits.get()
    with pytest.raises(KeyError), zexa.Client(**server.options):
        raise KeyError("mine")


def test_creating_a_client_opens_no_connection(server: Server) -> None:
    zexa.Client(**server.options).with_options(max_retries=0).close()
    zexa.AsyncClient(**server.options)
    assert server.state()["connections"] == 0


def test_resources_are_read_only(client: zexa.Client) -> None:
    for name in ("messages", "sender_ids", "campaigns", "contacts", "webhooks", "credits", "colour"):
        with pytest.raises(AttributeError):
            setattr(client, name, None)


def test_resource_outlives_its_client(server: Server) -> None:
    credits = zexa.Client(**server.options).credits
    assert credits.get().credits == 4250


def test_infinite_duration_means_no_limit(server: Server) -> None:
    hasty = zexa.Client(**server.options, deadline=0.000001, timeout=float("inf"))
    with pytest.raises(zexa.APITimeoutError):
        hasty.credits.get()
    assert hasty.credits.get(deadline=float("inf")).currency == "USD"
