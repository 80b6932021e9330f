"""Converts an exception to JSON, and checks that its attributes are consistent."""

from __future__ import annotations

import pickle
from typing import Any

import zexa

from scenarios.objects import Inconsistent

CLASSES: dict[str, type[zexa.ZexaError]] = {
    "config": zexa.ConfigError,
    "invalid_request": zexa.InvalidRequestError,
    "unauthorized": zexa.AuthenticationError,
    "not_found": zexa.NotFoundError,
    "conflict": zexa.ConflictError,
    "validation": zexa.ValidationError,
    "insufficient_credits": zexa.InsufficientCreditsError,
    "rate_limited": zexa.RateLimitError,
    "server": zexa.ServerError,
    "connect": zexa.APIConnectionError,
    "timeout": zexa.APITimeoutError,
    "decode": zexa.DecodeError,
    "cancelled": zexa.CancelledError,
    "closed": zexa.ClosedError,
    "other": zexa.APIError,
    "in_progress": zexa.InProgressError,
    "in_doubt": zexa.InDoubtError,
    "key_reused": zexa.KeyReusedError,
    "duplicate": zexa.DuplicateError,
    "stopped": zexa.StoppedError,
}
TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "outcome": (str,),
    "status": (int, type(None)),
    "code": (str, type(None)),
    "message": (str,),
    "details": (dict, list, str, int, float, type(None)),
    "request_id": (str, type(None)),
    "retry_after": (float, type(None)),
    "attempts": (int,),
}
# Python names of arguments and options, and the neutral names in scenarios.
NEUTRAL = {"from_": "from", "extra_headers": "headers"}
SAFE = ("not_sent", "rejected")


def attributes(error: zexa.ZexaError) -> dict[str, Any]:
    """The attributes of an error."""
    return {name: getattr(error, name) for name in TYPES}


def to_json(error: zexa.ZexaError) -> dict[str, Any]:
    """Convert an error to JSON with neutral names. Raises Inconsistent if its attributes disagree."""
    found = disagreements(error)
    if found:
        raise Inconsistent("; ".join(found))
    return in_neutral_names(attributes(error))


def in_neutral_names(reported: dict[str, Any]) -> dict[str, Any]:
    """Replace the Python names of arguments and options by the neutral names of scenarios."""
    details = reported["details"]
    if reported["status"] is not None or not isinstance(details, dict) or details.get("field") not in NEUTRAL:
        return reported
    field = details["field"]
    message = reported["message"].replace(f"`{field}` ", f"`{NEUTRAL[field]}` ", 1)
    return {**reported, "message": message, "details": {**details, "field": NEUTRAL[field]}}


def disagreements(error: zexa.ZexaError) -> list[str]:
    reported = attributes(error)
    found = [
        f"{name} of the error is {reported[name]!r}, a {type(reported[name]).__name__}"
        for name, types in TYPES.items()
        if not isinstance(reported[name], types)
    ]
    expected = CLASSES.get(reported["kind"])
    if type(error) is not expected:
        found.append(f"an error of kind {reported['kind']} is a {type(error).__name__}")
    if error.safe_to_retry is not (reported["outcome"] in SAFE):
        found.append(f"safe_to_retry is {error.safe_to_retry}, but the outcome is {reported['outcome']}")
    if reported["message"] not in str(error):
        found.append(f"str() is {str(error)!r}, without the message {reported['message']!r}")
    return found + changed_by_pickle(error)


def changed_by_pickle(error: zexa.ZexaError) -> list[str]:
    found = []
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        if type(again) is not type(error) or str(again) != str(error) or attributes(again) != attributes(error):
            found.append(f"pickle protocol {protocol} converts {error!r} to {again!r}")
    return found
