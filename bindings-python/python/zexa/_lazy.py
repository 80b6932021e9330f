"""`types`: the names in the annotations of this package, imported when an annotation is first evaluated.

`typing`, `datetime` and `collections.abc` take longer to import than the rest of the package.
"""

from __future__ import annotations


class _Types:
    """Has the attributes of the module `_types`."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        import importlib

        # Not `from . import _types`: the package has this object by that name.
        return getattr(importlib.import_module("zexa._types"), name)


types = _Types()
