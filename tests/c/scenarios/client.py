"""Makes the calls of scenarios through the C API."""

from enum import Enum

import bulk
import errors
import objects
from library import CallError, ContractError, Library


class Variant(Enum):
    """Different ways to make the same call in C, which must have the same result."""

    PLAIN = "directly"
    DERIVED = "with a derived client"
    PAGES = "page by page"


def variants(scenario: dict) -> list[Variant]:
    """Returns the variants of a scenario's call."""
    call = scenario.get("call", {})
    all_ways = [Variant.PLAIN]
    if call.get("options") or not call.keys().isdisjoint({"cancel_after_requests", "cancel_after_attempts"}):
        all_ways.append(Variant.DERIVED)
    if call.get("operation", "").endswith(".list") and "page" not in call:
        all_ways.append(Variant.PAGES)
    return all_ways


def run_variant(library: Library, options: dict, scenario: dict, token, variant: Variant, before: list) -> dict:
    """Creates a client and makes the calls. Returns `result`, or `error` and `items`. Adds earlier results to `before`."""
    items: list = []
    try:
        # Afterwards the client is freed, and the returned object must remain usable.
        returned = make_calls(library, options, scenario, token, variant, before)
        if isinstance(returned, library.ffi.CData) and f"{library.type_of(returned)}_next" in library.functions:
            incomplete = read_all(library, returned, items, scenario["call"].get("take"))
            return {"result": items, "incomplete": incomplete}
        return result_of(library, returned)
    except CallError as failed:
        return {"error": errors.to_json(library, failed.error), "items": items}


def result_of(library: Library, returned) -> dict:
    if isinstance(returned, bulk.Run):
        return {"result": bulk.read_all(library, returned)}
    if returned is None or isinstance(returned, float):
        return {"result": returned}
    return {"result": objects.to_json(library, returned), **objects.about(library, returned)}


def make_calls(library: Library, options: dict, scenario: dict, token, variant: Variant, before: list):
    """Makes the calls. Returns the output of the last one."""
    client = library.call("zexa_client_new", options=options)
    for call in scenario.get("before", []):
        try:
            before.append(result_of(library, make_call(library, client, call, None, variant)))
        except CallError as failed:
            before.append({"error": errors.to_json(library, failed.error)})
    return make_call(library, client, scenario["call"], token, variant) if "call" in scenario else None


def make_call(library: Library, client, call: dict, token, variant: Variant):
    """Makes a call. Returns an object, an iterator or a bulk run; None if the call has no output."""
    if bulk.is_bulk(call):
        if call.get("options"):
            # A run has the options of its client.
            client = library.call("zexa_client_with_options", client=client, options=call["options"])
        return bulk.begin(library, client, call)
    call_options = {**call.get("options", {}), "cancel": token}
    if all(value is None for value in call_options.values()):
        # Most programs pass NULL.
        call_options = None
    if variant is Variant.DERIVED:
        # A derived client cannot have additional body fields.
        extra_body = call_options.pop("extra_body", None) if call_options else None
        client = library.call("zexa_client_with_options", client=client, options=call_options)
        call_options = extra_body and {"extra_body": extra_body}
    arguments = call.get("arguments", {})
    if call["operation"] == "webhooks.parse_event":
        return parse_event(library, **arguments)
    if call["operation"] == "segments":
        return library.call("zexa_segments_new", **arguments)
    if call["operation"] == "estimate":
        return estimate(library, arguments)
    name = function_of(library, call, variant)
    parameters = library.header.functions[name].parameters
    if "params" in parameters:
        arguments = {"params": arguments}
    elif "id" in parameters:
        # An absent id is an empty string: in C, NULL is a different error.
        arguments = {**arguments, "id": arguments.get("id") or ""}
    # The number of the page, for functions that return one page.
    page = {"number": call["page"]} if "page" in call else {}
    return library.call(name, client=client, options=call_options, **arguments, **page)


def function_of(library: Library, call: dict, variant: Variant) -> str:
    operation = call["operation"]
    name = "zexa_client_request" if operation == "request" else "zexa_" + operation.replace(".", "_")
    if "page" in call:
        name += "_page"
    elif variant is Variant.PAGES:
        name += "_pages"
    if name not in library.functions:
        raise ContractError(f"unknown operation {operation}: C has no {name}()")
    return name


def parse_event(library: Library, payload: str):
    # Exactly these bytes, without a NUL at the end.
    body = payload.encode("utf-8")
    return library.call("zexa_webhooks_parse_event", body=library.ffi.from_buffer("char[]", body), length=len(body))


def estimate(library: Library, message: dict) -> float | None:
    credits = library.ffi.new("double *")
    library.call("zexa_messages_estimate", params=message, credits=credits)
    return None if credits[0] == library.header.number("ZEXA_DEFAULT") else credits[0]


def read_all(library: Library, items_or_pages, items: list, most: int | None) -> bool | None:
    """
    Reads the items of a list, one by one or by pages, up to a maximum number.

    Returns whether the list reports that it is incomplete; None if its end was not reached.
    """
    name = library.type_of(items_or_pages) + "_next"
    is_incomplete = library.functions[library.type_of(items_or_pages) + "_is_incomplete"]
    parameter = library.header.functions[name].parameters[0]
    while most is None or len(items) < most:
        if is_incomplete(items_or_pages):
            raise ContractError("a list is incomplete before its end")
        returned = library.call(name, **{parameter: items_or_pages})
        if returned is None:
            return is_incomplete(items_or_pages)
        value = objects.to_json(library, returned)
        items.extend(new_items(items, value["items"]) if parameter == "pages" else [value])
    # The last page may exceed the maximum.
    del items[most:]
    return None


def rows_of(library: Library, path: str) -> dict:
    """Returns the counts of a ledger, and its keys in doubt."""
    ledger = library.call("zexa_ledger_open", path=path)
    counts = objects.to_json(library, library.call("zexa_ledger_count", ledger=ledger))
    rows = library.call("zexa_ledger_in_doubt", ledger=ledger)
    keys = []
    while (row := library.call("zexa_doubtful_row_iter_next", iter=rows)) is not None:
        keys.append(objects.to_json(library, row)["key"])
    return {**counts, "in_doubt_keys": keys}


def new_items(items: list, page: list) -> list:
    """Returns the items of a page that no earlier page had. Iterators over pages do not deduplicate."""
    seen = {identity(item) for item in items} - {None}
    return [item for item in page if identity(item) not in seen]


def identity(item: dict) -> tuple | None:
    """Returns the key for deduplication. Ids of Sender IDs are unique per channel only."""
    return (item["id"], item.get("channel")) if item.get("id") else None
