"""Plays one scenario in one mode: with its own server and client, it makes the calls and compares the results."""

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
from scenarios.bulk import is_bulk, read_run, read_run_async
from scenarios.calls import make_call, read_list, read_list_async
from scenarios.files import Mode, is_cancelled, new_directory
from scenarios.objects import Inconsistent, about, to_json

KEYS = {
    "name",
    "why",
    "server",
    "client",
    "before",
    "call",
    "requests",
    "messages",
    "result",
    "error",
    "items",
    "incomplete",
    "about",
    "ledger",
}
CANCEL_KEYS = {"cancel_after_requests", "cancel_delay", "cancel_after_attempts"}
BULK_KEYS = {"bulk", "stop_after_results"}
CALL_KEYS = {"operation", "arguments", "page", "take", "options", *BULK_KEYS, *CANCEL_KEYS}
BEFORE_KEYS = {"operation", "arguments", "options", "expect", *BULK_KEYS}
# The patterns of a scenario.
PATTERNS = ("requests", "messages", "result", "error", "items", "incomplete", "about", "ledger")
# A cancelled task raises asyncio.CancelledError, which no pattern describes.
CANCELLED_PATTERNS = ("requests", "messages", "items", "ledger")
# Called after each attempt of the call in this context.
ON_ATTEMPT: ContextVar[Callable[[], None] | None] = ContextVar("ON_ATTEMPT", default=None)


class AttemptHandler(logging.Handler):
    """Reports each attempt to its scenario. A call logs in the context of its task."""

    def emit(self, record: logging.LogRecord) -> None:
        if on_attempt := ON_ATTEMPT.get():
            on_attempt()


def play(sandbox: Sandbox, scenario: dict[str, Any], mode: Mode) -> list[str]:
    """Play a scenario with the blocking client, and return the deviations."""
    try:
        if found := unknown_keys(scenario):
            return found
        server = sandbox.start_server(scenario.get("server", {}))
        try:
            before: list[dict[str, Any]] = []
            with new_directory() as directory:
                actual = call_blocking(server, directory, scenario, mode, before)
                add_rows(server, directory, scenario, actual)
            actual["before"] = before
            add_received(server, actual)
        finally:
            server.end()
        return mismatches(sandbox, scenario, actual)
    except Exception as error:  # noqa: BLE001 (any error fails only this scenario)
        return [describe(error)]


async def play_async(sandbox: Sandbox, scenario: dict[str, Any], mode: Mode) -> list[str]:
    """Play a scenario with the async client, and return the deviations."""
    try:
        if found := unknown_keys(scenario):
            return found
        server = await asyncio.to_thread(sandbox.start_server, scenario.get("server", {}))
        try:
            before: list[dict[str, Any]] = []
            with new_directory() as directory:
                actual = await call_async(server, directory, scenario, mode, before)
                await asyncio.to_thread(add_rows, server, directory, scenario, actual)
            actual["before"] = before
            await asyncio.to_thread(add_received, server, actual)
        finally:
            await asyncio.to_thread(server.end)
        return await asyncio.to_thread(mismatches, sandbox, scenario, actual)
    except Exception as error:  # noqa: BLE001 (any error fails only this scenario)
        return [describe(error)]


def describe(error: Exception) -> str:
    if isinstance(error, Inconsistent | Refused):
        return str(error)
    if isinstance(error, TypeError):
        return f"Python cannot express this: {error}"
    return "the runner failed: " + "".join(traceback.format_exception(error))


def unknown_keys(scenario: dict[str, Any]) -> list[str]:
    unknown = (scenario.keys() - KEYS) | (scenario.get("call", {}).keys() - CALL_KEYS)
    unknown = sorted(unknown.union(*(call.keys() - BEFORE_KEYS for call in scenario.get("before", []))))
    return [f"a scenario has no {', '.join(unknown)}"] if unknown else []


def call_blocking(
    server: Server, directory: str, scenario: dict[str, Any], mode: Mode, before: list[dict[str, Any]]
) -> dict[str, Any]:
    """Create a client and make the calls. Returns `result`, or `error` and `items`. Adds earlier results to `before`."""
    items: list[Any] = []
    try:
        client = make_client(zexa.Client, server, directory, scenario)
        for call in calls_before(scenario, server, directory):
            try:
                result = make_call(client, call, mode)
                before.append({"result": read_run(result, call) if is_bulk(call) else to_json(result)})
            except zexa.ZexaError as error:
                before.append({"error": errors.to_json(error)})
        if "call" not in scenario:
            return {"result": None}
        call = with_bulk_options(scenario["call"], server, directory)
        result = make_call(client, call, mode)
        # The result must work without a reference to the client.
        del client
        if is_bulk(call):
            return {"result": read_run(result, call)}
        if isinstance(result, zexa.List):
            incomplete = read_list(result, items, call.get("take"), mode)
            return {"result": items, "incomplete": incomplete}
        return {"result": to_json(result), **about(result)}
    except zexa.ZexaError as error:
        return {"error": errors.to_json(error), "items": items}


async def call_async(
    server: Server, directory: str, scenario: dict[str, Any], mode: Mode, before: list[dict[str, Any]]
) -> dict[str, Any]:
    """The same with the async client. A cancelled call has only `items`."""
    items: list[Any] = []
    try:
        client = make_client(zexa.AsyncClient, server, directory, scenario)
        for call in calls_before(scenario, server, directory):
            try:
                result = make_call(client, call, mode)
                before.append(
                    {"result": await read_run_async(result, call) if is_bulk(call) else to_json(await result)}
                )
            except zexa.ZexaError as error:
                before.append({"error": errors.to_json(error)})
        if "call" not in scenario:
            return {"result": None}
        call = with_bulk_options(scenario["call"], server, directory)
        result = make_call(client, call, mode)
        del client
        if is_bulk(call):
            return {"result": await read_run_async(result, call)}
        is_list = isinstance(result, zexa.AsyncList)
        awaited = read_list_async(result, items, call.get("take"), mode) if is_list else result
        if is_cancelled(scenario):
            await cancelled(awaited, server, call)
            return {"items": items}
        # An event is not awaitable.
        result = await awaited if hasattr(awaited, "__await__") else awaited
        return {"result": items, "incomplete": result} if is_list else {"result": to_json(result), **about(result)}
    except zexa.ZexaError as error:
        return {"error": errors.to_json(error), "items": items}


async def cancelled(awaited: Any, server: Server, call: dict[str, Any]) -> None:
    """Cancel the call at the point that the scenario defines. Raises Inconsistent if it ends in another way."""
    attempts = asyncio.Semaphore(0)
    ON_ATTEMPT.set(attempts.release)
    task = asyncio.ensure_future(awaited)
    # With 0, before the task has started.
    if call.get("cancel_after_requests") != 0:
        due = asyncio.ensure_future(cancellation_due(server, call, attempts))
        await asyncio.wait({task, due}, return_when=asyncio.FIRST_COMPLETED)
        due.cancel()
    task.cancel()
    try:
        ended_with = await task
    except asyncio.CancelledError:
        return
    except zexa.ZexaError as error:
        ended_with = error
    raise Inconsistent(f"the call was not cancelled, and ended with {ended_with!r}")


async def cancellation_due(server: Server, call: dict[str, Any], attempts: asyncio.Semaphore) -> None:
    """Wait for the point at which the call is to be cancelled. `attempts` is released once per attempt."""
    if "cancel_after_requests" in call:
        await asyncio.to_thread(server.requests, call["cancel_after_requests"])
        await asyncio.sleep(call.get("cancel_delay", 0))
    for _ in range(call.get("cancel_after_attempts", 0)):
        await attempts.acquire()


def make_client(kind: Callable[..., Any], server: Server, directory: str, scenario: dict[str, Any]) -> Any:
    """A client with the scenario's options. By default, with the URL and the key of the server."""
    options = {"base_url": server.url, "api_key": server.api_key, **scenario.get("client", {})}
    return kind(**{name: filled_in(value, server, directory) for name, value in options.items()})


def calls_before(scenario: dict[str, Any], server: Server, directory: str) -> list[dict[str, Any]]:
    return [with_bulk_options(call, server, directory) for call in scenario.get("before", [])]


def with_bulk_options(call: dict[str, Any], server: Server, directory: str) -> dict[str, Any]:
    """A call, with the placeholders in the options of a bulk run replaced."""
    return {**call, "bulk": {name: filled_in(value, server, directory) for name, value in call.get("bulk", {}).items()}}


def filled_in(value: Any, server: Server, directory: str) -> Any:
    if not isinstance(value, str):
        return value
    value = value.replace("{{url}}", server.url).replace("{{ca_file}}", server.ca_file or "")
    value = value.replace("{{client_cert_file}}", server.client_cert_file or "")
    value = value.replace("{{client_key_file}}", server.client_key_file or "")
    return value.replace("{{directory}}", directory)


def add_rows(server: Server, directory: str, scenario: dict[str, Any], actual: dict[str, Any]) -> None:
    """Add the counts of the ledger, and its keys in doubt."""
    if "ledger" in scenario:
        path = scenario.get("client", {}).get("ledger") or scenario["call"]["bulk"]["ledger"]
        ledger = zexa.Ledger.open(filled_in(path, server, directory))
        keys = [to_json(row)["key"] for row in ledger.in_doubt()]
        actual["ledger"] = {**to_json(ledger.counts()), "in_doubt_keys": keys}


def add_received(server: Server, actual: dict[str, Any]) -> None:
    """Add the requests and messages that the server received."""
    actual["requests"], actual["messages"] = server.requests(), server.messages()


def mismatches(sandbox: Sandbox, scenario: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    patterns = CANCELLED_PATTERNS if is_cancelled(scenario) else PATTERNS
    expected = {part: scenario[part] for part in patterns if part in scenario}
    # A call without a pattern may have any result.
    expected["before"] = [call.get("expect", {}) for call in scenario.get("before", [])]
    found = sandbox.mismatches(expected, actual)
    if found:
        part = next(iter(actual))
        found.append(f"the {part} was {json.dumps(actual[part], ensure_ascii=False)}"[:600])
    return found
