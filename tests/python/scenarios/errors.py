"""An exception as JSON, after all that it says of itself was held against each other."""

from __future__ import annotations

import pickle
from typing import Any

import zexa

from scenarios.objects import Broken

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
# Arguments and options with a name of their own in Python, and what scenarios call them.
NEUTRAL = {"from_": "from", "extra_headers": "headers"}
SAFE = ("not_sent", "rejected")


def attributes(error: zexa.ZexaError) -> dict[str, Any]:
    """The error by the names that scenarios have."""
    return {name: getattr(error, name) for name in TYPES}


def to_json(error: zexa.ZexaError) -> dict[str, Any]:
    """The error by the names that scenarios have. Raises Broken where it is at odds with itself."""
    found = disagreements(error)
    if found:
        raise Broken("; ".join(found))
    return in_neutral_names(attributes(error))


def in_neutral_names(said: dict[str, Any]) -> dict[str, Any]:
    """What is said of an error, with the names that arguments and options have in scenarios."""
    details = said["details"]
    if said["status"] is not None or not isinstance(details, dict) or details.get("field") not in NEUTRAL:
        return said
    field = details["field"]
    message = said["message"].replace(f"{field}: ", f"{NEUTRAL[field]}: ", 1)
    return {**said, "message": message, "details": {**details, "field": NEUTRAL[field]}}


def disagreements(error: zexa.ZexaError) -> list[str]:
    said = attributes(error)
    found = [
        f"{name} of the error is {said[name]!r}, a {type(said[name]).__name__}"
        for name, types in TYPES.items()
        if not isinstance(said[name], types)
    ]
    expected = CLASSES.get(said["kind"])
    if type(error) is not expected:
        found.append(f"an error of the kind {said['kind']} is a {type(error).__name__}")
    if error.safe_to_retry is not (said["outcome"] in SAFE):
        found.append(f"safe_to_retry is {error.safe_to_retry} where the outcome is {said['outcome']}")
    if said["message"] not in str(error):
        found.append(f"str() is {str(error)!r}, without the message {said['message']!r}")
    return found + changed_by_pickle(error)


def changed_by_pickle(error: zexa.ZexaError) -> list[str]:
    found = []
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        if type(again) is not type(error) or str(again) != str(error) or attributes(again) != attributes(error):
            found.append(f"the error is {again!r} after being pickled by protocol {protocol}, and was {error!r}")
    return found
