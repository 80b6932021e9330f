"""Sends over HTTP/2 while streams are scarce and calls stall, time out or are cancelled at random.

What is reported as not sent never arrives, and nothing arrives twice. `ZEXA_TEST_SENDS` is the number of sends in all.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeAlias

import zexa

from loops import spawn
from programs.messages import sms
from programs.process import until
from sandbox import Sandbox, Server

# A report is the text of a message and its outcome.
Report: TypeAlias = tuple[str, str]

LIMITS = [1, 10, 100]
# For each stream limit and each kind of client.
SENDS = math.ceil(int(os.environ.get("ZEXA_TEST_SENDS", "1200")) / (2 * len(LIMITS)))
AT_ONCE = 32
# Seconds.
TIMEOUT = 0.25
LATEST_END = 0.06

FAULTS: list[dict[str, Any]] = [
    {"status": 422},
    {"status": 503},
    {"process": True, "status": 503},
    {"then": "refuse"},
    {"then": "goaway"},
    {"then": "stall", "at": "request"},
    {"process": True, "then": "stall", "at": "body", "bytes": 10},
    {"process": True, "then": "cut", "at": "body", "bytes": 10},
    {"then": "reset", "at": "request"},
    {"process": True, "delay": 0.15},
    {"process": True, "then": "hang"},
]

# The possible numbers of messages in the server, for each outcome.
EXPECTED = {"sent": {1}, "accepted": {1}, "rejected": {0}, "not_sent": {0}, "unknown": {0, 1}}


def test_threads(sandbox: Sandbox) -> None:
    storm(sandbox, send_by_threads)


def test_tasks(sandbox: Sandbox) -> None:
    storm(sandbox, lambda server: asyncio.run(send_by_tasks(server)))


def storm(sandbox: Sandbox, send_all: Callable[[Server], list[Report]]) -> None:
    seen: Counter[tuple[str, int]] = Counter()
    for limit in LIMITS:
        server = start_server(sandbox, limit)
        reported = send_all(server)
        # The client is closed: when its connections are closed, nothing can arrive any more.
        until("no open connection", partial(has_no_connection, server))
        seen += judge(server, reported)
        server.end()
    # All of these outcomes occurred.
    assert seen.keys() == {(outcome, times) for outcome, allowed in EXPECTED.items() for times in allowed}


def start_server(sandbox: Sandbox, limit: int) -> Server:
    fault = {"method": "POST", "path": "/messages", "times": 0, "probability": 0.15, "seed": limit, "any_of": FAULTS}
    state = {"tls": True, "alpn": ["h2"], "credits": 10_000, "max_concurrent_streams": limit}
    server = sandbox.start_server({"state": state, "faults": [fault]})
    server.http2 = True
    return server


def has_no_connection(server: Server) -> bool:
    return bool(server.state()["open_connections"] == 0)


def judge(server: Server, reported: list[Report]) -> Counter[tuple[str, int]]:
    """Compare the reported outcomes with the messages in the server."""
    arrived = Counter(message["body"] for message in server.messages())
    assert {text: times for text, times in arrived.items() if times > 1} == {}
    wrong = [(text, outcome) for text, outcome in reported if arrived[text] not in EXPECTED[outcome]]
    assert wrong == []
    assert sorted(text for text, _ in reported) == sorted(texts())
    assert {request["http_version"] for request in server.requests()} == {"2"}
    return Counter((outcome, arrived[text]) for text, outcome in reported)


def texts() -> list[str]:
    return [f"message {number}" for number in range(SENDS)]


def some_options(deadlines: float) -> dict[str, Any]:
    """The options of one call. Some calls get a deadline that is too short."""
    options: dict[str, Any] = {"max_retries": random.randrange(3)}
    if random.random() < deadlines:
        options["deadline"] = random.uniform(1e-6, LATEST_END)
    return options


def send_by_threads(server: Server) -> list[Report]:
    with zexa.Client(**server.options, timeout=TIMEOUT) as client, ThreadPoolExecutor(AT_ONCE) as threads:

        def send(text: str) -> Report:
            try:
                client.messages.send(**sms(text), **some_options(deadlines=0.2))
            except zexa.ZexaError as error:
                return text, error.outcome
            return text, "sent"

        return list(threads.map(send, texts()))


async def send_by_tasks(server: Server) -> list[Report]:
    waiting = iter(texts())
    reported = []

    async def send_some(client: zexa.AsyncClient) -> None:
        for text in waiting:
            call = spawn(outcome_of(client, text))
            if random.random() < 0.1:
                asyncio.get_running_loop().call_later(random.uniform(0, LATEST_END), call.cancel)
            reported.append((text, await call))

    async with zexa.AsyncClient(**server.options, timeout=TIMEOUT) as client:
        await asyncio.gather(*(send_some(client) for _ in range(AT_ONCE)))
    return reported


async def outcome_of(client: zexa.AsyncClient, text: str) -> str:
    """Send one message, and return the outcome, even if the task is cancelled."""
    try:
        await client.messages.send(**sms(text), **some_options(deadlines=0.1))
    except zexa.ZexaError as error:
        return error.outcome
    except asyncio.CancelledError as cancelled:
        # A CancelledError, or the error of a call that had failed when its task was cancelled.
        behind = cancelled.__context__
        return behind.outcome if isinstance(behind, zexa.ZexaError) else "unknown"
    return "sent"
