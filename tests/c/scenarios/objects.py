"""What the library answers with, as JSON, after all that its accessors say was held against that JSON."""

import json
import re
from datetime import datetime, timedelta, timezone

from library import Broken, Library

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# What a number is where it is absent.
NO_NUMBER = -1
# These give the object as a whole, or end it.
NO_FIELDS = ("json", "extra_json", "free")
# These give what an event is about.
ABOUT = ("message", "campaign")
# Strings that are empty, never NULL, if the value is absent or in another form.
NEVER_NULL = ("status",)


def to_json(library: Library, pointer):
    """An object of any type as JSON. Raises Broken where its accessors do not agree with it."""
    accessors = dict(library.accessors(pointer))
    if "json" in accessors:
        whole = parsed(library, accessors["json"](pointer))
        found = disagreements(library, pointer, whole)
        if found:
            raise Broken("; ".join(found))
        return whole
    if "at" in accessors:
        return page_to_json(library, pointer, accessors)
    return {"status": accessors["http_status"](pointer), "body": parsed(library, accessors["body_json"](pointer))}


def page_to_json(library: Library, page, accessors: dict):
    count = accessors["count"](page)
    if accessors["at"](page, count) != library.ffi.NULL:
        raise Broken(f"a page of {count} items has one behind them")
    numbers = {"total": "total", "page": "number", "per_page": "per_page"}
    numbers = {name: accessors[accessor](page) for name, accessor in numbers.items()}
    return {
        **parsed(library, accessors["extra_json"](page)),
        "items": [to_json(library, accessors["at"](page, index)) for index in range(count)],
        **{name: number for name, number in numbers.items() if number != NO_NUMBER},
    }


def about(library: Library, pointer) -> dict:
    """What an event is about. Empty if it is no event."""
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
    """Where the accessors of an object say anything else than this JSON, or some of it is in none of them."""
    accessors = dict(library.accessors(pointer))
    extra = parsed(library, accessors["extra_json"](pointer))
    typed = {name: value for name, value in whole.items() if name not in extra and value is not None}
    found, reached = [], set()
    for name in accessors:
        if name not in NO_FIELDS and not (name in ABOUT and library.type_of(pointer) == "zexa_event"):
            field, said, expected = compared(library, pointer, accessors, name, typed)
            reached.add(field)
            if said != expected:
                found.append(f"{library.type_of(pointer)}_{name}() says {said!r} where the JSON has {expected!r}")
    found += [f"no accessor gives {name!r}" for name in typed if name not in reached]
    found += [f"{name!r} is extra, yet not so in the JSON" for name in extra if whole.get(name) != extra[name]]
    return found


def compared(library: Library, pointer, accessors: dict, name: str, typed: dict):
    """The field that an accessor is for, what it says of it, and what it should say."""
    function = accessors[name]
    result = library.ffi.typeof(function).result
    if name.endswith("_count"):
        field = name.removesuffix("_count")
        return field, function(pointer), len(typed.get(field, []))
    if name.endswith("_at") and (count := accessors.get(name.removesuffix("_at") + "_count")):
        field = name.removesuffix("_at")
        # With the one behind the last, which must not be there.
        strings = [library.text(function(pointer, index)) for index in range(count(pointer) + 1)]
        return field, strings, [*typed.get(field, []), None]
    if name.endswith("_json"):
        field = name.removesuffix("_json")
        return field, parsed(library, function(pointer)), typed.get(field)
    if name.endswith("_unix_ms"):
        field = name.removesuffix("_unix_ms")
        return field, function(pointer), unix_ms(typed[field]) if field in typed else NO_NUMBER
    if result.kind == "primitive":
        field, value = member(accessors, name, typed)
        return field, function(pointer), value if is_number(value) else NO_NUMBER
    if result.item.kind == "primitive":
        field, value = member(accessors, name, typed)
        if field in NEVER_NULL and value is None:
            value = ""
        return field, library.text(function(pointer)), cut(value)
    raise Broken(f"{library.type_of(pointer)}_{name}() gives something that is not known")


def member(accessors: dict, name: str, typed: dict):
    """The field of this name, or the member of a field that is an object: `stats_sent` where there is `stats_json`."""
    for end in re.finditer("_", name):
        field, inner = name[: end.start()], name[end.end() :]
        if f"{field}_json" in accessors:
            return field, typed.get(field, {}).get(inner)
    return name, typed.get(name)


def is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def cut(value):
    """A string as C has it: up to its first NUL."""
    return value.split("\0")[0] if isinstance(value, str) else value


def parsed(library: Library, string):
    text = library.text(string)
    return None if text is None else json.loads(text)


def unix_ms(text: str) -> int:
    # Python's datetime has microseconds.
    text = re.sub(r"\.(\d+)", lambda digits: "." + digits[1][:6].ljust(6, "0"), text).replace("Z", "+00:00")
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)
