"""
Runs the scenarios of tests/scenarios, and those of the folder in ZEXA_SCENARIOS, through the C ABI alone.

ZEXA_SCENARIO=text runs only those whose file or name contains the text.
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import variants
from library import Library
from play import play
from sandbox import Sandbox
from selftest import undetected

ROOT = Path(__file__).resolve().parents[3]
# Scenarios mostly wait, so more can run than there are processors.
CONCURRENCY = 32


def main() -> int:
    parser = argparse.ArgumentParser(prog="scenarios", description=__doc__)
    parser.add_argument("--header", type=Path, required=True, help="zexa.h")
    parser.add_argument("--library", type=Path, required=True, help="the shared library")
    parser.add_argument("--sandbox", type=Path, required=True, help="the program zexa-sandbox")
    arguments = parser.parse_args()
    library = Library(arguments.header, arguments.library)
    sandbox = Sandbox(arguments.sandbox)
    self_test_failures = undetected(library, sandbox)
    for failure in self_test_failures:
        print(f"FAILED self-test of the runner: {failure}")
    failed = play_all(library, sandbox)
    return 1 if self_test_failures or failed else 0


def play_all(library: Library, sandbox: Sandbox) -> bool:
    """Runs the selected scenarios in all their variants. Returns whether any failed, or none was selected."""
    start = time.monotonic()
    scenarios = selected_scenarios()
    plays = [(file, scenario, variant) for file, scenario in scenarios for variant in variants(scenario)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        results = pool.map(lambda one: play(library, sandbox, *one[1:]), plays)
    failed = 0
    for (file, scenario, variant), mismatches in zip(plays, results, strict=True):
        if mismatches:
            failed += 1
            print(f"FAILED {file.name}, {scenario['name']}, {variant.value}")
            print("".join(f"    {mismatch}\n" for mismatch in mismatches), end="")
    if not plays:
        print("no scenario selected")
    elapsed = time.monotonic() - start
    print(f"{len(scenarios)} scenarios run in {len(plays)} variants, {failed} failed, in {elapsed:.1f} s")
    return failed > 0 or not plays


def selected_scenarios() -> list[tuple[Path, dict]]:
    scenarios = read_folder(ROOT / "tests" / "scenarios")
    if directory := os.environ.get("ZEXA_SCENARIOS"):
        scenarios += read_folder(ROOT / directory)
    part = os.environ.get("ZEXA_SCENARIO", "")
    return [(file, scenario) for file, scenario in scenarios if part in str(file) or part in scenario["name"]]


def read_folder(folder: Path) -> list[tuple[Path, dict]]:
    """Returns all scenarios of the JSON files in a folder, each with its file."""
    files = sorted(folder.glob("*.json"))
    scenarios = [(file, scenario) for file in files for scenario in json.loads(file.read_text(encoding="utf-8"))]
    if not scenarios:
        sys.exit(f"{folder} contains no scenarios")
    names = set()
    for file, scenario in scenarios:
        if scenario["name"] in names:
            sys.exit(f"{file}: duplicate name {scenario['name']!r}")
        if ("result" in scenario) == ("error" in scenario):
            sys.exit(f"{file}, {scenario['name']}: needs exactly one of `result` and `error`")
        names.add(scenario["name"])
    return scenarios


if __name__ == "__main__":
    sys.exit(main())
