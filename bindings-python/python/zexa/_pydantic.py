"""The pydantic schemas of the classes of this package.

Models are validated from instances, JSON or plain data, and serialized as plain data with the field names of the API. This
module is imported when pydantic requests a schema.
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
    return _object_schema(model, read, fields, keys)


def page_schema(source: Any, handler: Any) -> core_schema.CoreSchema:
    """The schema of a `Page`. A page with an item type, such as `Page[Contact]`, can also be validated from plain data."""
    (kind,) = get_args(source) or (Any,)
    if not isinstance(kind, type):
        kind = Any

    def read(value: object, fields: Callable[[object], dict[str, Any]]) -> Any:
        if isinstance(value, _zexa.Page):
            if kind is not Any and not all(isinstance(item, kind) for item in value):
                raise ValueError(f"must be a page of {kind.__name__}")
            return value
        if kind is Any:
            raise ValueError(
                "must be a Page; to validate plain data, annotate the field with a type like Page[Contact]"
            )
        data = fields(_parsed(value))
        own = {name: data.pop(name) for name in ("items", "total", "page", "per_page") if name in data}
        return _zexa.Page(**own, extra=data)

    items = core_schema.list_schema(handler.generate_schema(kind))
    number = core_schema.int_schema(ge=0)
    parts = {"items": (items, True), "total": (number, False), "page": (number, False), "per_page": (number, False)}
    fields = {name: _described(_zexa.Page, name, part, required) for name, (part, required) in parts.items()}
    return _object_schema(_zexa.Page, read, fields, name=f"Page_{getattr(kind, '__name__', kind)}_")


def response_schema(response: Any) -> core_schema.CoreSchema:
    """The schema of a `Response`."""

    def read(value: object, fields: Callable[[object], dict[str, Any]]) -> Any:
        if isinstance(value, response):
            return value
        data = fields(_parsed(value))
        try:
            return response(status=data["status"], body=data.get("body"))
        except ZexaError as error:
            raise ValueError(str(error)) from error

    status = core_schema.int_schema()
    return _object_schema(
        response,
        read,
        {
            "status": _described(response, "status", status, required=True),
            "body": _described(response, "body", core_schema.any_schema(), required=False),
        },
    )


def _parsed(value: object) -> object:
    """Parse JSON; return other values unchanged."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value


def _object_schema(
    model: Any,
    read: Callable[[object, Any], Any],
    fields: dict[str, core_schema.TypedDictField],
    keys: Mapping[str, str] | None = None,
    name: str = "",
) -> core_schema.CoreSchema:
    """The schema of an object with these fields. `keys` maps attributes to field names of the API."""
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
    fields_schema = core_schema.typed_dict_schema(
        fields, extra_behavior="allow", metadata={"pydantic_js_updates": about}
    )
    return core_schema.no_info_wrap_validator_function(
        read,
        fields_schema,
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
    """The schema of a type, which is written as in the stub."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]()
    if kind.startswith("tuple["):
        return core_schema.list_schema(_type(kind[len("tuple[") : -len(", ...]")]))
    if kind in _literals.__all__:
        # An open enum: a Literal of the known values, or any other string.
        known, _ = get_args(getattr(_literals, kind))
        return core_schema.str_schema(metadata={"pydantic_js_updates": {"examples": list(get_args(known))}})
    return schema(getattr(_zexa, kind))
