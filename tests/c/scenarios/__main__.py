"""
Plays the scenarios of tests/scenarios, and those of the folder named by ZEXA_SCENARIOS, through the C ABI alone.

ZEXA_SCENARIO=text plays only those whose file or name holds that text.
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import ways
from library import Library
from play import play
from sandbox import Sandbox
from selftest import untold

ROOT = Path(__file__).resolve().parents[3]
# They spend their time waiting, so there may be many more than there are processors.
AT_A_TIME = 32


def main() -> int:
    parser = argparse.ArgumentParser(prog="scenarios", description=__doc__)
    parser.add_argument("--header", type=Path, required=True, help="zexa.h")
    parser.add_argument("--library", type=Path, required=True, help="the shared library")
    parser.add_argument("--sandbox", type=Path, required=True, help="the program zexa-sandbox")
    arguments = parser.parse_args()
    library = Library(arguments.header, arguments.library)
    sandbox = Sandbox(arguments.sandbox)
    complaints = untold(library, sandbox)
    for complaint in complaints:
        print(f"THE RUNNER FAILED its own test: {complaint}")
    failed = play_all(library, sandbox)
    return 1 if complaints or failed else 0


def play_all(library: Library, sandbox: Sandbox) -> bool:
    """Plays all that are wanted in all their ways, and says whether any failed, or there was none."""
    start = time.monotonic()
    scenarios = wanted_scenarios()
    plays = [(file, scenario, way) for file, scenario in scenarios for way in ways(scenario)]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = pool.map(lambda one: play(library, sandbox, *one[1:]), plays)
    failed = 0
    for (file, scenario, way), mismatches in zip(plays, results, strict=True):
        if mismatches:
            failed += 1
            print(f"FAILED {file.name}, {scenario['name']}, {way.value}")
            print("".join(f"    {mismatch}\n" for mismatch in mismatches), end="")
    if not plays:
        print("there is no scenario to play")
    taken = time.monotonic() - start
    print(f"{len(scenarios)} scenarios played in {len(plays)} ways, {failed} failed, in {taken:.1f} s")
    return failed > 0 or not plays


def wanted_scenarios() -> list[tuple[Path, dict]]:
    scenarios = read_folder(ROOT / "tests" / "scenarios")
    if further := os.environ.get("ZEXA_SCENARIOS"):
        scenarios += read_folder(ROOT / further)
    part = os.environ.get("ZEXA_SCENARIO", "")
    return [(file, scenario) for file, scenario in scenarios if part in str(file) or part in scenario["name"]]


def read_folder(folder: Path) -> list[tuple[Path, dict]]:
    """All scenarios of the JSON files in a folder, each with its file."""
    files = sorted(folder.glob("*.json"))
    scenarios = [(file, scenario) for file in files for scenario in json.loads(file.read_text(encoding="utf-8"))]
    if not scenarios:
        sys.exit(f"{folder} holds no scenarios")
    names = set()
    for file, scenario in scenarios:
        if scenario["name"] in names:
            sys.exit(f"{file}: there are two of the name {scenario['name']!r}")
        if ("result" in scenario) == ("error" in scenario):
            sys.exit(f"{file}, {scenario['name']}: needs either result or error")
        names.add(scenario["name"])
    return scenarios


if __name__ == "__main__":
    sys.exit(main())
