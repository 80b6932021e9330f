"""`types`: the names used in annotations, imported when an annotation is first evaluated.

Importing `typing`, `datetime` and `collections.abc` takes longer than importing the rest of the package.
"""

from __future__ import annotations


class _Types:
    """A proxy for the module `_types`."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        import importlib

        # Not `from . import _types`: in the package, that name is this object.
        return getattr(importlib.import_module("zexa._types"), name)


types = _Types()
