"""A zexa_error as JSON, put together from its accessors and held against the JSON that it gives of itself."""

from library import Broken, Library
from objects import NO_NUMBER, cut, parsed

LARGEST = 2**63 - 1
SAFE = ("not_sent", "rejected")


def to_json(library: Library, error) -> dict:
    """The error by the names that scenarios have. Raises Broken where its accessors do not agree with each other."""
    get = {name: lambda function=function: function(error) for name, function in library.accessors(error)}
    retry_after = get["retry_after_ms"]()
    said = {
        "kind": library.text(library.functions["zexa_status_name"](get["kind"]())),
        "outcome": library.text(library.functions["zexa_outcome_name"](get["outcome"]())),
        "status": get["http_status"]() or None,
        "code": library.text(get["code"]()),
        "message": library.text(get["message"]()),
        "details": parsed(library, get["details_json"]()),
        "request_id": library.text(get["request_id"]()),
        "retry_after": None if retry_after == NO_NUMBER else retry_after / 1000,
        "attempts": get["attempts"](),
    }
    found = disagreements(said, parsed(library, get["json"]()))
    if get["safe_to_retry"]() != (said["outcome"] in SAFE):
        found.append(f"safe_to_retry() is {get['safe_to_retry']()} where the outcome is {said['outcome']}")
    if not library.text(get["text"]()):
        found.append("text() is empty")
    if found:
        raise Broken("; ".join(found))
    return said


def disagreements(said: dict, whole: dict) -> list[str]:
    """Where the accessors of an error say anything else than its JSON."""
    expected = {name: cut(value) for name, value in whole.items()}
    if expected["retry_after"] is not None:
        # Accessors have whole milliseconds, and no more than fit into 64 bits.
        expected["retry_after"] = min(int(expected["retry_after"] * 1000), LARGEST) / 1000
    names = sorted(said.keys() | expected.keys())
    return [
        f"the error's accessors say {name} {said.get(name)!r} where its JSON has {expected.get(name)!r}"
        for name in names
        if said.get(name) != expected.get(name) or (name in said) != (name in expected)
    ]
