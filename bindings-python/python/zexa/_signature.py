"""The signatures of the clients' constructors, as `inspect.signature()` returns them."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect


class ConstructorSignature:
    """The class attribute `__signature__`: the parameters of `__init__` with their types.

    FastAPI fills the parameters of a dependency from the request, so `Depends(zexa.AsyncClient)` would let a request
    choose `base_url` and receive the API key there. If FastAPI is imported, each option is therefore annotated as a
    dependency with the value `None`. A subclass with its own `__init__` has its own signature.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._init = owner.__dict__.get("__init__")

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        import inspect

        signature = inspect.signature(owner.__init__, eval_str=True)  # type: ignore[misc]
        _, *parameters = signature.parameters.values()
        if owner.__init__ is self._init and "fastapi" in sys.modules:  # type: ignore[misc]
            parameters = [_excluded_from_request(parameter) for parameter in parameters]
        return signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)


def _excluded_from_request(parameter: inspect.Parameter) -> inspect.Parameter:
    from typing import Annotated

    from fastapi import Depends

    return parameter.replace(annotation=Annotated[parameter.annotation, Depends(_unset)])


def _unset() -> None:
    """The value of an option that is not set."""
