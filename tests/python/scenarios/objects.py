"""Converts results of calls to JSON, and checks that all representations of an object agree with it."""

from __future__ import annotations

import copy
import json
import pickle
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import zexa

MODELS = (
    zexa.Message,
    zexa.SenderId,
    zexa.Campaign,
    zexa.CampaignStats,
    zexa.Contact,
    zexa.Webhook,
    zexa.Event,
    zexa.Credits,
    zexa.Segments,
    zexa.LedgerCounts,
    zexa.DoubtfulRow,
    zexa.BulkStats,
)
# Fields that `repr()` omits, and fields of which it shows only the end.
BODIES = ("body", "html")
NUMBERS = ("to", "phone")


# Fields that are empty if their value has an unexpected form.
NEVER_NONE: dict[str, Any] = {"status": "", "lists": [], "events": []}


class Inconsistent(Exception):
    """The representations of an object disagree."""


def to_json(result: Any) -> Any:
    """Convert a result to JSON. Raises Inconsistent if its representations disagree."""
    if result is None or isinstance(result, float):
        return result
    if isinstance(result, zexa.Response):
        found, whole = private_in_repr(result, result.body), {"status": result.status, "body": result.body}
    elif isinstance(result, zexa.Page):
        found, whole = page_disagreements(result), json.loads(result.to_json())
    elif isinstance(result, MODELS):
        found, whole = disagreements(result), json.loads(result.to_json())
    else:
        raise Inconsistent(f"{result!r} is a {type(result).__name__}")
    if found:
        raise Inconsistent("; ".join(found))
    return whole


def about(result: Any) -> dict[str, Any]:
    """The message and the campaign of an event. Empty for other results."""
    if not isinstance(result, zexa.Event):
        return {}
    return {"about": {"message": to_json(result.message), "campaign": to_json(result.campaign)}}


def disagreements(model: Any, whole: dict[str, Any] | None = None) -> list[str]:
    """The differences of attributes, to_dict(), repr() and copies of a model from its JSON."""
    if whole is None:
        whole = json.loads(model.to_json())
    kind = type(model).__name__
    found = [] if plain(model.to_dict()) == instants(whole, model) else [f"{kind}.to_dict() is {model.to_dict()!r}"]
    extra = model.extra
    typed = {name: value for name, value in whole.items() if name not in extra}
    reached = set()
    for attribute in fields(model):
        name = attribute.rstrip("_")
        reached.add(name)
        reported, expected = getattr(model, attribute), typed.get(name)
        if name in NEVER_NONE and name in extra:
            # Empty instead of absent.
            expected = NEVER_NONE[name]
        difference = compared(reported, expected, is_free=name == "data")
        if difference is not None:
            found.append(f"{kind}.{attribute} is {reported!r}, but the JSON has {expected!r}{difference}")
    found += [f"{kind} has no attribute for {name!r}" for name in typed if name not in reached]
    found += [f"{name!r} is extra, but differs from the JSON" for name in extra if whole.get(name) != extra[name]]
    return found + private_in_repr(model, whole) + unequal_copies(model)


def fields(model: Any) -> list[str]:
    """The attributes of a model that hold its fields."""
    return [name for name in model.__match_args__ if name != "extra"]


def compared(reported: Any, expected: Any, *, is_free: bool = False) -> str | None:
    """None if an attribute is correct, else a further reason. An attribute that is free holds any JSON."""
    if isinstance(reported, datetime):
        if reported.tzinfo is not timezone.utc:
            return ", and its tzinfo is not timezone.utc"
        return None if isinstance(expected, str) and reported == instant(expected) else ""
    if isinstance(reported, MODELS):
        return "".join(disagreements(reported, expected)) or None
    if isinstance(reported, list) and not is_free:
        return ", and a list is mutable"
    return None if plain(reported) == expected and same_types(plain(reported), expected) else ""


def same_types(reported: Any, expected: Any) -> bool:
    """Distinguishes True, 1 and 1.0."""
    return type(reported) is type(expected)


def page_disagreements(page: zexa.Page[Any]) -> list[str]:
    whole = json.loads(page.to_json())
    items = [to_json(item) for item in page.items]
    numbers = {"page": page.page, "total": page.total, "per_page": page.per_page}
    reported = {
        **page.extra,
        "items": items,
        **{name: number for name, number in numbers.items() if number is not None},
    }
    found = [] if reported == whole else [f"the page's attributes are {reported!r}, but its JSON is {whole!r}"]
    if type(page.items) is not tuple:
        found.append(f"the page's items are {page.items!r}")
    if len(page) != len(items) or list(page) != list(page.items):
        found.append(f"the page does not iterate over its {len(items)} items")
    if any(page[index] != item for index, item in enumerate(page.items)):
        found.append("the page does not index its items")
    return found + private_in_repr(page, whole) + unequal_copies(page)


def unequal_copies(thing: Any) -> list[str]:
    """Copies of an object that are not equal to it."""
    copies = {
        "copy.copy()": copy.copy(thing),
        "copy.deepcopy()": copy.deepcopy(thing),
        **{f"pickle protocol {number}": pickle.loads(pickle.dumps(thing, number)) for number in (0, 2, 5)},
    }
    if isinstance(thing, MODELS):
        copies["from_json(to_json())"] = type(thing).from_json(thing.to_json())
    found = []
    for name, again in copies.items():
        equal = (again == thing) is True and (again != thing) is False and hash(again) == hash(thing)
        if type(again) is not type(thing) or not equal:
            found.append(f"{name} converts {thing!r} to {again!r}")
        elif hasattr(thing, "to_json") and again.to_json() != thing.to_json():
            found.append(f"{name} converts {thing.to_json()} to {again.to_json()}")
    return found


def private_in_repr(thing: Any, whole: Any) -> list[str]:
    """Message bodies and phone numbers in the representation of an object."""
    shown = f"{thing!r} {thing}"
    return [f"repr() shows the {name}: {shown}" for name, value in secrets(whole) if value in shown]


def secrets(whole: Any) -> Iterator[tuple[str, str]]:
    for name, value in members(whole):
        if isinstance(value, str) and (name in BODIES and len(value) > 3 or name in NUMBERS and is_number(value)):
            yield name, value


def members(whole: Any) -> Iterator[tuple[str, Any]]:
    """All members of all objects in a JSON value."""
    if isinstance(whole, dict):
        yield from whole.items()
    for inner in whole.values() if isinstance(whole, dict) else whole if isinstance(whole, list) else ():
        yield from members(inner)


def is_number(text: str) -> bool:
    return re.fullmatch(r"\+\d{7,}", text) is not None


def plain(value: Any) -> Any:
    """Convert tuples to lists, as in JSON."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, tuple | list) else value


def instants(whole: dict[str, Any], model: Any) -> dict[str, Any]:
    """The JSON of a model, with datetimes for attributes that are datetimes."""
    times = {name for name in fields(model) if isinstance(getattr(model, name), datetime)}
    return {name: instant(value) if name in times else value for name, value in whole.items()}


def instant(text: str) -> datetime:
    # `datetime` has a precision of microseconds.
    text = re.sub(r"\.(\d+)", lambda digits: "." + digits[1][:6].ljust(6, "0"), text).replace("Z", "+00:00")
    return datetime.fromisoformat(text).astimezone(timezone.utc)
