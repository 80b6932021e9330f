"""What zexa.h declares, read from the header itself, so that nothing of the ABI is written down a second time."""

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

# The types that these declare are known to cffi, and a compiler's own headers are not for it to read.
STANDARD_HEADERS = ("stdbool.h", "stddef.h", "stdint.h")


@dataclass(frozen=True)
class Function:
    """A function as the header declares it, with what cffi does not tell of it."""

    parameters: tuple[str, ...]
    # Whether what it returns is the caller's to free: a pointer to something that is not const.
    returns_owned: bool


class Header:
    """The declarations, functions and macros of a header."""

    def __init__(self, path: Path):
        self.declarations = preprocess(path, "-P")
        self.functions = dict(functions_in(self.declarations))
        self.macros = dict(macros_in(preprocess(path, "-dM")))

    def initializer(self, struct: str) -> list[str] | None:
        """The values that the struct's _INIT macro begins it with, in the order of its fields."""
        begin = f"{{sizeof({struct})"
        for value in self.macros.values():
            if value.startswith(begin):
                return [part.strip() for part in value.strip("{}").split(",")]
        return None

    def number(self, value: str) -> int:
        """A number, or the macro that stands for one."""
        return int(self.macros.get(value, value).strip("()"))


def preprocess(path: Path, *flags: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name in STANDARD_HEADERS:
            Path(folder, name).touch()
        # Attributes of functions are nothing that cffi knows.
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
