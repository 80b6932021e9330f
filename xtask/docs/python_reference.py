"""
Build the Python reference with pdoc. The native module is replaced by its stub, so no library needs to be built.

    python xtask/docs/python_reference.py PACKAGE VERSION OUTPUT
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pdoc
import pdoc.doc
import pdoc.render

CLIENTS = ["Client", "AsyncClient"]
# A TypedDict with its required keys in a private base, which pdoc would not show: the name, the base's body and the docstring.
ROW = re.compile(
    r'^class _(\w+)\(TypedDict\):\n(.*?)\n\n\nclass \1\(_\1, total=False\):\n(    """.*?"""\n)',
    re.MULTILINE | re.DOTALL,
)


def main() -> None:
    package, version, output = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    warnings.simplefilter("error")
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        copy_with_stub(package, Path(folder) / package.name, version)
        sys.path.insert(0, folder)
        pdoc.render.configure(docformat="google", show_source=False, footer_text=f"zexa {version}")
        module = importlib.import_module(package.name)
        module.__all__.sort(key=lambda name: rank(getattr(module, name)))
        hide_internal_constructors(module)
        pdoc.pdoc(package.name, output_directory=output)
        missing = list(undocumented(pdoc.doc.Module(module)))
    if missing:
        sys.exit("\n".join(f"{name}: no documentation" for name in missing))


def copy_with_stub(package: Path, target: Path, version: str) -> None:
    """
    Copy the package in a form that pdoc can analyse: stubs become modules, imports for type checkers are executed, classes
    belong to the modules that contain their source, and each TypedDict is one class.
    """
    shutil.copytree(package, target, ignore=shutil.ignore_patterns("__pycache__", "*.so", "*.pyd"))
    for file in target.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"^TYPE_CHECKING = False$", "TYPE_CHECKING = True", text, flags=re.MULTILINE)
        text = ROW.sub(r"class \1(TypedDict):\n\3\n\2\n", text)
        file.write_text(re.sub(r"^ +__module__ = .*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    for stub in target.glob("*.pyi"):
        text = stub.read_text(encoding="utf-8").replace("__version__: str\n", f"__version__ = {version!r}\n")
        stub.with_suffix(".py").write_text(f"from __future__ import annotations\n{text}", encoding="utf-8")
        stub.unlink()


def rank(member: object) -> int:
    """Clients come first, then other classes and functions, then type aliases, then exceptions."""
    if not isinstance(member, type):
        return 3 if callable(member) and hasattr(member, "__module__") else 4
    if issubclass(member, Exception):
        return 5
    return CLIENTS.index(member.__name__) if member.__name__ in CLIENTS else 3


def hide_internal_constructors(module: ModuleType) -> None:
    """Hide the constructors that only the package itself calls. Those of the clients are documented in their class."""
    for member in vars(module).values():
        if isinstance(member, type) and "__init__" in vars(member) and member.__name__ not in CLIENTS:
            del member.__init__


def undocumented(namespace: pdoc.doc.Namespace) -> Iterator[str]:
    """Names of the public members without a docstring."""
    for member in namespace.own_members:
        is_special = member.name.startswith("_") and not isinstance(member, pdoc.doc.Class)
        if is_special or member.is_inherited:
            continue
        if not member.docstring.strip():
            yield member.fullname
        if isinstance(member, pdoc.doc.Class):
            yield from undocumented(member)


if __name__ == "__main__":
    main()
