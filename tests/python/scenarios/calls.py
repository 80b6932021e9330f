"""The calls of scenarios, as a program makes them with either client."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import zexa

from scenarios.errors import NEUTRAL
from scenarios.files import Way
from scenarios.objects import Broken, to_json

# What scenarios call otherwise than Python does.
NAMES = {neutral: name for name, neutral in NEUTRAL.items()}


def make_call(client: Any, call: dict[str, Any], way: Way) -> Any:
    """
    Calls the operation: it gives an object, a list, or with an AsyncClient what is to be awaited for an object.

    Raises Broken or TypeError where Python has no way to say what the scenario does.
    """
    arguments = {NAMES.get(name, name): value for name, value in call.get("arguments", {}).items()}
    if call["operation"] == "webhooks.parse_event":
        payload = arguments["payload"]
        return zexa.parse_event(payload if way.is_derived else payload.encode("utf-8"))
    options = {NAMES.get(name, name): value for name, value in call.get("options", {}).items()}
    if way.is_derived:
        # Fields of the body belong to the call. Nothing else holds the client that it is derived from.
        of_call = {name: options.pop(name) for name in ("extra_body",) if name in options}
        client, options = client.with_options(**options), of_call
    function = function_of(client, call["operation"])
    positional = fill_in(function, arguments)
    given = function(*positional, **arguments, **options)
    return given.page(call["page"]) if "page" in call else given


def function_of(client: Any, operation: str) -> Callable[..., Any]:
    function: Any = client
    for name in operation.split("."):
        function = getattr(function, name, None)
    if function is None:
        raise Broken(f"there is no operation {operation}")
    return cast(Callable[..., Any], function)


def fill_in(function: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    """Takes the positional arguments out of the arguments, and gives None for what cannot be left out and is not there."""
    positional = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.default is not parameter.empty:
            continue
        if parameter.kind is parameter.KEYWORD_ONLY:
            arguments.setdefault(parameter.name, None)
        else:
            positional.append(arguments.pop(parameter.name, None))
    return positional


def take_all(given: zexa.List[Any], items: list[Any], most: int | None, way: Way) -> bool | None:
    """
    Takes the items of a list, be they yielded one by one or by pages, until there is no more or there are enough.

    Returns whether the list reports that it is incomplete; None where its end was not reached.
    """
    if way.is_by_pages:
        pages = given.pages()
        for page in pages:
            add_page(items, page)
            if most is not None and len(items) >= most:
                # A page may hold more than is wanted.
                del items[most:]
                return None
        return pages.is_incomplete
    if most == 0:
        return None
    for item in given:
        items.append(to_json(item))
        if len(items) == most:
            return None
    return given.is_incomplete


async def take_all_async(given: zexa.AsyncList[Any], items: list[Any], most: int | None, way: Way) -> bool | None:
    """The same for a list of the async client."""
    if way.is_by_pages:
        pages = given.pages()
        async for page in pages:
            add_page(items, page)
            if most is not None and len(items) >= most:
                del items[most:]
                return None
        return pages.is_incomplete
    if most == 0:
        return None
    async for item in given:
        items.append(to_json(item))
        if len(items) == most:
            return None
    return given.is_incomplete


def add_page(items: list[Any], page: zexa.Page[Any]) -> None:
    """Adds the items of a page that no earlier page had. Who reads pages has to notice them."""
    had = {identity(item) for item in items} - {None}
    items.extend(item for item in to_json(page)["items"] if identity(item) not in had)


def identity(item: dict[str, Any]) -> tuple[str, str | None] | None:
    """What an item is known by on a later page. Only the ids of Sender IDs are per channel; others keep their channel."""
    return (item["id"], item.get("channel")) if item.get("id") else None
