"""The shared library, called by the names of functions, parameters and fields in its header."""

import json
from pathlib import Path

import cffi

from header import Header


class ContractError(Exception):
    """The library violates its header, or C cannot express a value of a scenario."""


class CallError(Exception):
    """A call failed. Contains the zexa_error."""

    def __init__(self, error):
        super().__init__("the call failed")
        self.error = error


class Library:
    """libzexa, as declared by its header."""

    def __init__(self, header: Path, library: Path):
        self.header = Header(header)
        self.ffi = cffi.FFI()
        self.ffi.cdef(self.header.declarations)
        self._lib = self.ffi.dlopen(str(library))
        # All functions, so that one that is declared but not exported fails immediately.
        self.functions = {name: getattr(self._lib, name) for name in self.header.functions}

    def constant(self, name: str) -> int:
        """Returns the number of an enum constant."""
        return getattr(self._lib, name)

    def text(self, string) -> str | None:
        """Converts a C string; None for NULL."""
        return None if string == self.ffi.NULL else self.ffi.string(string).decode("utf-8")

    def type_of(self, pointer) -> str:
        """Returns the name of the target type of a pointer, such as "zexa_message"."""
        return name_of(self.ffi.typeof(pointer).item)

    def accessors(self, pointer):
        """Yields the functions that read an object, by their names without the name of the type."""
        prefix = self.type_of(pointer) + "_"
        for name, function in self.functions.items():
            takes = self.ffi.typeof(function).args
            if name.startswith(prefix) and takes and takes[0] == self.ffi.typeof(pointer):
                yield name.removeprefix(prefix), function

    def owned(self, pointer):
        """Takes ownership of an object: it is freed when the last reference is gone."""
        return self.ffi.gc(pointer, self.functions[self.type_of(pointer) + "_free"])

    def make(self, name: str):
        """Calls a constructor without parameters."""
        return self.owned(self.functions[name]())

    def call(self, name: str, **arguments):
        """
        Calls a function that can fail, with arguments by the names of its parameters. Absent arguments are NULL or 0.

        Returns its output, or None if it has none or the list is at its end. Raises CallError with its error.
        """
        function = self.functions[name]
        slots = dict(zip(self.header.functions[name].parameters, self.ffi.typeof(function).args, strict=True))
        outputs = {slot: self._output(kind) for slot, kind in slots.items() if is_output(kind)}
        inputs, keep = self._fit(slots, arguments)
        values = {slot: self._absent(kind) for slot, kind in slots.items()} | inputs | outputs
        status = function(*values.values())
        # The targets of the inputs must live until here.
        del keep
        return self._result(name, status, outputs)

    def fill(self, pointer, values: dict) -> list:
        """Sets fields of a struct. Returns what they point to, which must live as long as the struct is used."""
        fields = {name: field.type for name, field in self.ffi.typeof(pointer).item.fields}
        filled, keep = self._fit(fields, values)
        for name, value in filled.items():
            setattr(pointer, name, value)
        return keep

    def _output(self, kind):
        # Not NULL: the function must overwrite the previous value.
        return self.ffi.new(kind, self._sentinel(kind))

    def _sentinel(self, kind):
        return self.ffi.cast(kind.item, 1)

    def _absent(self, kind):
        return self.ffi.NULL if kind.kind == "pointer" else 0

    def _result(self, name: str, status: int, outputs: dict):
        """Returns the output of a function. Checks that status, outputs and error are consistent."""
        received = {}
        for slot, output in outputs.items():
            if output[0] == self._sentinel(self.ffi.typeof(output)):
                raise ContractError(f"{name}() did not write to `{slot}`")
            if output[0] != self.ffi.NULL:
                received[slot] = self.owned(output[0])
        if status == self.constant("ZEXA_OK"):
            expected = outputs.keys() - {"error"}
        else:
            expected = set() if status == self.constant("ZEXA_DONE") else {"error"}
        if received.keys() != expected:
            raise ContractError(
                f"{name}() returned status {status} and set {list(received)}, expected {list(expected)}"
            )
        if "error" not in received:
            return next(iter(received.values()), None)
        if self.functions["zexa_error_kind"](received["error"]) != status:
            raise ContractError(f"{name}() returned status {status} and an error of another kind")
        raise CallError(received["error"])

    def _fit(self, slots: dict, inputs: dict):
        """Converts values to parameters of a function or fields of a struct. Also returns the targets of pointers."""
        values, keep = {}, []
        for name, value in inputs.items():
            if value is not None:
                values.update(self._fit_one(slots, name, value, keep))
        return values, keep

    def _fit_one(self, slots: dict, name: str, value, keep: list) -> dict:
        """Converts one value to the form and name that it has in C."""
        if f"{name}_ms" in slots:
            return {f"{name}_ms": self._milliseconds(name, value)}
        if f"{name}_json" in slots:
            return {f"{name}_json": self._string(name, json.dumps(value), keep)}
        if name not in slots:
            raise ContractError(f"C has no `{name}`")
        kind = slots[name]
        if isinstance(value, self.ffi.CData):
            return {name: value}
        if f"{name}_count" in slots:
            return {name: self._array(name, kind, value, keep), f"{name}_count": len(value)}
        if kind.cname == "double":
            return {name: float(value)}
        if kind.kind != "pointer":
            return {name: self._number(name, value)}
        if kind.item.kind == "struct":
            return {name: self._struct(kind, value, keep)}
        text = json.dumps(value) if isinstance(value, dict) else value
        return {name: self._string(name, text, keep)}

    def _milliseconds(self, name: str, seconds) -> int:
        milliseconds = round(seconds * 1000)
        if abs(seconds * 1000 - milliseconds) > 1e-6:
            raise ContractError(f"C cannot express `{name}` {seconds}: it is not a whole number of milliseconds")
        return self._number(name, milliseconds)

    def _number(self, name: str, value) -> int:
        if not isinstance(value, int):
            raise ContractError(f"`{name}` is not an integer: {value!r}")
        if value == self.header.number("ZEXA_DEFAULT"):
            raise ContractError(f"C cannot express `{name}` {value}: it means absent")
        return int(value)

    def _string(self, name: str, value, keep: list):
        if not isinstance(value, str):
            raise ContractError(f"`{name}` is not a string: {value!r}")
        if "\0" in value:
            raise ContractError(f"C cannot express `{name}` {value!r}: it contains a NUL")
        keep.append(self.ffi.new("char[]", value.encode("utf-8")))
        return keep[-1]

    def _array(self, name: str, kind, value, keep: list):
        """Creates an array of strings, or of names and values."""
        if isinstance(value, dict):
            pairs = [[self._string(name, part, keep) for part in pair] for pair in value.items()]
            elements = self.ffi.new(self.ffi.getctype(kind.item, "[]"), pairs)
        else:
            elements = self.ffi.new("char *[]", [self._string(name, part, keep) for part in value])
        keep.append(elements)
        return elements

    def _struct(self, kind, values: dict, keep: list):
        """Creates a struct with the values of its _INIT macro, and sets fields."""
        struct = name_of(kind.item)
        initializer = self.header.initializer(struct)
        if initializer is None or len(initializer) != len(kind.item.fields):
            raise ContractError(f"{struct} has no _INIT macro with a value for each field")
        initial = [self._initial(kind, value) for value in initializer]
        struct_value = self.ffi.new(kind, initial)
        keep.extend([struct_value, self.fill(struct_value, values)])
        return struct_value

    def _initial(self, kind, value: str):
        if value.startswith("sizeof"):
            return self.ffi.sizeof(kind.item)
        return self.ffi.NULL if value == "NULL" else self.header.number(value)


def name_of(kind) -> str:
    return kind.cname.removeprefix("struct ")


def is_output(kind) -> bool:
    return kind.kind == "pointer" and kind.item.kind == "pointer" and kind.item.item.kind == "struct"
