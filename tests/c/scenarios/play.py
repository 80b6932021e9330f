"""Plays one scenario: a server and a client of its own, the call, and a look at what came."""

import itertools
import json
import threading
import time
import traceback

from client import Way, answer
from library import Broken, Library
from sandbox import Refused, Sandbox, send

# Seconds. A scenario that takes longer hangs. The longest takes a few seconds, and several times as long on a busy machine.
LONGEST = 60

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


def play(library: Library, sandbox: Sandbox, scenario: dict, way: Way) -> list[str]:
    """
    Plays a scenario, and tells what did not fit.

    It runs on a thread of its own, which is left behind where the call does not end.
    """
    found = [f"it has not ended after {LONGEST} seconds"]

    def run():
        try:
            found[:] = look(library, sandbox, scenario, way)
        except (Broken, Refused) as error:
            found[:] = [str(error)]
        except Exception:  # noqa: BLE001 (whatever it is, it is a failure of this scenario alone)
            found[:] = ["the runner failed: " + traceback.format_exc()]

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LONGEST)
    return list(found)


def look(library: Library, sandbox: Sandbox, scenario: dict, way: Way) -> list[str]:
    call = scenario.get("call")
    unknown = sorted((scenario.keys() - KEYS) | ((call or {}).keys() - CALL_KEYS))
    if unknown:
        return [f"a scenario has no {', '.join(unknown)}"]
    server = sandbox.start_server(scenario.get("server", {}))
    try:
        options = client_options(scenario, server)
        token = cancelling(library, server, call or {}) or cancelling_after_attempts(library, options, call or {})
        actual = answer(library, options, call, token, way)
        came = next(iter(actual.items()))
        for what in ("requests", "messages"):
            actual[what] = send("GET", f"{server['control']}/{what}")[what]
    finally:
        send("DELETE", server["control"])
    expected = {part: scenario[part] for part in PATTERNS if part in scenario}
    found = sandbox.mismatches(expected, actual)
    if found:
        found.append(f"the {came[0]} was {json.dumps(came[1], ensure_ascii=False)}"[:600])
    return found


def client_options(scenario: dict, server: dict) -> dict:
    """The client's options, with the server's address and key where the scenario gives none."""
    options = {"base_url": server["url"], "api_key": server["api_key"], **scenario.get("client", {})}
    return {name: filled_in(value, server) for name, value in options.items()}


def filled_in(value, server: dict):
    if not isinstance(value, str):
        return value
    return value.replace("{{url}}", server["url"]).replace("{{ca_file}}", server.get("ca_file", ""))


def cancelling_after_attempts(library: Library, options: dict, call: dict):
    """Return a token that is cancelled when the client reports so many attempts, or None. Adds the callback to `options`."""
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


def cancelling(library: Library, server: dict, call: dict):
    """A token that is cancelled when the scenario says so; None where it does not."""
    count = call.get("cancel_after_requests")
    if count is None:
        return None
    token = library.make("zexa_cancel_token_new")
    cancel = library.functions["zexa_cancel_token_cancel"]

    def wait_and_cancel():
        try:
            send("GET", f"{server['control']}/requests?at_least={count}")
        except (OSError, Refused):
            # The call has ended before, and the server with it.
            return
        time.sleep(call.get("cancel_delay", 0))
        cancel(token)

    if count == 0:
        cancel(token)
    else:
        threading.Thread(target=wait_and_cancel, daemon=True).start()
    return token
