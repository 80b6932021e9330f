"""Several imports of the package in one process: by subinterpreters, and after purging `sys.modules`."""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
import zexa

from examples import SMS
from programs.process import HERE, STRICT, variables
from sandbox import Server

USED = ["config", 4250, "rejected", "rejected", True]


def interpreters(which: str, server: Server) -> list[Any]:
    """The results of the interpreters of a process, which must exit successfully."""
    command = [sys.executable, *STRICT, "-m", "programs.interpreters", which]
    environment = {**os.environ, **variables(None), "ZEXA_API_KEY": server.api_key, "ZEXA_BASE_URL": server.url}
    done = subprocess.run(command, check=False, cwd=HERE, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[Any] = json.loads(done.stdout)
    return found


def is_rejection(found: Any) -> bool:
    return isinstance(found, str) and "another interpreter of this process has imported it" in found


def test_second_interpreter_cannot_import_the_package(server: Server) -> None:
    first, other, again = interpreters("main_first", server)
    assert first == USED
    assert is_rejection(other)
    assert "WSGIApplicationGroup %{GLOBAL}" in other
    assert again == USED


def test_first_interpreter_may_be_a_subinterpreter(server: Server) -> None:
    """mod_wsgi runs each application in its own interpreter."""
    one, other, main, again, *after = interpreters("other_first", server)
    assert (one, again) == (USED, USED)
    assert [is_rejection(found) for found in (other, main, *after)] == [True] * 4


@pytest.fixture
def imported_again() -> Iterator[ModuleType]:
    """A second import of the package. The first one is restored afterwards."""
    with mock.patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.partition(".")[0] == "zexa"]:
            del sys.modules[name]
        yield importlib.import_module("zexa")


def test_exceptions_match_after_a_second_import(imported_again: Any, server: Server) -> None:
    assert imported_again is not zexa
    for package in (imported_again, zexa):
        for other in (imported_again, zexa):
            with pytest.raises(package.ConfigError):
                other.Client(timeout=0)
            with pytest.raises(package.NotFoundError):
                other.Client(**server.options).messages.get("msg_nobody")
            with pytest.raises(package.NotFoundError):
                asyncio.run(other.AsyncClient(**server.options).messages.get("msg_nobody"))
            with pytest.raises(package.DecodeError):
                other.parse_event("")


def test_package_is_complete_after_a_second_import(imported_again: Any, server: Server) -> None:
    for name in zexa.__all__:
        assert getattr(imported_again, name) is not None
    assert imported_again._errors.ConfigError is imported_again.ConfigError
    error = imported_again.ConfigError("no", outcome="not_sent")
    assert pickle.loads(pickle.dumps(error)).outcome == "not_sent"
    message = imported_again.Client(**server.options).messages.send(**SMS)
    assert type(message) is imported_again.Message
    assert pickle.loads(pickle.dumps(message)) == message


def test_exceptions_match_after_purging_all_modules(server: Server) -> None:
    """In a separate process, because pytest would not survive it."""
    script = f"""
import io, sys
before = set(sys.modules)
import asyncio, json, logging, zexa

def use():
    stream = io.StringIO()
    logging.basicConfig(stream=stream, level="DEBUG", force=True)
    client = zexa.Client(**{server.options!r})
    client.credits.get()
    try:
        client.messages.get("msg_nobody")
    except zexa.NotFoundError as error:
        kind = error.kind
    async def main():
        return await zexa.AsyncClient(**{server.options!r}).credits.get()
    return kind, asyncio.run(main()).credits, stream.getvalue().count("GET /credits"), client.credits.get().to_dict()

first = use()
for name in set(sys.modules) - before:
    del sys.modules[name]
import asyncio, json, logging, zexa
print(first == use(), first)
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout.split()[0], done.stderr) == ("True", "")
    assert "'not_found', 4250.0, 2" in done.stdout


def test_reloading_keeps_exceptions_and_clients_together() -> None:
    script = """
import importlib, zexa, zexa._errors
importlib.reload(zexa)
try: zexa.Client(timeout=0)
except zexa.ConfigError: print("caught")
importlib.reload(zexa._errors)
importlib.reload(zexa)
try: zexa.Client(timeout=0)
except zexa.ConfigError: print("caught")
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("caught\ncaught\n", "")


def test_records_go_to_the_current_logging_module(client: zexa.Client) -> None:
    logging = importlib.import_module("logging")
    client.credits.get()
    with mock.patch.dict(sys.modules):
        for name in [name for name in sys.modules if name.partition(".")[0] == "logging"]:
            del sys.modules[name]
        other: Any = importlib.import_module("logging")
        assert other is not logging
        stream = io.StringIO()
        other.getLogger("zexa").addHandler(other.StreamHandler(stream))
        other.getLogger("zexa").setLevel("DEBUG")
        client.credits.get()
        assert "GET /credits" in stream.getvalue()
    stream.truncate(0)
    client.credits.get()
    assert stream.getvalue() == ""


def test_path_of_the_package(imported_again: Any) -> None:
    assert Path(imported_again.__file__) == Path(zexa.__file__)
