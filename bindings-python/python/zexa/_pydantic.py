"""How pydantic, and FastAPI with it, reads and writes the models. Imported by who has pydantic."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import core_schema

from ._error import ZexaError


def schema(model: type[Any]) -> core_schema.CoreSchema:
    """A model itself, or its JSON, be that read or not."""

    def validate(value: object) -> Any:
        if isinstance(value, model):
            return value
        if not isinstance(value, (dict, str, bytes)):
            raise ValueError(f"must be a {model.__name__}, or its JSON")  # noqa: TRY004 - what pydantic takes for wrong
        try:
            return model.from_json(json.dumps(value, default=str) if isinstance(value, dict) else value)
        except ZexaError as error:
            raise ValueError(str(error)) from error

    written = core_schema.dict_schema(metadata={"pydantic_js_updates": {"title": model.__name__}})
    return core_schema.no_info_plain_validator_function(
        validate,
        json_schema_input_schema=written,
        serialization=core_schema.plain_serializer_function_ser_schema(_written, return_schema=written),
    )


def _written(value: Any) -> dict[str, Any]:
    return value.to_dict(mode="json")  # type: ignore[no-any-return]
