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


def test_an_error_waits_while_another_thread_imports_json(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("""
import gate
gate.importing.set()
gate.may_end.wait()
def loads(text): return {"field": "from the complete module"}
""")
    (tmp_path / "gate.py").write_text("import threading\nimporting, may_end = threading.Event(), threading.Event()\n")
    script = """
import sys, threading
import gate, zexa
errors = []
def fail():
    try: zexa.Client(api_key="zx_any", base_url="no URL")
    except BaseException as error: errors.append(error)
def is_waiting(thread):
    frame = sys._current_frames().get(thread.ident)
    return frame is not None and "importlib" in frame.f_code.co_filename
first, second = (threading.Thread(target=fail) for _ in range(2))
first.start()
gate.importing.wait()
second.start()
while second.is_alive() and not is_waiting(second): pass
gate.may_end.set()
for thread in (first, second): thread.join()
print([(type(error).__name__, error.details) for error in errors])
"""
    command = [sys.executable, "-W", "error", "-c", script]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    error = ("ConfigError", {"field": "from the complete module"})
    assert (done.stdout, done.stderr) == (f"{[error, error]}\n", "")
