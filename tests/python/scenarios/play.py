"""Plays one scenario in one way: a server and a client of its own, the call, and a look at what came."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import zexa

from sandbox import Refused, Sandbox, Server
from scenarios import errors
from scenarios.calls import make_call, take_all, take_all_async
from scenarios.files import Way, is_cancelled
from scenarios.objects import Broken, about, to_json

KEYS = {
    "name",
    "why",
    "server",
    "client",
    "call",
    "requests",
    "messages",
    "result",
    "error",
    "items",
    "incomplete",
    "about",
}
CANCEL_KEYS = {"cancel_after_requests", "cancel_delay", "cancel_after_attempts"}
CALL_KEYS = {"operation", "arguments", "page", "take", "options", *CANCEL_KEYS}
# What there is a pattern for.
PATTERNS = ("requests", "messages", "result", "error", "items", "incomplete", "about")
# A cancelled task has no error of ours.
CANCELLED_PATTERNS = ("requests", "messages", "items")
# Called for each attempt of the call in this context.
ON_ATTEMPT: ContextVar[Callable[[], None] | None] = ContextVar("ON_ATTEMPT", default=None)


class AttemptHandler(logging.Handler):
    """Reports each attempt to its scenario: a call logs in the context of its task."""

    def emit(self, record: logging.LogRecord) -> None:
        if on_attempt := ON_ATTEMPT.get():
            on_attempt()


def play(sandbox: Sandbox, scenario: dict[str, Any], way: Way) -> list[str]:
    """Plays a scenario with the blocking client, and tells what did not fit."""
    try:
        if found := unknown_keys(scenario):
            return found
        server = sandbox.start_server(scenario.get("server", {}))
        try:
            actual = answer(server, scenario, way)
            look_at(server, actual)
        finally:
            server.end()
        return mismatches(sandbox, scenario, actual)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a failure of this scenario alone)
        return [told(error)]


async def play_async(sandbox: Sandbox, scenario: dict[str, Any], way: Way) -> list[str]:
    """Plays a scenario with the async client, and tells what did not fit."""
    try:
        if found := unknown_keys(scenario):
            return found
        server = await asyncio.to_thread(sandbox.start_server, scenario.get("server", {}))
        try:
            actual = await answer_async(server, scenario, way)
            await asyncio.to_thread(look_at, server, actual)
        finally:
            await asyncio.to_thread(server.end)
        return await asyncio.to_thread(mismatches, sandbox, scenario, actual)
    except Exception as error:  # noqa: BLE001 (whatever it is, it is a failure of this scenario alone)
        return [told(error)]


def told(error: Exception) -> str:
    if isinstance(error, Broken | Refused):
        return str(error)
    if isinstance(error, TypeError):
        return f"Python has no way to say this: {error}"
    return "the runner failed: " + "".join(traceback.format_exception(error))


def unknown_keys(scenario: dict[str, Any]) -> list[str]:
    unknown = sorted((scenario.keys() - KEYS) | (scenario.get("call", {}).keys() - CALL_KEYS))
    return [f"a scenario has no {', '.join(unknown)}"] if unknown else []


def answer(server: Server, scenario: dict[str, Any], way: Way) -> dict[str, Any]:
    """What comes of making a client and of its call, as `result` or as `error` and `items`."""
    items: list[Any] = []
    try:
        client = make_client(zexa.Client, server, scenario)
        if "call" not in scenario:
            return {"result": None}
        given = make_call(client, scenario["call"], way)
        # By now nobody holds the client, and what it gave must go on to work.
        del client
        if isinstance(given, zexa.List):
            incomplete = take_all(given, items, scenario["call"].get("take"), way)
            return {"result": items, "incomplete": incomplete}
        return {"result": to_json(given), **about(given)}
    except zexa.ZexaError as error:
        return {"error": errors.to_json(error), "items": items}


async def answer_async(server: Server, scenario: dict[str, Any], way: Way) -> dict[str, Any]:
    """The same with the async client. A call that was cancelled has but `items`."""
    items: list[Any] = []
    try:
        client = make_client(zexa.AsyncClient, server, scenario)
        if "call" not in scenario:
            return {"result": None}
        call = scenario["call"]
        given = make_call(client, call, way)
        del client
        is_list = isinstance(given, zexa.AsyncList)
        awaited = take_all_async(given, items, call.get("take"), way) if is_list else given
        if is_cancelled(scenario):
            await cancelled(awaited, server, call)
            return {"items": items}
        # An event is not waited for.
        result = await awaited if hasattr(awaited, "__await__") else awaited
        return {"result": items, "incomplete": result} if is_list else {"result": to_json(result), **about(result)}
    except zexa.ZexaError as error:
        return {"error": errors.to_json(error), "items": items}


async def cancelled(awaited: Any, server: Server, call: dict[str, Any]) -> None:
    """Cancels the call as a task, when the scenario says so. Raises Broken where it ends in any other way."""
    attempts = asyncio.Semaphore(0)
    ON_ATTEMPT.set(attempts.release)
    task = asyncio.ensure_future(awaited)
    # With 0, before the task has begun.
    if call.get("cancel_after_requests") != 0:
        due = asyncio.ensure_future(cancellation_due(server, call, attempts))
        await asyncio.wait({task, due}, return_when=asyncio.FIRST_COMPLETED)
        due.cancel()
    task.cancel()
    try:
        came = await task
    except asyncio.CancelledError:
        return
    except zexa.ZexaError as error:
        came = error
    raise Broken(f"the call was not cancelled, and came to {came!r}")


async def cancellation_due(server: Server, call: dict[str, Any], attempts: asyncio.Semaphore) -> None:
    """Wait until the scenario wants its call cancelled. `attempts` is released once per attempt."""
    if "cancel_after_requests" in call:
        await asyncio.to_thread(server.requests, call["cancel_after_requests"])
        await asyncio.sleep(call.get("cancel_delay", 0))
    for _ in range(call.get("cancel_after_attempts", 0)):
        await attempts.acquire()


def make_client(kind: Callable[..., Any], server: Server, scenario: dict[str, Any]) -> Any:
    """A client with the scenario's options, and the server's address and key where it gives none."""
    options = {"base_url": server.url, "api_key": server.api_key, **scenario.get("client", {})}
    return kind(**{name: filled_in(value, server) for name, value in options.items()})


def filled_in(value: Any, server: Server) -> Any:
    if not isinstance(value, str):
        return value
    return value.replace("{{url}}", server.url).replace("{{ca_file}}", server.ca_file or "")


def look_at(server: Server, actual: dict[str, Any]) -> None:
    """Adds what the server has seen."""
    actual["requests"], actual["messages"] = server.requests(), server.messages()


def mismatches(sandbox: Sandbox, scenario: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    patterns = CANCELLED_PATTERNS if is_cancelled(scenario) else PATTERNS
    expected = {part: scenario[part] for part in patterns if part in scenario}
    found = sandbox.mismatches(expected, actual)
    if found:
        came = next(iter(actual))
        found.append(f"the {came} was {json.dumps(actual[came], ensure_ascii=False)}"[:600])
    return found
