"""The calls of scenarios, as a C program makes them."""

from enum import Enum

import errors
import objects
from library import Broken, Failed, Library


class Way(Enum):
    """C has more than one way to say some things, and all must come to the same."""

    PLAIN = "plainly"
    DERIVED = "with a derived client"
    PAGES = "page by page"


def ways(scenario: dict) -> list[Way]:
    """The ways to make a scenario's call."""
    call = scenario.get("call", {})
    all_ways = [Way.PLAIN]
    if call.get("options") or not call.keys().isdisjoint({"cancel_after_requests", "cancel_after_attempts"}):
        all_ways.append(Way.DERIVED)
    if call.get("operation", "").endswith(".list") and "page" not in call:
        all_ways.append(Way.PAGES)
    return all_ways


def answer(library: Library, options: dict, call: dict | None, token, way: Way) -> dict:
    """What comes of making a client and of its call, as `result` or as `error` and `items`."""
    items: list = []
    try:
        # By now the client is freed, and what it gave must go on to work.
        given = make_call(library, options, call, token, way)
        if given is None:
            return {"result": None}
        if f"{library.type_of(given)}_next" in library.functions:
            incomplete = take_all(library, given, items, call.get("take"))
            return {"result": items, "incomplete": incomplete}
        return {"result": objects.to_json(library, given), **objects.about(library, given)}
    except Failed as failed:
        return {"error": errors.to_json(library, failed.error), "items": items}


def make_call(library: Library, options: dict, call: dict | None, token, way: Way):
    """What the library gives, be it an object or a list to go through; None where there is nothing to give."""
    client = library.call("zexa_client_new", options=options)
    if call is None:
        return None
    call_options = {**call.get("options", {}), "cancel": token}
    if all(value is None for value in call_options.values()):
        # The NULL that most programs pass.
        call_options = None
    if way is Way.DERIVED:
        # Fields of the body belong to the call.
        extra_body = call_options.pop("extra_body", None) if call_options else None
        client = library.call("zexa_client_with_options", client=client, options=call_options)
        call_options = extra_body and {"extra_body": extra_body}
    arguments = call.get("arguments", {})
    if call["operation"] == "webhooks.parse_event":
        return parse_event(library, **arguments)
    name = function_of(library, call, way)
    parameters = library.header.functions[name].parameters
    if "params" in parameters:
        arguments = {"params": arguments}
    elif "id" in parameters:
        # What cannot be left out in most languages is empty. In C a NULL is another error, which is that of the caller's code.
        arguments = {**arguments, "id": arguments.get("id") or ""}
    # Which page, for the functions that give one.
    page = {"number": call["page"]} if "page" in call else {}
    return library.call(name, client=client, options=call_options, **arguments, **page)


def function_of(library: Library, call: dict, way: Way) -> str:
    operation = call["operation"]
    name = "zexa_client_request" if operation == "request" else "zexa_" + operation.replace(".", "_")
    if "page" in call:
        name += "_page"
    elif way is Way.PAGES:
        name += "_pages"
    if name not in library.functions:
        raise Broken(f"there is no operation {operation}: C has no {name}()")
    return name


def parse_event(library: Library, payload: str):
    # Just these bytes: they need not end in a NUL.
    body = payload.encode("utf-8")
    return library.call("zexa_webhooks_parse_event", body=library.ffi.from_buffer("char[]", body), length=len(body))


def take_all(library: Library, items_or_pages, items: list, most: int | None) -> bool | None:
    """
    Takes the items of a list, be they returned one by one or by pages, until there is no more or there are enough.

    Returns whether the list reports that it is incomplete; None where its end was not reached.
    """
    name = library.type_of(items_or_pages) + "_next"
    is_incomplete = library.functions[library.type_of(items_or_pages) + "_is_incomplete"]
    parameter = library.header.functions[name].parameters[0]
    while most is None or len(items) < most:
        if is_incomplete(items_or_pages):
            raise Broken("a list is incomplete before its end")
        given = library.call(name, **{parameter: items_or_pages})
        if given is None:
            return is_incomplete(items_or_pages)
        value = objects.to_json(library, given)
        items.extend(not_yet_in(items, value["items"]) if parameter == "pages" else [value])
    # A page may hold more than is wanted.
    del items[most:]
    return None


def not_yet_in(items: list, page: list) -> list:
    """The items of a page without those that an earlier page had. Who reads pages has to notice them."""
    had = {identity(item) for item in items} - {None}
    return [item for item in page if identity(item) not in had]


def identity(item: dict) -> tuple | None:
    """What an item is known by on a later page. Only the ids of Sender IDs are per channel; others keep their channel."""
    return (item["id"], item.get("channel")) if item.get("id") else None
