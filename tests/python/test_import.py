"""Importing the package and creating a client load no large modules, start no thread and open no file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zexa

# Each of these would double the startup time of a command-line tool.
HEAVY = {
    "asyncio",
    "concurrent",
    "dataclasses",
    "datetime",
    "decimal",
    "email",
    "enum",
    "http",
    "inspect",
    "json",
    "logging",
}
HEAVY |= {"multiprocessing", "pathlib", "re", "socket", "ssl", "subprocess", "tempfile", "typing", "urllib", "zoneinfo"}


@pytest.fixture(scope="module")
def report() -> Any:
    # -S: exclude the imports of site customizations.
    command = [sys.executable, "-S", "-W", "error", str(Path(__file__).parent / "programs" / "imports.py")]
    environment = {**os.environ, "PYTHONPATH": str(Path(zexa.__file__).parent.parent)}
    return json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60).stdout)


def test_import_loads_few_modules(report: dict[str, list[str]]) -> None:
    assert {name.partition(".")[0] for name in report["imported"]} & HEAVY == set()
    assert "zexa._zexa" in report["imported"]


def test_creating_a_client_loads_few_modules(report: dict[str, list[str]]) -> None:
    assert {name.partition(".")[0] for name in report["made"]} & HEAVY == set()


def test_import_and_client_start_no_thread_and_open_no_file(report: dict[str, list[str]]) -> None:
    assert report["changed"] == []


def test_public_names_exist() -> None:
    for name in zexa.__all__:
        assert getattr(zexa, name) is not None
    assert set(zexa.__all__) <= set(dir(zexa))
    assert "sms" in str(zexa.Channel)
    with pytest.raises(AttributeError, match="zexa"):
        zexa.nothing_of_this_name  # type: ignore[attr-defined]  # noqa: B018


def test_concurrent_imports() -> None:
    script = """
import threading
barrier = threading.Barrier(8)
def load():
    barrier.wait()
    import zexa
    zexa.Client(api_key="zx_any"), zexa.Channel
threads = [threading.Thread(target=load) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("done\n", "")
