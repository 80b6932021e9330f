"""The scenarios, and the modes in which each scenario is played."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
# The ledger whose hashes never change.
GOLDEN_LEDGER = ROOT / "tests" / "scenarios" / "golden_ledger.db"


class Mode(Enum):
    """The modes of making a call. All must have the same result."""

    BLOCKING = "blocking"
    DERIVED = "blocking, derived"
    PAGES = "blocking, by pages"
    ASYNC = "async"
    ASYNC_DERIVED = "async, derived"
    ASYNC_PAGES = "async, by pages"

    @property
    def is_async(self) -> bool:
        return self in (Mode.ASYNC, Mode.ASYNC_DERIVED, Mode.ASYNC_PAGES)

    @property
    def is_derived(self) -> bool:
        return self in (Mode.DERIVED, Mode.ASYNC_DERIVED)

    @property
    def is_by_pages(self) -> bool:
        return self in (Mode.PAGES, Mode.ASYNC_PAGES)


@dataclass(frozen=True, eq=False)
class Play:
    """One scenario in one mode."""

    file: Path
    scenario: dict[str, Any]
    mode: Mode

    def __str__(self) -> str:
        return f"{self.file.name}: {self.scenario['name']} [{self.mode.value}]"


# The scenarios that were played, for the summary.
PLAYED = pytest.StashKey[list[Play]]()


def is_cancelled(scenario: dict[str, Any]) -> bool:
    return not scenario.get("call", {}).keys().isdisjoint({"cancel_after_requests", "cancel_after_attempts"})


def modes(scenario: dict[str, Any]) -> list[Mode]:
    """The modes in which a scenario is played."""
    call = scenario.get("call", {})
    # A blocking call can only be cancelled by a signal.
    found = [Mode.ASYNC] if is_cancelled(scenario) else [Mode.BLOCKING, Mode.ASYNC]
    if call.get("options"):
        found += [Mode.DERIVED, Mode.ASYNC_DERIVED]
    elif call and not is_cancelled(scenario):
        found += [Mode.DERIVED]
    if call.get("operation", "").endswith(".list") and "page" not in call and not is_cancelled(scenario):
        found += [Mode.PAGES, Mode.ASYNC_PAGES]
    return found


def sandbox_program() -> Path:
    """The program in ZEXA_SANDBOX, else the one that `cargo build -p zexa-sandbox` builds."""
    program = Path(os.environ.get("ZEXA_SANDBOX") or ROOT / "target" / "debug" / "zexa-sandbox")
    if not program.exists():
        pytest.exit(f"{program} is missing: run cargo build -p zexa-sandbox, or set ZEXA_SANDBOX to its path", 2)
    return program


def selected() -> list[tuple[Path, dict[str, Any]]]:
    """The scenarios that ZEXA_SCENARIOS and ZEXA_SCENARIO select, each with its file."""
    command: list[str | Path] = [sandbox_program(), "--scenarios", ROOT]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [(Path(one["file"]), one["scenario"]) for one in found]


def plays() -> list[Play]:
    return [Play(file, scenario, mode) for file, scenario in selected() for mode in modes(scenario)]


@contextmanager
def new_directory() -> Iterator[str]:
    """A directory with a copy of the golden ledger. It is deleted afterwards."""
    with TemporaryDirectory() as directory:
        shutil.copy(GOLDEN_LEDGER, directory)
        yield directory


def summary(played: list[Play]) -> str:
    """The number of scenarios played, and of those that were not played in every mode."""
    scenarios = {id(one.scenario): one.scenario for one in played}
    cancelled = sum(map(is_cancelled, scenarios.values()))
    return (
        f"{len(scenarios)} scenarios played {len(played)} times in all modes; {cancelled} of them only with the async "
        "client, because only a signal cancels a blocking call"
    )
