"""Makes the bulk runs of scenarios."""

from dataclasses import dataclass

import errors
import objects
from library import CallError, ContractError, Library

# Type of the callback and accessor of the object, by operation.
OPERATIONS = {
    "messages.send_many": ("zexa_next_message", "message"),
    "contacts.create_many": ("zexa_next_contact", "contact"),
}


@dataclass
class Run:
    """A bulk run, with its source."""

    call: dict
    pointer: object
    source: "Source"


class Source:
    """The rows of a run, which its callback fills in."""

    def __init__(self, library: Library, callback_type: str, rows: list):
        self._library = library
        self._rows = iter(rows)
        # What the last row points to: it must be valid until the callback is called again.
        self._keep: list = []
        self.failure: ContractError | None = None
        self.callback = library.ffi.callback(callback_type, self._next)

    def _next(self, row, _userdata) -> int:
        values = next(self._rows, None)
        if values is None:
            return self._library.constant("ZEXA_DONE")
        try:
            self._keep = self._library.fill(row, values)
        except ContractError as error:
            self.failure = error
            return self._library.constant("ZEXA_OTHER")
        return self._library.constant("ZEXA_OK")


def is_bulk(call: dict) -> bool:
    return call["operation"] in OPERATIONS


def begin(library: Library, client, call: dict) -> Run:
    callback_type, _ = OPERATIONS[call["operation"]]
    source = Source(library, callback_type, call["arguments"]["rows"])
    name = "zexa_" + call["operation"].replace(".", "_")
    # Most programs pass NULL.
    options = call.get("bulk") or None
    pointer = library.call(name, client=client, next_row=source.callback, bulk_options=options)
    return Run(call, pointer, source)


def read_all(library: Library, run: Run) -> dict:
    """Takes the results of a run until it ends. Returns `results`, `stats` and `stopped`."""
    kind = library.type_of(run.pointer)
    parameter = library.header.functions[f"{kind}_next"].parameters[0]
    results: list = []
    stopped = None
    try:
        while True:
            if run.call.get("stop_after_results") == len(results):
                library.functions[f"{kind}_stop"](run.pointer)
            result = library.call(f"{kind}_next", **{parameter: run.pointer})
            if result is None:
                break
            results.append(row_to_json(library, result, OPERATIONS[run.call["operation"]][1]))
    except CallError as failed:
        stopped = errors.to_json(library, failed.error)
    if run.source.failure is not None:
        raise run.source.failure
    if not run.call.get("bulk", {}).get("ordered"):
        results.sort(key=lambda result: result["index"])
    stats = library.owned(library.functions[f"{kind}_stats"](run.pointer))
    return {"results": results, "stats": objects.to_json(library, stats), "stopped": stopped}


def row_to_json(library: Library, result, value: str) -> dict:
    get = {name: function for name, function in library.accessors(result) if name != "free"}
    # Other accessors would not be compared.
    known = {"index", "idempotency_key", "outcome", "replayed", "recorded", "exists", "error", value}
    if not get.keys() <= known:
        raise ContractError(f"a result has the unknown accessors {sorted(get.keys() - known)}")
    whole = {name: get[name](result) for name in ("index", "replayed", "recorded", "exists") if name in get}
    if "idempotency_key" in get:
        whole["idempotency_key"] = library.text(get["idempotency_key"](result))
    whole["outcome"] = library.text(library.functions["zexa_outcome_name"](get["outcome"](result)))
    whole[value] = object_of(library, get[value](result), objects.to_json)
    whole["error"] = object_of(library, get["error"](result), errors.to_json)
    return whole


def object_of(library: Library, pointer, to_json) -> dict | None:
    return None if pointer == library.ffi.NULL else to_json(library, pointer)
