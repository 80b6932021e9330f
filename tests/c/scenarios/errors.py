"""Converts a zexa_error to JSON through its accessors, and compares that with its own JSON."""

from library import ContractError, Library
from objects import ABSENT_NUMBER, parsed, until_nul

LARGEST = 2**63 - 1
SAFE = ("not_sent", "rejected")


def to_json(library: Library, error) -> dict:
    """Converts an error to the field names of scenarios. Raises ContractError if its accessors are inconsistent."""
    get = {name: lambda function=function: function(error) for name, function in library.accessors(error)}
    retry_after = get["retry_after_ms"]()
    actual = {
        "kind": library.text(library.functions["zexa_status_name"](get["kind"]())),
        "outcome": library.text(library.functions["zexa_outcome_name"](get["outcome"]())),
        "status": get["http_status"]() or None,
        "code": library.text(get["code"]()),
        "message": library.text(get["message"]()),
        "details": parsed(library, get["details_json"]()),
        "request_id": library.text(get["request_id"]()),
        "retry_after": None if retry_after == ABSENT_NUMBER else retry_after / 1000,
        "attempts": get["attempts"](),
    }
    found = disagreements(actual, parsed(library, get["json"]()))
    if get["safe_to_retry"]() != (actual["outcome"] in SAFE):
        found.append(f"safe_to_retry() is {get['safe_to_retry']()} for the outcome {actual['outcome']}")
    if not library.text(get["text"]()):
        found.append("text() is empty")
    if found:
        raise ContractError("; ".join(found))
    return renamed(actual)


def renamed(error: dict) -> dict:
    """Returns an error with the name that scenarios have for the option that it is about: durations have no unit."""
    details = error["details"]
    if error["status"] is not None or not isinstance(details, dict) or "field" not in details:
        return error
    field = details["field"].removesuffix("_ms")
    message = error["message"].replace(f"`{field}_ms` ", f"`{field}` ", 1)
    return {**error, "message": message, "details": {**details, "field": field}}


def disagreements(actual: dict, whole: dict) -> list[str]:
    """Returns the differences between the accessors of an error and its JSON."""
    expected = {name: until_nul(value) for name, value in whole.items()}
    if expected["retry_after"] is not None:
        # Accessors return whole milliseconds as 64-bit integers.
        expected["retry_after"] = min(int(expected["retry_after"] * 1000), LARGEST) / 1000
    names = sorted(actual.keys() | expected.keys())
    return [
        f"the accessors of the error return {name} {actual.get(name)!r}, its JSON has {expected.get(name)!r}"
        for name in names
        if actual.get(name) != expected.get(name) or (name in actual) != (name in expected)
    ]
