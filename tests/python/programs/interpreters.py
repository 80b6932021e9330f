"""Programs that import the package in several interpreters. Each prints its results as one line of JSON."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
import tempfile
from typing import Any


def use() -> Any:
    """Use the package in this interpreter: make calls, and catch an error of each client. Returns the results."""
    records: list[str] = []
    logger = logging.getLogger("zexa")
    logger.setLevel("DEBUG")
    logger.handlers = [logging.Handler()]
    logger.handlers[0].emit = lambda record: records.append(record.getMessage())  # type: ignore[method-assign]
    try:
        import zexa
    except ImportError as error:
        return f"ImportError: {error}"
    try:
        zexa.Client(timeout=0)
    except zexa.ConfigError as error:
        config = error.kind
    with zexa.Client() as client:
        balance = client.credits.get().credits
        try:
            client.messages.get("msg_nobody")
        except zexa.NotFoundError as error:
            blocking = error.outcome

    async def main() -> str:
        async with zexa.AsyncClient() as client:
            try:
                await client.messages.get("msg_nobody")
            except zexa.NotFoundError as error:
                return error.outcome
        return "no error"

    return [config, balance, blocking, asyncio.run(main()), len(records) > 0]


class Interpreter:
    """Another interpreter of this process, with the same GIL."""

    def __init__(self) -> None:
        # Before Python 3.14 the module has only a private name.
        name = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
        self._module: Any = importlib.import_module(name)
        self._id = self._module.create("legacy") if name == "_interpreters" else self._module.create(isolated=False)

    def use(self) -> Any:
        """Run `use()` in that interpreter."""
        with tempfile.NamedTemporaryFile("r", suffix=".json") as results:
            code = f"""
import json, sys
sys.path[:] = {sys.path!r}
from programs.interpreters import use
with open({results.name!r}, "w") as results:
    json.dump(use(), results)
"""
            failure = self._module.run_string(self._id, code)
            assert failure is None, failure
            return json.load(results)

    def end(self) -> None:
        self._module.destroy(self._id)


def main_first() -> list[Any]:
    first = use()
    other = Interpreter()
    second = other.use()
    other.end()
    return [first, second, use()]


def other_first() -> list[Any]:
    one, other = Interpreter(), Interpreter()
    found = [one.use(), other.use(), use(), one.use()]
    one.end()
    found += [other.use(), use()]
    other.end()
    return found


if __name__ == "__main__":
    print(json.dumps({"main_first": main_first, "other_first": other_first}[sys.argv[1]]()), flush=True)
