"""The modules that annotations name, imported when an annotation is first evaluated.

Importing `typing`, `datetime` and `collections.abc` takes longer than importing the rest of the package.
"""

from __future__ import annotations


class _Module:
    """A proxy for a module."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        import importlib

        # Not `from . import _types`: in the package, that name is a proxy.
        return getattr(importlib.import_module(self._name), name)


class _Collections:
    """A proxy for the package `collections`, of which annotations use `collections.abc`."""

    abc = _Module("collections.abc")


collections = _Collections()
datetime = _Module("datetime")
pathlib = _Module("pathlib")
types = _Module("zexa._types")
typing = _Module("typing")
