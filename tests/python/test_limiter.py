"""Limiters in Redis. They need a server, and are skipped without one."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import zexa

from programs.messages import sms
from redis_server import redis
from sandbox import Sandbox, Server

PASSWORD = "zx_top_secret"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis(password=PASSWORD) as url:
        yield url


def test_a_429_of_one_client_holds_an_async_client_back(url: str, sandbox: Sandbox) -> None:
    fault = {"path": "/credits", "status": 429, "headers": {"Retry-After": "60"}}
    server = sandbox.start_server({"faults": [fault]})

    async def send_until_held_back() -> zexa.RateLimitError:
        async with zexa.AsyncClient(**server.options, limiter=url, deadline=10) as client:
            # Until the server of the limiter knows of the 429.
            while True:
                try:
                    await client.messages.send(**sms("one"))
                except zexa.RateLimitError as error:
                    return error

    with zexa.Client(**server.options, limiter=url, max_retries=0) as client:
        with pytest.raises(zexa.RateLimitError) as limited:
            client.credits.get()
        assert limited.value.attempts == 1
        error = asyncio.run(send_until_held_back())
    assert (error.outcome, error.attempts) == ("not_sent", 0)
    assert error.retry_after is not None
    assert error.retry_after > 30


def _row(number: int) -> zexa.SendMessageRow:
    return {"channel": "sms", "to": f"+2449230{number:05}", "from_": "ZEXA", "body": f"row {number}"}


def _send(options: dict[str, Any], limiter: str, first: int) -> int:
    rows = [_row(number) for number in range(first, first + 40)]
    with zexa.Client(**options, limiter=limiter) as client, client.messages.send_many(rows) as sending:
        return sum(result.outcome == "accepted" for result in sending)


def test_processes_share_the_limit(url: str, sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"rate_limit": {"requests": 30, "per_seconds": 1}}})
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        arguments = [(server.options, f"{url}?name=processes", first) for first in (0, 40, 80)]
        assert pool.starmap(_send, arguments) == [40, 40, 40]
    assert len({message["to"] for message in server.messages()}) == len(server.messages()) == 120


def test_without_a_server_nothing_is_sent(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as closed:
        # Bound, and not listening.
        closed.bind(("127.0.0.1", 0))
        url = f"redis://:{PASSWORD}@127.0.0.1:{closed.getsockname()[1]}"
        with zexa.Client(**server.options, limiter=url, deadline=0.3) as client:
            with pytest.raises(zexa.APITimeoutError, match="limiter") as timeout:
                client.messages.send(**sms("one"))
            assert timeout.value.outcome == "not_sent"
            assert PASSWORD not in repr(timeout.value) + repr(client)
        with zexa.Client(**server.options, limiter=f"{url}?fallback_rate=10") as client:
            client.messages.send(**sms("one"))
            client.credits.get()
        [warning] = [record for record in caplog.records if record.levelname == "WARNING"]
        assert "fallback_rate" in warning.getMessage()
        assert PASSWORD not in warning.getMessage()
    assert len(server.messages()) == 1


def test_an_invalid_url_is_rejected_and_not_shown(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in (f"http://:{PASSWORD}@redis.example", f"redis://:{PASSWORD}@", f"redis://:{PASSWORD}@host?rate=1"):
        with pytest.raises(zexa.ConfigError, match="limiter") as rejected:
            zexa.Client(**server.options, limiter=url)
        assert PASSWORD not in str(rejected.value)
    monkeypatch.setenv("ZEXA_LIMITER", f"http://:{PASSWORD}@redis.example")
    with pytest.raises(zexa.ConfigError, match="ZEXA_LIMITER") as rejected:
        zexa.Client(**server.options)
    assert PASSWORD not in str(rejected.value)
