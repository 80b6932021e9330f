"""Secrets that occur nowhere but in the request to the API: neither in errors, reports of attempts, results of rows nor ledgers."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import bulk
import errors
import objects
from library import CallError, Library
from sandbox import Sandbox, send

# Shared with the tests of other languages.
CANARIES = json.loads((Path(__file__).resolve().parents[2] / "canaries.json").read_text(encoding="utf-8"))
KEY, PASSWORD, LEDGER_SECRET, BODY, NUMBER, NAME = (
    CANARIES[name] for name in ("key", "password", "ledger_secret", "body", "number", "name")
)
# What nobody may see, in any form.
SECRETS = (KEY, PASSWORD, LEDGER_SECRET)
# What errors and reports do not contain.
PRIVATE = (*SECRETS, BODY, NUMBER, NUMBER[1:], NAME)
MESSAGE = {"channel": "sms", "to": NUMBER, "from": "ZEXA", "body": BODY}
# What the server answers, with the key in all forms.
FAULTS = {
    **{f"status {status}": {"status": status, "body": CANARIES["error"]} for status in CANARIES["statuses"]},
    **CANARIES["faults"],
}
# Options that are rejected.
INVALID = {
    "api_key": f"{KEY}\n",
    "proxy": f"ftp://user:{PASSWORD}@127.0.0.1",
    "default_headers": {"x-token": f"{PASSWORD}\n"},
}


def leaks(library: Library, sandbox: Sandbox) -> list[str]:
    """Returns where a secret was found."""
    found = [f"option {option}: {leak}" for option in INVALID for leak in leaks_of_option(library, option)]
    for name, fault in FAULTS.items():
        found += [f"{name}: {leak}" for leak in leaks_of_fault(library, sandbox, name, fault)]
    return found


def leaks_of_option(library: Library, option: str) -> list[str]:
    try:
        library.call("zexa_client_new", options={"api_key": KEY, option: INVALID[option]})
    except CallError as failed:
        return found_in("the error", everything(library, failed.error))
    return ["it is accepted"]


def leaks_of_fault(library: Library, sandbox: Sandbox, name: str, fault: dict) -> list[str]:
    faults = [{"method": "POST", "path": "/messages", "times": 0, **fault}]
    server = sandbox.start_server({"state": {"api_key": KEY}, "faults": faults})
    attempts: list[str] = []
    callback = library.ffi.callback(
        "zexa_attempt_callback", lambda attempt, _userdata: attempts.append(fields_of(library, attempt))
    )
    options = {"base_url": server["url"], "api_key": KEY, "max_retries": 0, "ledger_secret": LEDGER_SECRET}
    options |= {"timeout": 0.2 if name == "timeout" else 30, "on_attempt": callback}
    try:
        with TemporaryDirectory() as folder:
            found = leaks_of_calls(library, {**options, "ledger": f"{folder}/canary.db"}, name)
            for file in Path(folder).iterdir():
                found += found_in(f"the file {file.name}", file.read_bytes().decode("latin-1"))
        sent = send("GET", f"{server['control']}/requests")["requests"]
    finally:
        send("DELETE", server["control"])
    if not attempts or any(one["headers"]["authorization"] != f"Bearer {KEY}" for one in sent):
        found.append("the key was not sent, or no attempt was reported")
    return found + found_in("the reports of attempts", " ".join(attempts))


def leaks_of_calls(library: Library, options: dict, name: str) -> list[str]:
    """Makes calls with and without a key, and a bulk run. The client is freed afterwards, so its ledger is closed."""
    client = library.call("zexa_client_new", options=options)
    found = []
    for key in (None, "order-1"):
        try:
            message = library.call("zexa_messages_send", client=client, params={**MESSAGE, "idempotency_key": key})
            # A message has the number and the text that were sent.
            found += found_in("the message", json.dumps(objects.to_json(library, message)), SECRETS)
        except CallError as failed:
            found += leaks_of_error(library, failed.error)
    if name in CANARIES["rows_end_after"]:
        row = {**MESSAGE, "idempotency_key": "order-2"}
        call = {"operation": "messages.send_many", "arguments": {"rows": [row]}}
        results = bulk.read_all(library, bulk.begin(library, client, call))
        found += found_in("the results of rows", json.dumps(results, ensure_ascii=False), SECRETS)
    return found


def leaks_of_error(library: Library, error) -> list[str]:
    # Details may contain what the server has said about the request, but not the key.
    whole = json.dumps(errors.to_json(library, error), ensure_ascii=False)
    return found_in("the error", everything(library, error)) + found_in("the JSON of the error", whole, SECRETS)


def everything(library: Library, error) -> str:
    """All texts of an error but its details."""
    names = ("message", "code", "request_id", "text")
    return " ".join(str(library.text(library.functions[f"zexa_error_{name}"](error))) for name in names)


def fields_of(library: Library, attempt) -> str:
    """The texts and numbers of the report of an attempt."""
    values = [getattr(attempt, name) for name, _ in library.ffi.typeof(attempt).item.fields]
    is_text = lambda value: isinstance(value, library.ffi.CData) and "char" in library.ffi.typeof(value).cname
    return " ".join(str(library.text(value) if is_text(value) else value) for value in values)


def found_in(where: str, text: str, secrets: tuple[str, ...] = PRIVATE) -> list[str]:
    return [f"{where} contains {secret!r}: {text[:600]}" for secret in secrets if secret in text]
