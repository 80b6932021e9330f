"""The calls of scenarios, as a program makes them with either client."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, cast

import zexa

from scenarios.files import Way
from scenarios.objects import Broken, to_json

# What scenarios call otherwise than Python does.
ARGUMENTS = {"from": "from_"}
OPTIONS = {"headers": "extra_headers"}


def make_call(client: Any, call: dict[str, Any], way: Way) -> Any:
    """
    Calls the operation: it gives an object, a list, or with an AsyncClient what is to be awaited for an object.

    Raises Broken or TypeError where Python has no way to say what the scenario does.
    """
    arguments = {ARGUMENTS.get(name, name): value for name, value in call.get("arguments", {}).items()}
    if call["operation"] == "webhooks.parse_event":
        payload = arguments["payload"]
        return zexa.parse_event(payload if way.is_derived else payload.encode("utf-8"))
    options = {OPTIONS.get(name, name): value for name, value in call.get("options", {}).items()}
    if way.is_derived:
        # Nothing else holds the client that it is derived from.
        client, options = client.with_options(**options), {}
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


def take_all(given: zexa.List[Any], items: list[Any], most: int | None, way: Way) -> None:
    """Takes the items of a list, be they given one by one or by pages, until there is no more or there are enough."""
    if way.is_by_pages:
        for page in given.pages():
            add_page(items, page)
            if most is not None and len(items) >= most:
                # A page may hold more than is wanted.
                del items[most:]
                break
        return
    if most == 0:
        return
    for item in given:
        items.append(to_json(item))
        if len(items) == most:
            break


async def take_all_async(given: zexa.AsyncList[Any], items: list[Any], most: int | None, way: Way) -> None:
    """The same of a list that is awaited."""
    if way.is_by_pages:
        async for page in given.pages():
            add_page(items, page)
            if most is not None and len(items) >= most:
                del items[most:]
                break
        return
    if most == 0:
        return
    async for item in given:
        items.append(to_json(item))
        if len(items) == most:
            break


def add_page(items: list[Any], page: zexa.Page[Any]) -> None:
    """Adds the items of a page that no earlier one had: it is for who reads pages to notice them."""
    had = {item.get("id") for item in items} - {None}
    items.extend(item for item in to_json(page)["items"] if item.get("id") not in had)
