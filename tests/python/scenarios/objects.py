"""What calls give, as JSON, after all that an object says of itself was held against that JSON."""

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
)
# Fields that no repr shows. Of a number it shows a part.
BODIES = ("body", "html")
NUMBERS = ("to", "phone")


# Fields that are empty if their value is in another form.
ALWAYS_THERE: dict[str, Any] = {"status": "", "lists": [], "events": []}


class Broken(Exception):
    """An object that does not agree with itself."""


def to_json(given: Any) -> Any:
    """An object of any type as JSON. Raises Broken where it is at odds with itself."""
    if given is None:
        return None
    if isinstance(given, zexa.Response):
        found, whole = in_repr(given, given.body), {"status": given.status, "body": given.body}
    elif isinstance(given, zexa.Page):
        found, whole = page_disagreements(given), json.loads(given.to_json())
    elif isinstance(given, MODELS):
        found, whole = disagreements(given), json.loads(given.to_json())
    else:
        raise Broken(f"{given!r} is a {type(given).__name__}")
    if found:
        raise Broken("; ".join(found))
    return whole


def about(given: Any) -> dict[str, Any]:
    """What an event is about. Empty if it is no event."""
    if not isinstance(given, zexa.Event):
        return {}
    return {"about": {"message": to_json(given.message), "campaign": to_json(given.campaign)}}


def disagreements(model: Any, whole: dict[str, Any] | None = None) -> list[str]:
    """Where attributes, to_dict(), repr and copies of a model say anything else than its JSON."""
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
        said, expected = getattr(model, attribute), typed.get(name)
        if name in ALWAYS_THERE and name in extra:
            # Empty instead of absent.
            expected = ALWAYS_THERE[name]
        complaint = compared(said, expected, is_free=name == "data")
        if complaint is not None:
            found.append(f"{kind}.{attribute} is {said!r} where the JSON has {expected!r}{complaint}")
    found += [f"{kind} has no attribute for {name!r}" for name in typed if name not in reached]
    found += [f"{name!r} is extra, yet not so in the JSON" for name in extra if whole.get(name) != extra[name]]
    return found + in_repr(model, whole) + not_the_same(model)


def fields(model: Any) -> list[str]:
    """The attributes of a model that hold its fields."""
    return [name for name in model.__match_args__ if name != "extra"]


def compared(said: Any, expected: Any, *, is_free: bool = False) -> str | None:
    """What is wrong with an attribute beside its value; None where nothing is. One that is free holds any JSON."""
    if isinstance(said, datetime):
        if said.tzinfo is not timezone.utc:
            return ", and its tzinfo is not timezone.utc"
        return None if isinstance(expected, str) and said == instant(expected) else ""
    if isinstance(said, MODELS):
        return "".join(disagreements(said, expected)) or None
    if isinstance(said, list) and not is_free:
        return ", and a list could be changed"
    return None if plain(said) == expected and same_types(plain(said), expected) else ""


def same_types(said: Any, expected: Any) -> bool:
    """True is no 1, and 1 is no 1.0."""
    return type(said) is type(expected)


def page_disagreements(page: zexa.Page[Any]) -> list[str]:
    whole = json.loads(page.to_json())
    items = [to_json(item) for item in page.items]
    numbers = {"page": page.page, "total": page.total, "per_page": page.per_page}
    said = {**page.extra, "items": items, **{name: number for name, number in numbers.items() if number is not None}}
    found = [] if said == whole else [f"the page's attributes say {said!r} where its JSON has {whole!r}"]
    if type(page.items) is not tuple:
        found.append(f"the page's items are {page.items!r}")
    if len(page) != len(items) or list(page) != list(page.items):
        found.append(f"the page does not iterate over its {len(items)} items")
    if any(page[index] != item for index, item in enumerate(page.items)):
        found.append("the page does not index its items")
    return found + in_repr(page, whole) + not_the_same(page)


def not_the_same(thing: Any) -> list[str]:
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
            found.append(f"by {name}, {thing!r} becomes {again!r}")
        elif hasattr(thing, "to_json") and again.to_json() != thing.to_json():
            found.append(f"by {name}, {thing.to_json()} becomes {again.to_json()}")
    return found


def in_repr(thing: Any, whole: Any) -> list[str]:
    """Bodies and numbers that an object shows to whoever prints it."""
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
    """What to_dict() gives and attributes hold, with tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, tuple | list) else value


def instants(whole: dict[str, Any], model: Any) -> dict[str, Any]:
    """The JSON of a model, with datetimes where its attributes have them."""
    times = {name for name in fields(model) if isinstance(getattr(model, name), datetime)}
    return {name: instant(value) if name in times else value for name, value in whole.items()}


def instant(text: str) -> datetime:
    # Python's datetime has microseconds.
    text = re.sub(r"\.(\d+)", lambda digits: "." + digits[1][:6].ljust(6, "0"), text).replace("Z", "+00:00")
    return datetime.fromisoformat(text).astimezone(timezone.utc)
