"""Every scenario of tests/scenarios, and of the folder in ZEXA_SCENARIOS, in every mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox import Sandbox
from scenarios.files import PLAYED, Play, plays
from scenarios.stage import Stage


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Stage]:
    """Plays the selected scenarios concurrently, starting with the first test."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    selected = [call.params["play"] for call in calls if call and isinstance(call.params.get("play"), Play)]
    request.config.stash[PLAYED] = selected
    stage = Stage(sandbox, selected)
    yield stage
    stage.end()


@pytest.mark.parametrize("play", plays(), ids=str)
def test_scenario(play: Play, stage: Stage) -> None:
    found = stage.found(play)
    if found:
        pytest.fail("\n".join([f"FAILED {play}", *found]), pytrace=False)
