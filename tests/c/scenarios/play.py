"""Runs one scenario: starts a server, creates a client, makes the calls, and compares the results."""

import itertools
import json
import shutil
import threading
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

from client import Variant, rows_of, run_variant
from library import ContractError, Library
from sandbox import Sandbox, SandboxError, send

# Seconds. A scenario that takes longer hangs. The longest takes a few seconds, and several times as much on a busy machine.
TIMEOUT = 60
# The ledger whose hashes never change.
GOLDEN_LEDGER = Path(__file__).resolve().parents[2] / "scenarios" / "golden_ledger.db"

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
# Parts that are compared with a pattern.
PATTERNS = ("requests", "messages", "result", "error", "items", "incomplete", "about", "ledger")


def play(library: Library, sandbox: Sandbox, scenario: dict, variant: Variant) -> list[str]:
    """
    Runs a scenario, and returns the mismatches.

    Uses its own thread, which is abandoned if the call does not end.
    """
    found = [f"it did not end within {TIMEOUT} seconds"]

    def run():
        try:
            found[:] = run_call(library, sandbox, scenario, variant)
        except (ContractError, SandboxError) as error:
            found[:] = [str(error)]
        except Exception:  # noqa: BLE001 (any exception is a failure of this scenario only)
            found[:] = ["the runner failed: " + traceback.format_exc()]

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    return list(found)


def run_call(library: Library, sandbox: Sandbox, scenario: dict, variant: Variant) -> list[str]:
    call = scenario.get("call", {})
    unknown = (scenario.keys() - KEYS) | (call.keys() - CALL_KEYS)
    unknown = unknown.union(*(one.keys() - BEFORE_KEYS for one in scenario.get("before", [])))
    if unknown:
        return [f"unknown keys: {', '.join(sorted(unknown))}"]
    server = sandbox.start_server(scenario.get("server", {}))
    try:
        before: list = []
        with TemporaryDirectory() as directory:
            shutil.copy(GOLDEN_LEDGER, directory)
            options = client_options(scenario, server, directory)
            scenario = with_bulk_options(scenario, server, directory)
            token = cancel_after_requests(library, server, call) or cancel_after_attempts(library, options, call)
            actual = run_variant(library, options, scenario, token, variant, before)
            result = next(iter(actual.items()))
            if "ledger" in scenario:
                actual["ledger"] = rows_of(library, options.get("ledger") or scenario["call"]["bulk"]["ledger"])
        actual["before"] = before
        for what in ("requests", "messages"):
            actual[what] = send("GET", f"{server['control']}/{what}")[what]
    finally:
        send("DELETE", server["control"])
    expected = {part: scenario[part] for part in PATTERNS if part in scenario}
    # A call without a pattern may have any result.
    expected["before"] = [one.get("expect", {}) for one in scenario.get("before", [])]
    found = sandbox.mismatches(expected, actual)
    if found:
        found.append(f"the {result[0]} was {json.dumps(result[1], ensure_ascii=False)}"[:600])
    return found


def client_options(scenario: dict, server: dict, directory: str) -> dict:
    """Returns the client's options, with the URL and key of the server unless the scenario sets them."""
    options = {"base_url": server["url"], "api_key": server["api_key"], **scenario.get("client", {})}
    return {name: fill_placeholders(value, server, directory) for name, value in options.items()}


def with_bulk_options(scenario: dict, server: dict, directory: str) -> dict:
    """Returns the scenario, with the placeholders in the options of bulk runs replaced."""

    def filled(call: dict) -> dict:
        options = call.get("bulk", {})
        return {**call, "bulk": {name: fill_placeholders(value, server, directory) for name, value in options.items()}}

    calls = {"call": filled(scenario["call"])} if "call" in scenario else {}
    return {**scenario, **calls, "before": [filled(call) for call in scenario.get("before", [])]}


def fill_placeholders(value, server: dict, directory: str):
    if not isinstance(value, str):
        return value
    value = value.replace("{{url}}", server["url"])
    for name in ["ca_file", "client_cert_file", "client_key_file"]:
        value = value.replace("{{" + name + "}}", server.get(name, ""))
    return value.replace("{{directory}}", directory)


def cancel_after_attempts(library: Library, options: dict, call: dict):
    """Returns a token that is cancelled after a number of attempts, or None. Adds the callback to `options`."""
    count = call.get("cancel_after_attempts")
    if count is None:
        return None
    token = library.make("zexa_cancel_token_new")
    reported = itertools.count(1)

    def on_attempt(_attempt, _userdata):
        if next(reported) == count:
            library.functions["zexa_cancel_token_cancel"](token)

    options["on_attempt"] = library.ffi.callback("zexa_attempt_callback", on_attempt)
    return token


def cancel_after_requests(library: Library, server: dict, call: dict):
    """Returns a token that is cancelled after a number of requests, or None."""
    count = call.get("cancel_after_requests")
    if count is None:
        return None
    token = library.make("zexa_cancel_token_new")
    cancel = library.functions["zexa_cancel_token_cancel"]

    def wait_and_cancel():
        try:
            send("GET", f"{server['control']}/requests?at_least={count}")
        except (OSError, SandboxError):
            # The call ended earlier, and the server with it.
            return
        time.sleep(call.get("cancel_delay", 0))
        cancel(token)

    if count == 0:
        cancel(token)
    else:
        threading.Thread(target=wait_and_cancel, daemon=True).start()
    return token
