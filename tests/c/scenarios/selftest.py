"""That what does not fit is told: a runner that finds nothing wrong with anything would be of no use."""

import json

import errors
import objects
from client import Way, parse_event
from library import Failed, Library
from play import play
from sandbox import Sandbox

# What the mismatches must tell of, and how a scenario that fits is spoilt for it.
SPOILT = [
    ("/result/currency", {"result": {"credits": 4250, "currency": "AOA"}}),
    ("/error", {"error": {"kind": "server"}}),
    ("/requests", {"result": {}, "requests": {"$length": 2}}),
    ("/messages", {"result": {}, "messages": {"$length": 1}}),
    ("no operation", {"result": {}, "call": {"operation": "credits.guess"}}),
    ("max_retrys", {"result": {}, "client": {"max_retrys": 1}}),
    ("no_such_state", {"result": {}, "server": {"state": {"no_such_state": 1}}}),
    ("no `body`", {"result": {}, "call": {"operation": "contacts.list", "arguments": {"body": "x"}}}),
    ("no `colour`", {"result": {}, "call": {"operation": "credits.get", "options": {"colour": 1}}}),
    ("no cancel_at", {"result": {}, "call": {"operation": "credits.get", "cancel_at": 1}}),
    # What C has no way to say.
    ("`timeout` 0.0001", {"result": {}, "client": {"timeout": 0.0001}}),
    ("`max_retries` -1", {"result": {}, "client": {"max_retries": -1}}),
    ("holds a NUL", {"result": {}, "client": {"user_agent_suffix": "a\0b"}}),
]

EVENT = {"id": "evt_1", "event": "message.sent", "created_at": "2026-07-01T09:00:00Z", "data": {"id": "msg_1"}, "x": 1}


def untold(library: Library, sandbox: Sandbox) -> list[str]:
    """What does not fit and is not told."""
    found = []
    for words, change in SPOILT:
        scenario = {"name": words, "call": {"operation": "credits.get"}, **change}
        mismatches = play(library, sandbox, scenario, Way.PLAIN)
        if not any(words in mismatch for mismatch in mismatches):
            found.append(f"{words} is not told, but {mismatches}")
    return found + untold_accessors(library) + untold_errors(library)


def untold_accessors(library: Library) -> list[str]:
    event = parse_event(library, json.dumps(EVENT))
    spoilt = {
        "_id()": {"id": "evt_2"},
        "_created_at_unix_ms()": {"created_at": "2026-07-01T09:00:01Z"},
        "_data_json()": {"data": {"id": "msg_2"}},
        "no accessor gives 'y'": {"y": 1},
        "'x' is extra": {"x": 2},
        "says 'message.sent' where the JSON has None": {"event": None},
    }
    found = [f"{EVENT} is not found to fit"] if objects.disagreements(library, event, EVENT) else []
    for words, change in spoilt.items():
        told = objects.disagreements(library, event, {**EVENT, **change})
        if not any(words in disagreement for disagreement in told):
            found.append(f"{words} of an event is not told, but {told}")
    return found


def untold_errors(library: Library) -> list[str]:
    try:
        parse_event(library, "[]")
    except Failed as failed:
        error = errors.to_json(library, failed.error)
        changes = ({"kind": "other"}, {"attempts": 1}, {"retry_after": 1.5}, {"colour": "red"})
        return [
            f"{change} of an error is not told"
            for change in changes
            if not errors.disagreements(error, {**error, **change})
        ]
    return ["an event that is an array is taken"]
