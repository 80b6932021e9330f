"""The scenario files, and the modes in which each scenario is played."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


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


def selected() -> list[tuple[Path, dict[str, Any]]]:
    """
    All scenarios of tests/scenarios, and of the folder in ZEXA_SCENARIOS, each with its file.

    ZEXA_SCENARIO=text selects those whose file or name contains that text.
    """
    scenarios = read_folder(ROOT / "tests" / "scenarios")
    if additional := os.environ.get("ZEXA_SCENARIOS"):
        scenarios += read_folder(ROOT / additional)
    part = os.environ.get("ZEXA_SCENARIO", "")
    scenarios = [(file, scenario) for file, scenario in scenarios if part in str(file) or part in scenario["name"]]
    if not scenarios:
        raise ValueError(f"no file or name of a scenario contains {part!r}")
    return scenarios


def plays() -> list[Play]:
    return [Play(file, scenario, mode) for file, scenario in selected() for mode in modes(scenario)]


def read_folder(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """All scenarios of the JSON files in a folder, each with its file."""
    files = sorted(folder.glob("*.json"))
    scenarios = [(file, scenario) for file in files for scenario in json.loads(file.read_text(encoding="utf-8"))]
    if not scenarios:
        raise ValueError(f"{folder} contains no scenarios")
    names = set()
    for file, scenario in scenarios:
        if scenario["name"] in names:
            raise ValueError(f"{file}: two scenarios have the name {scenario['name']!r}")
        if ("result" in scenario) == ("error" in scenario):
            raise ValueError(f"{file}, {scenario['name']}: needs either result or error")
        names.add(scenario["name"])
    return scenarios


def summary(played: list[Play]) -> str:
    """The number of scenarios played, and of those that were not played in every mode."""
    scenarios = {id(one.scenario): one.scenario for one in played}
    cancelled = sum(map(is_cancelled, scenarios.values()))
    return (
        f"{len(scenarios)} scenarios played {len(played)} times in all modes; {cancelled} of them only with the async "
        "client, because only a signal cancels a blocking call"
    )
