"""The bulk runs of scenarios."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import zexa

from scenarios import errors
from scenarios.objects import Inconsistent, to_json

# The attribute of a result that holds the object, by operation.
VALUES = {"messages.send_many": "message", "contacts.create_many": "contact"}


def is_bulk(call: dict[str, Any]) -> bool:
    return call["operation"] in VALUES


async def pulled(rows: list[Any]) -> AsyncIterator[Any]:
    """The rows as an async iterable."""
    for row in rows:
        yield row


def read_run(run: zexa.SendMany | zexa.CreateMany, call: dict[str, Any]) -> dict[str, Any]:
    """Take the results of a run until it ends."""
    results: list[dict[str, Any]] = []
    stopped = None
    with run:
        stop_if_due(run, call, results)
        try:
            for result in run:
                results.append(row_to_json(result, call))
                stop_if_due(run, call, results)
        except zexa.StoppedError as error:
            stopped = errors.to_json(error)
        return run_to_json(run, call, results, stopped)


async def read_run_async(run: zexa.AsyncSendMany | zexa.AsyncCreateMany, call: dict[str, Any]) -> dict[str, Any]:
    """The same as `read_run()`, for the async client."""
    results: list[dict[str, Any]] = []
    stopped = None
    async with run:
        stop_if_due(run, call, results)
        try:
            async for result in run:
                results.append(row_to_json(result, call))
                stop_if_due(run, call, results)
        except zexa.StoppedError as error:
            stopped = errors.to_json(error)
        return run_to_json(run, call, results, stopped)


def stop_if_due(run: Any, call: dict[str, Any], results: list[Any]) -> None:
    if call.get("stop_after_results") == len(results):
        run.stop()


def run_to_json(
    run: Any, call: dict[str, Any], results: list[dict[str, Any]], stopped: dict[str, Any] | None
) -> dict[str, Any]:
    if not call.get("bulk", {}).get("ordered"):
        results.sort(key=lambda result: result["index"])
    stats = to_json(run.stats())
    if stats.get("ledger") != (None if run.ledger is None else str(run.ledger)):
        raise Inconsistent(f"the ledger of the run is {run.ledger!r}, but its progress has {stats.get('ledger')!r}")
    return {"results": results, "stats": stats, "stopped": stopped}


def row_to_json(result: zexa.SendResult | zexa.CreateResult, call: dict[str, Any]) -> dict[str, Any]:
    value = VALUES[call["operation"]]
    whole = {name: getattr(result, name) for name in ("index", "idempotency_key", "outcome", "replayed", "recorded")}
    whole[value] = to_json(getattr(result, value))
    whole["error"] = None if result.error is None else errors.to_json(result.error)
    if isinstance(result, zexa.CreateResult):
        whole["exists"] = result.exists
    return whole
