"""The shared library, called by the names that its header gives to functions, parameters and fields."""

import json
from pathlib import Path

import cffi

from header import Header


class Broken(Exception):
    """The library does not keep what its header promises, or the header has no way to say what a scenario says."""


class Failed(Exception):
    """A call failed, as calls may. Holds the zexa_error."""

    def __init__(self, error):
        super().__init__("the call failed")
        self.error = error


class Library:
    """libzexa, as its header declares it."""

    def __init__(self, header: Path, library: Path):
        self.header = Header(header)
        self.ffi = cffi.FFI()
        self.ffi.cdef(self.header.declarations)
        self._lib = self.ffi.dlopen(str(library))
        # All of them, so that one which is declared and not exported is told at once.
        self.functions = {name: getattr(self._lib, name) for name in self.header.functions}

    def constant(self, name: str) -> int:
        """The number of an enum's constant."""
        return getattr(self._lib, name)

    def text(self, string) -> str | None:
        """A string of C; None for NULL."""
        return None if string == self.ffi.NULL else self.ffi.string(string).decode("utf-8")

    def type_of(self, pointer) -> str:
        """The name of what a pointer points to, such as "zexa_message"."""
        return name_of(self.ffi.typeof(pointer).item)

    def accessors(self, pointer):
        """The functions that read an object: those which take it first and are named for it, by the rest of their name."""
        prefix = self.type_of(pointer) + "_"
        for name, function in self.functions.items():
            takes = self.ffi.typeof(function).args
            if name.startswith(prefix) and takes and takes[0] == self.ffi.typeof(pointer):
                yield name.removeprefix(prefix), function

    def owned(self, pointer):
        """Something that was given to us, freed when nothing here holds it any more."""
        return self.ffi.gc(pointer, self.functions[self.type_of(pointer) + "_free"])

    def make(self, name: str):
        """What a function without parameters makes."""
        return self.owned(self.functions[name]())

    def call(self, name: str, **given):
        """
        Calls a function that can fail, with arguments by the names of its parameters. Those not given are NULL, or 0.

        Returns its output, or None where it has none or there is nothing more. Raises Failed with its error.
        """
        function = self.functions[name]
        slots = dict(zip(self.header.functions[name].parameters, self.ffi.typeof(function).args, strict=True))
        outputs = {slot: self._output(kind) for slot, kind in slots.items() if is_output(kind)}
        inputs, keep = self._fit(slots, given)
        values = {slot: self._absent(kind) for slot, kind in slots.items()} | inputs | outputs
        status = function(*values.values())
        # What the inputs point to must not go before.
        del keep
        return self._result(name, status, outputs)

    def _output(self, kind):
        # Not NULL: whatever an output held before has to be overwritten.
        return self.ffi.new(kind, self._untouched(kind))

    def _untouched(self, kind):
        return self.ffi.cast(kind.item, 1)

    def _absent(self, kind):
        return self.ffi.NULL if kind.kind == "pointer" else 0

    def _result(self, name: str, status: int, outputs: dict):
        """The output of a function, after a look at whether status, outputs and error are as they have to be together."""
        given = {}
        for slot, output in outputs.items():
            if output[0] == self._untouched(self.ffi.typeof(output)):
                raise Broken(f"{name}() has not written to `{slot}`")
            if output[0] != self.ffi.NULL:
                given[slot] = self.owned(output[0])
        if status == self.constant("ZEXA_OK"):
            expected = outputs.keys() - {"error"}
        else:
            expected = set() if status == self.constant("ZEXA_DONE") else {"error"}
        if given.keys() != expected:
            raise Broken(f"{name}() gave the status {status} and {list(given)}, not {list(expected)}")
        if "error" not in given:
            return next(iter(given.values()), None)
        if self.functions["zexa_error_kind"](given["error"]) != status:
            raise Broken(f"{name}() gave the status {status} and an error of another kind")
        raise Failed(given["error"])

    def _fit(self, slots: dict, given: dict):
        """Values for parameters of a function or fields of a struct, and what these values point to."""
        values, keep = {}, []
        for name, value in given.items():
            if value is not None:
                values.update(self._fit_one(slots, name, value, keep))
        return values, keep

    def _fit_one(self, slots: dict, name: str, value, keep: list) -> dict:
        """One value, in the form and under the name that C has for it."""
        if f"{name}_ms" in slots:
            return {f"{name}_ms": self._milliseconds(name, value)}
        if f"{name}_json" in slots:
            return {f"{name}_json": self._string(name, json.dumps(value), keep)}
        if name not in slots:
            raise Broken(f"C has no `{name}`")
        kind = slots[name]
        if isinstance(value, self.ffi.CData):
            return {name: value}
        if f"{name}_count" in slots:
            return {name: self._array(name, kind, value, keep), f"{name}_count": len(value)}
        if kind.kind != "pointer":
            return {name: self._number(name, value)}
        if kind.item.kind == "struct":
            return {name: self._struct(kind, value, keep)}
        text = json.dumps(value) if isinstance(value, dict) else value
        return {name: self._string(name, text, keep)}

    def _milliseconds(self, name: str, seconds) -> int:
        milliseconds = round(seconds * 1000)
        if abs(seconds * 1000 - milliseconds) > 1e-6:
            raise Broken(f"C cannot say `{name}` {seconds}: it is no whole number of milliseconds")
        return self._number(name, milliseconds)

    def _number(self, name: str, value) -> int:
        if not isinstance(value, int):
            raise Broken(f"`{name}` is no whole number: {value!r}")
        if value == self.header.number("ZEXA_DEFAULT"):
            raise Broken(f"C cannot say `{name}` {value}: there it stands for an absent one")
        return int(value)

    def _string(self, name: str, value, keep: list):
        if not isinstance(value, str):
            raise Broken(f"`{name}` is no string: {value!r}")
        if "\0" in value:
            raise Broken(f"C cannot say `{name}` {value!r}: it holds a NUL")
        keep.append(self.ffi.new("char[]", value.encode("utf-8")))
        return keep[-1]

    def _array(self, name: str, kind, value, keep: list):
        """An array of strings, or of names and values."""
        if isinstance(value, dict):
            pairs = [[self._string(name, part, keep) for part in pair] for pair in value.items()]
            elements = self.ffi.new(self.ffi.getctype(kind.item, "[]"), pairs)
        else:
            elements = self.ffi.new("char *[]", [self._string(name, part, keep) for part in value])
        keep.append(elements)
        return elements

    def _struct(self, kind, values: dict, keep: list):
        """A struct begun as its _INIT macro begins it, and then filled."""
        struct = name_of(kind.item)
        initializer = self.header.initializer(struct)
        fields = {name: field.type for name, field in kind.item.fields}
        if initializer is None or len(initializer) != len(fields):
            raise Broken(f"{struct} has no _INIT macro, or none with a value for each field")
        begun = [self._initial(kind, value) for value in initializer]
        made = self.ffi.new(kind, begun)
        filled, pointed_to = self._fit(fields, values)
        for name, value in filled.items():
            setattr(made, name, value)
        keep.extend([made, pointed_to])
        return made

    def _initial(self, kind, value: str):
        if value.startswith("sizeof"):
            return self.ffi.sizeof(kind.item)
        return self.ffi.NULL if value == "NULL" else self.header.number(value)


def name_of(kind) -> str:
    return kind.cname.removeprefix("struct ")


def is_output(kind) -> bool:
    return kind.kind == "pointer" and kind.item.kind == "pointer" and kind.item.item.kind == "struct"
