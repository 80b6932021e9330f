"""How pydantic, and FastAPI with it, reads, writes and describes the objects of this package.

Models are read from themselves, their JSON, or plain data, and written as plain data by the names of the API. Imported
when pydantic asks a class for its schema.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic_core import SchemaSerializer, core_schema

from . import _literals, _zexa
from ._error import ZexaError

_PLAIN = SchemaSerializer(core_schema.any_schema())


def schema(model: Any) -> core_schema.CoreSchema:
    """The schema of a model."""

    def read(value: object, _: Any) -> Any:
        if isinstance(value, model):
            return value
        try:
            if isinstance(value, Mapping):
                return model.from_dict(value)
            if isinstance(value, (str, bytes)):
                return model.from_json(value)
        except (ZexaError, TypeError) as error:
            raise ValueError(str(error)) from error
        raise ValueError(f"must be a {model.__name__}, its JSON, or what its to_dict() returns")

    keys = {attribute: key for attribute, key, _, _ in model._fields}
    fields = {key: _field(model, attribute, kind, required) for attribute, key, kind, required in model._fields}
    return _whole(model, read, fields, keys)


def page_schema(source: Any, handler: Any) -> core_schema.CoreSchema:
    """The schema of a `Page`, or of a `Page[Contact]` and the like, whose items can be read from plain data, too."""
    (kind,) = get_args(source) or (Any,)
    if not isinstance(kind, type):
        kind = Any

    def read(value: object, fields: Callable[[object], dict[str, Any]]) -> Any:
        if isinstance(value, _zexa.Page):
            if kind is not Any and not all(isinstance(item, kind) for item in value):
                raise ValueError(f"must be a page of {kind.__name__}")
            return value
        if kind is Any:
            raise ValueError("must be a Page: only a field of a type like Page[Contact] can be read from plain data")
        given = fields(_loaded(value))
        own = {name: given.pop(name) for name in ("items", "total", "page", "per_page") if name in given}
        return _zexa.Page(**own, extra=given)

    items = core_schema.list_schema(handler.generate_schema(kind))
    number = core_schema.int_schema(ge=0)
    parts = {"items": (items, True), "total": (number, False), "page": (number, False), "per_page": (number, False)}
    fields = {name: _described(_zexa.Page, name, part, required) for name, (part, required) in parts.items()}
    return _whole(_zexa.Page, read, fields, name=f"Page_{getattr(kind, '__name__', kind)}_")


def response_schema(response: Any) -> core_schema.CoreSchema:
    """The schema of a `Response`."""

    def read(value: object, fields: Callable[[object], dict[str, Any]]) -> Any:
        if isinstance(value, response):
            return value
        given = fields(_loaded(value))
        try:
            return response(status=given["status"], body=given.get("body"))
        except ZexaError as error:
            raise ValueError(str(error)) from error

    status = core_schema.int_schema()
    return _whole(
        response,
        read,
        {
            "status": _described(response, "status", status, required=True),
            "body": _described(response, "body", core_schema.any_schema(), required=False),
        },
    )


def _loaded(value: object) -> object:
    """JSON as plain data."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def _whole(
    model: Any,
    read: Callable[[object, Any], Any],
    fields: dict[str, core_schema.TypedDictField],
    keys: Mapping[str, str] | None = None,
    name: str = "",
) -> core_schema.CoreSchema:
    """The schema of an object with these fields. `keys` are the names in the API of its attributes."""
    name = name or model.__name__

    def names(which: Any) -> Any:
        if isinstance(which, Mapping):
            return {(keys or {}).get(name, name): inner for name, inner in which.items()}
        return {(keys or {}).get(name, name) for name in which} if which else which

    def write(value: Any, info: core_schema.SerializationInfo[Any]) -> Any:
        mode = "json" if info.mode == "json" else "python"
        include, exclude = names(info.include), names(info.exclude)
        return _PLAIN.to_python(
            value.to_dict(mode=mode), mode=mode, include=include, exclude=exclude, exclude_none=info.exclude_none
        )

    about = {"title": name, "description": model.__doc__}
    whole = core_schema.typed_dict_schema(fields, extra_behavior="allow", metadata={"pydantic_js_updates": about})
    return core_schema.no_info_wrap_validator_function(
        read,
        whole,
        ref=f"zexa.{name}:{id(model)}",
        serialization=core_schema.plain_serializer_function_ser_schema(write, info_arg=True),
    )


def _field(model: Any, attribute: str, kind: str, required: bool) -> core_schema.TypedDictField:
    return _described(model, attribute, _type(kind), required)


def _described(model: Any, attribute: str, kind: core_schema.CoreSchema, required: bool) -> core_schema.TypedDictField:
    about = {"description": getattr(model, attribute).__doc__}
    return core_schema.typed_dict_field(kind, required=required, metadata={"pydantic_js_updates": about})


_SIMPLE: dict[str, Callable[[], core_schema.CoreSchema]] = {
    "str": core_schema.str_schema,
    "int": core_schema.int_schema,
    "float": core_schema.float_schema,
    "datetime": core_schema.datetime_schema,
    "Any": core_schema.any_schema,
}


def _type(kind: str) -> core_schema.CoreSchema:
    """The schema of a type, as the stub spells it."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]()
    if kind.startswith("tuple["):
        return core_schema.list_schema(_type(kind[len("tuple[") : -len(", ...]")]))
    if kind in _literals.__all__:
        # An open enum: a Literal of the known values, or any other text.
        known, _ = get_args(getattr(_literals, kind))
        return core_schema.str_schema(metadata={"pydantic_js_updates": {"examples": list(get_args(known))}})
    return schema(getattr(_zexa, kind))
