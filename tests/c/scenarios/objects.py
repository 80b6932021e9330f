"""Converts objects of the library to JSON, and compares their accessors with it."""

import json
import math
import re
from datetime import datetime, timedelta, timezone

from library import ContractError, Library

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Value of an absent number.
ABSENT_NUMBER = -1
# Functions that are not accessors of a field.
NOT_FIELDS = ("json", "extra_json", "free")
# Functions that return the object that an event refers to.
ABOUT = ("message", "campaign")
# Strings that are empty, never NULL, if the value is absent or in another form.
NEVER_NULL = ("status",)


def to_json(library: Library, pointer):
    """Converts an object of any type to JSON. Raises ContractError if its accessors differ from it."""
    accessors = dict(library.accessors(pointer))
    if "json" in accessors:
        whole = parsed(library, accessors["json"](pointer))
        found = disagreements(library, pointer, whole)
        if found:
            raise ContractError("; ".join(found))
        return whole
    if "at" in accessors:
        return page_to_json(library, pointer, accessors)
    return {"status": accessors["http_status"](pointer), "body": parsed(library, accessors["body_json"](pointer))}


def page_to_json(library: Library, page, accessors: dict):
    count = accessors["count"](page)
    if accessors["at"](page, count) != library.ffi.NULL:
        raise ContractError(f"a page of {count} items has an item after the last")
    numbers = {"total": "total", "page": "number", "per_page": "per_page"}
    numbers = {name: accessors[accessor](page) for name, accessor in numbers.items()}
    return {
        **parsed(library, accessors["extra_json"](page)),
        "items": [to_json(library, accessors["at"](page, index)) for index in range(count)],
        **{name: number for name, number in numbers.items() if number != ABSENT_NUMBER},
    }


def about(library: Library, pointer) -> dict:
    """Returns the objects that an event refers to. Empty for other types."""
    if library.type_of(pointer) != "zexa_event":
        return {}
    accessors = dict(library.accessors(pointer))
    return {"about": {name: about_of(library, pointer, name, accessors[name]) for name in ABOUT}}


def about_of(library: Library, event, name: str, function):
    thing = function(event)
    if thing == library.ffi.NULL:
        return None
    if library.header.functions[f"zexa_event_{name}"].returns_owned:
        thing = library.owned(thing)
    return to_json(library, thing)


def disagreements(library: Library, pointer, whole: dict) -> list[str]:
    """Returns the differences between the accessors of an object and its JSON."""
    accessors = dict(library.accessors(pointer))
    extra = parsed(library, accessors["extra_json"](pointer))
    typed = {name: value for name, value in whole.items() if name not in extra and value is not None}
    found, reached = [], set()
    for name in accessors:
        if name not in NOT_FIELDS and not (name in ABOUT and library.type_of(pointer) == "zexa_event"):
            field, actual, expected = compared(library, pointer, accessors, name, typed)
            reached.add(field)
            if actual != expected:
                found.append(f"{library.type_of(pointer)}_{name}() returned {actual!r}, the JSON has {expected!r}")
    found += [f"no accessor returns {name!r}" for name in typed if name not in reached]
    found += [f"{name!r} is extra, but differs in the JSON" for name in extra if whole.get(name) != extra[name]]
    return found


def compared(library: Library, pointer, accessors: dict, name: str, typed: dict):
    """Returns the field of an accessor, its value, and the expected value."""
    function = accessors[name]
    result = library.ffi.typeof(function).result
    if name.endswith("_count"):
        field = name.removesuffix("_count")
        return field, function(pointer), len(typed.get(field, []))
    if name.endswith("_at") and (count := accessors.get(name.removesuffix("_at") + "_count")):
        field = name.removesuffix("_at")
        # With one element after the last, which must be absent.
        strings = [library.text(function(pointer, index)) for index in range(count(pointer) + 1)]
        return field, strings, [*typed.get(field, []), None]
    if name.endswith("_json"):
        field = name.removesuffix("_json")
        return field, parsed(library, function(pointer)), typed.get(field)
    if name.endswith("_unix_ms"):
        field = name.removesuffix("_unix_ms")
        return field, function(pointer), unix_ms(typed[field]) if field in typed else ABSENT_NUMBER
    if result.kind == "primitive" and math.isnan(function(pointer)):
        # An absent number, where a negative one could be a value.
        return name, None, typed.get(name)
    if result.kind == "primitive":
        field, value = member(accessors, name, typed)
        return field, function(pointer), value if is_number(value) else ABSENT_NUMBER
    if result.item.kind == "primitive":
        field, value = member(accessors, name, typed)
        if field in NEVER_NULL and value is None:
            value = ""
        return field, library.text(function(pointer)), until_nul(value)
    raise ContractError(f"{library.type_of(pointer)}_{name}() has an unknown return type")


def member(accessors: dict, name: str, typed: dict):
    """Returns the field of this name, or a member of an object: `stats_sent` is a member if `stats_json` exists."""
    for end in re.finditer("_", name):
        field, inner = name[: end.start()], name[end.end() :]
        if f"{field}_json" in accessors:
            return field, typed.get(field, {}).get(inner)
    return name, typed.get(name)


def is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def until_nul(value):
    """Truncates a string at its first NUL, as C does."""
    return value.split("\0")[0] if isinstance(value, str) else value


def parsed(library: Library, string):
    text = library.text(string)
    return None if text is None else json.loads(text)


def unix_ms(text: str) -> int:
    # Python's datetime supports microseconds only.
    text = re.sub(r"\.(\d+)", lambda digits: "." + digits[1][:6].ljust(6, "0"), text).replace("Z", "+00:00")
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)
