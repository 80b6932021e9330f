"""The files that scenarios stand in, and which of them are to be played in which ways."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Way(Enum):
    """There is more than one way to make a call, and all must come to the same."""

    BLOCKING = "blocking"
    DERIVED = "blocking, derived"
    PAGES = "blocking, by pages"
    ASYNC = "async"
    ASYNC_DERIVED = "async, derived"
    ASYNC_PAGES = "async, by pages"

    @property
    def is_async(self) -> bool:
        return self in (Way.ASYNC, Way.ASYNC_DERIVED, Way.ASYNC_PAGES)

    @property
    def is_derived(self) -> bool:
        return self in (Way.DERIVED, Way.ASYNC_DERIVED)

    @property
    def is_by_pages(self) -> bool:
        return self in (Way.PAGES, Way.ASYNC_PAGES)


@dataclass(frozen=True, eq=False)
class Play:
    """One scenario, to be played in one way."""

    file: Path
    scenario: dict[str, Any]
    way: Way

    def __str__(self) -> str:
        return f"{self.file.name}: {self.scenario['name']} [{self.way.value}]"


# What was played in a run, for its summary.
PLAYED = pytest.StashKey[list[Play]]()


def is_cancelled(scenario: dict[str, Any]) -> bool:
    return not scenario.get("call", {}).keys().isdisjoint({"cancel_after_requests", "cancel_after_attempts"})


def ways(scenario: dict[str, Any]) -> list[Way]:
    """The ways to make a scenario's call."""
    call = scenario.get("call", {})
    # Nothing but Ctrl-C ends a blocking call from outside.
    found = [Way.ASYNC] if is_cancelled(scenario) else [Way.BLOCKING, Way.ASYNC]
    if call.get("options"):
        found += [Way.DERIVED, Way.ASYNC_DERIVED]
    elif call and not is_cancelled(scenario):
        found += [Way.DERIVED]
    if call.get("operation", "").endswith(".list") and "page" not in call and not is_cancelled(scenario):
        found += [Way.PAGES, Way.ASYNC_PAGES]
    return found


def wanted() -> list[tuple[Path, dict[str, Any]]]:
    """
    All scenarios of tests/scenarios, and those of the folder named by ZEXA_SCENARIOS, each with its file.

    ZEXA_SCENARIO=text leaves only those whose file or name holds that text.
    """
    scenarios = read_folder(ROOT / "tests" / "scenarios")
    if further := os.environ.get("ZEXA_SCENARIOS"):
        scenarios += read_folder(ROOT / further)
    part = os.environ.get("ZEXA_SCENARIO", "")
    scenarios = [(file, scenario) for file, scenario in scenarios if part in str(file) or part in scenario["name"]]
    if not scenarios:
        raise ValueError(f"no scenario has {part!r} in its file or its name")
    return scenarios


def plays() -> list[Play]:
    return [Play(file, scenario, way) for file, scenario in wanted() for way in ways(scenario)]


def read_folder(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """All scenarios of the JSON files in a folder, each with its file."""
    files = sorted(folder.glob("*.json"))
    scenarios = [(file, scenario) for file in files for scenario in json.loads(file.read_text(encoding="utf-8"))]
    if not scenarios:
        raise ValueError(f"{folder} holds no scenarios")
    names = set()
    for file, scenario in scenarios:
        if scenario["name"] in names:
            raise ValueError(f"{file}: there are two of the name {scenario['name']!r}")
        if ("result" in scenario) == ("error" in scenario):
            raise ValueError(f"{file}, {scenario['name']}: needs either result or error")
        names.add(scenario["name"])
    return scenarios


def summary(played: list[Play]) -> str:
    """How many were played, and which were not in every way."""
    scenarios = {id(one.scenario): one.scenario for one in played}
    cancelled = sum(map(is_cancelled, scenarios.values()))
    return (
        f"{len(scenarios)} scenarios played in {len(played)} ways; {cancelled} of them with the async client alone, "
        "as nothing but a signal cancels a call of the blocking one"
    )
