"""Self-test of the runner: it must report mismatches."""

import json

import errors
import objects
from client import Variant, parse_event
from library import CallError, Library
from play import play
from sandbox import Sandbox

# Words that the mismatches must contain, and the change to a matching scenario that causes them.
MISMATCHES = [
    ("/result/currency", {"result": {"credits": 4250, "currency": "AOA"}}),
    ("/error", {"error": {"kind": "server"}}),
    ("/requests", {"result": {}, "requests": {"$length": 2}}),
    ("/messages", {"result": {}, "messages": {"$length": 1}}),
    ("/before/0/error", {"result": {}, "before": [{"operation": "credits.get", "expect": {"error": {}}}]}),
    ("/ledger/accepted", {"result": {}, "client": {"ledger": "{{directory}}/a.db"}, "ledger": {"accepted": 1}}),
    ("unknown operation", {"result": {}, "call": {"operation": "credits.guess"}}),
    ("max_retrys", {"result": {}, "client": {"max_retrys": 1}}),
    ("no_such_state", {"result": {}, "server": {"state": {"no_such_state": 1}}}),
    ("no `body`", {"result": {}, "call": {"operation": "contacts.list", "arguments": {"body": "x"}}}),
    ("no `colour`", {"result": {}, "call": {"operation": "credits.get", "options": {"colour": 1}}}),
    ("unknown keys: cancel_at", {"result": {}, "call": {"operation": "credits.get", "cancel_at": 1}}),
    ("unknown keys: take", {"result": {}, "before": [{"operation": "contacts.list", "take": 1}]}),
    (
        "/result/results",
        {"result": {"results": {"$length": 1}}, "call": {"operation": "messages.send_many", "arguments": {"rows": []}}},
    ),
    (
        "no `colour`",
        {"result": {}, "call": {"operation": "messages.send_many", "arguments": {"rows": [{"colour": 1}]}}},
    ),
    # Values that C cannot express.
    ("`timeout` 0.0001", {"result": {}, "client": {"timeout": 0.0001}}),
    ("`max_retries` -1", {"result": {}, "client": {"max_retries": -1}}),
    ("contains a NUL", {"result": {}, "client": {"user_agent_suffix": "a\0b"}}),
]

EVENT = {"id": "evt_1", "event": "message.sent", "created_at": "2026-07-01T09:00:00Z", "data": {"id": "msg_1"}, "x": 1}


def undetected(library: Library, sandbox: Sandbox) -> list[str]:
    """Returns the mismatches that the runner does not report."""
    found = []
    for words, change in MISMATCHES:
        scenario = {"name": words, "call": {"operation": "credits.get"}, **change}
        mismatches = play(library, sandbox, scenario, Variant.PLAIN)
        if not any(words in mismatch for mismatch in mismatches):
            found.append(f"{words} is not reported, but {mismatches}")
    return found + undetected_in_accessors(library) + undetected_in_errors(library)


def undetected_in_accessors(library: Library) -> list[str]:
    event = parse_event(library, json.dumps(EVENT))
    changes_by_words = {
        "_id()": {"id": "evt_2"},
        "_created_at_unix_ms()": {"created_at": "2026-07-01T09:00:01Z"},
        "_data_json()": {"data": {"id": "msg_2"}},
        "no accessor returns 'y'": {"y": 1},
        "'x' is extra": {"x": 2},
        "returned 'message.sent', the JSON has None": {"event": None},
    }
    found = [f"{EVENT} is reported as a mismatch"] if objects.disagreements(library, event, EVENT) else []
    for words, change in changes_by_words.items():
        reported = objects.disagreements(library, event, {**EVENT, **change})
        if not any(words in disagreement for disagreement in reported):
            found.append(f"{words} of an event is not reported, but {reported}")
    return found


def undetected_in_errors(library: Library) -> list[str]:
    try:
        parse_event(library, "[]")
    except CallError as failed:
        error = errors.to_json(library, failed.error)
        changes = ({"kind": "other"}, {"attempts": 1}, {"retry_after": 1.5}, {"colour": "red"})
        return [
            f"{change} of an error is not reported"
            for change in changes
            if not errors.disagreements(error, {**error, **change})
        ]
    return ["an event that is an array is accepted"]
