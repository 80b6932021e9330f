"""Makes the calls of scenarios with either client."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import zexa

from scenarios.bulk import is_bulk, pulled
from scenarios.errors import NEUTRAL
from scenarios.files import Mode
from scenarios.objects import Inconsistent, to_json

# Neutral names in scenarios, and the Python names.
NAMES = {neutral: name for name, neutral in NEUTRAL.items()}


def make_call(client: Any, call: dict[str, Any], mode: Mode) -> Any:
    """
    Call the operation. Returns an object, a list or a bulk run, or a coroutine of an AsyncClient.

    Raises Inconsistent or TypeError if Python cannot express the call.
    """
    arguments = in_python(call.get("arguments", {}))
    if is_bulk(call):
        rows = [in_python(row) for row in arguments["rows"]]
        arguments = {**arguments, **call.get("bulk", {}), "rows": pulled(rows) if mode.is_async else rows}
    if call["operation"] == "webhooks.parse_event":
        payload = arguments["payload"]
        return zexa.parse_event(payload if mode.is_derived else payload.encode("utf-8"))
    if call["operation"] in ("segments", "estimate"):
        function = getattr(zexa, call["operation"])
        return function(*fill_in(function, arguments), **arguments)
    options = in_python(call.get("options", {}))
    if mode.is_derived:
        # Only a call accepts extra fields of the body. Nothing else references the original client.
        of_call = {name: options.pop(name) for name in ("extra_body",) if name in options}
        client, options = client.with_options(**options), of_call
    function = function_of(client, call["operation"])
    positional = fill_in(function, arguments)
    result = function(*positional, **arguments, **options)
    return result.page(call["page"]) if "page" in call else result


def in_python(values: dict[str, Any]) -> dict[str, Any]:
    """Arguments or options with their Python names."""
    return {NAMES.get(name, name): value for name, value in values.items()}


def function_of(client: Any, operation: str) -> Callable[..., Any]:
    function: Any = client
    for name in operation.split("."):
        function = getattr(function, name, None)
    if function is None:
        raise Inconsistent(f"no operation {operation}")
    return cast(Callable[..., Any], function)


def fill_in(function: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    """Remove and return the positional arguments. Missing required arguments become None."""
    positional = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            arguments.setdefault(parameter.name, None)
        else:
            positional.append(arguments.pop(parameter.name, None))
    return positional


def read_list(result: zexa.List[Any], items: list[Any], maximum: int | None, mode: Mode) -> bool | None:
    """
    Read the items of a list, one by one or by pages, up to a maximum.

    Returns `is_incomplete` of the list, or None if its end was not reached.
    """
    if mode.is_by_pages:
        pages = result.pages()
        for page in pages:
            add_page(items, page)
            if maximum is not None and len(items) >= maximum:
                # A page may exceed the maximum.
                del items[maximum:]
                return None
        return pages.is_incomplete
    if maximum == 0:
        return None
    for item in result:
        items.append(to_json(item))
        if len(items) == maximum:
            return None
    return result.is_incomplete


async def read_list_async(
    result: zexa.AsyncList[Any], items: list[Any], maximum: int | None, mode: Mode
) -> bool | None:
    """The same as `read_list()`, for the async client."""
    if mode.is_by_pages:
        pages = result.pages()
        async for page in pages:
            add_page(items, page)
            if maximum is not None and len(items) >= maximum:
                del items[maximum:]
                return None
        return pages.is_incomplete
    if maximum == 0:
        return None
    async for item in result:
        items.append(to_json(item))
        if len(items) == maximum:
            return None
    return result.is_incomplete


def add_page(items: list[Any], page: zexa.Page[Any]) -> None:
    """Add the items of a page that were on no earlier page: pages are not deduplicated."""
    known = {identity(item) for item in items} - {None}
    items.extend(item for item in to_json(page)["items"] if identity(item) not in known)


def identity(item: dict[str, Any]) -> tuple[str, str | None] | None:
    """The key of an item across pages: the id, and the channel for Sender IDs, whose ids are per channel."""
    return (item["id"], item.get("channel")) if item.get("id") else None
