"""Reads the declarations of zexa.h, so that the runner does not duplicate the ABI."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# cffi knows the types of these headers, and cannot parse the headers of compilers.
STANDARD_HEADERS = ("stdbool.h", "stddef.h", "stdint.h")


@dataclass(frozen=True)
class Function:
    """A declared function, with information that cffi does not provide."""

    parameters: tuple[str, ...]
    # Whether the caller owns the returned object: it is a pointer to a type that is not const.
    returns_owned: bool


class Header:
    """The declarations, functions and macros of a header."""

    def __init__(self, path: Path):
        self.declarations = preprocess(path, "-P")
        self.functions = dict(functions_in(self.declarations))
        self.macros = dict(macros_in(preprocess(path, "-dM")))

    def initializer(self, struct: str) -> list[str] | None:
        """Returns the values of the struct's _INIT macro, in the order of its fields."""
        start = f"{{sizeof({struct})"
        for value in self.macros.values():
            if value.startswith(start):
                return [part.strip() for part in value.strip("{}").split(",")]
        return None

    def number(self, value: str) -> int:
        """Converts a number, or the name of a macro for one."""
        return int(self.macros.get(value, value).strip("()"))


def preprocess(path: Path, *flags: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name in STANDARD_HEADERS:
            Path(folder, name).touch()
        # cffi cannot parse attributes of functions.
        attributes = ["-DZEXA_WARN_UNUSED_RESULT="]
        command = ["cc", "-E", *flags, *attributes, "-nostdinc", "-I", folder, str(path)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout


def functions_in(declarations: str):
    for declaration in declarations.split(";"):
        match = re.fullmatch(r"(.+?)\b(zexa_\w+)\((.*)\)", " ".join(declaration.split()))
        if match:
            result, name, parameters = match.groups()
            names = () if parameters == "void" else tuple(re.findall(r"(\w+)(?:,|$)", parameters))
            yield name, Function(names, "*" in result and "const" not in result)


def macros_in(directives: str):
    for match in re.finditer(r"^#define (ZEXA_\w+) (.+)$", directives, re.MULTILINE):
        yield match.groups()
