"""
Runs the scenarios of tests/scenarios, and those of the folder in ZEXA_SCENARIOS, through the C ABI alone, and searches what it reports for secrets.

ZEXA_SCENARIO=text runs only those whose file or name contains the text.
"""

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from canaries import leaks
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
    leaked = leaks(library, sandbox)
    for leak in leaked:
        print(f"FAILED search for secrets: {leak}")
    failed = play_all(library, sandbox, selected_scenarios(arguments.sandbox))
    return 1 if self_test_failures or leaked or failed else 0


def play_all(library: Library, sandbox: Sandbox, scenarios: list[tuple[Path, dict]]) -> bool:
    """Runs the scenarios in all their variants. Returns whether any failed."""
    start = time.monotonic()
    plays = [(file, scenario, variant) for file, scenario in scenarios for variant in variants(scenario)]
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        results = pool.map(lambda one: play(library, sandbox, *one[1:]), plays)
    failed = 0
    for (file, scenario, variant), mismatches in zip(plays, results, strict=True):
        if mismatches:
            failed += 1
            print(f"FAILED {file.name}, {scenario['name']}, {variant.value}")
            print("".join(f"    {mismatch}\n" for mismatch in mismatches), end="")
    elapsed = time.monotonic() - start
    print(f"{len(scenarios)} scenarios run in {len(plays)} variants, {failed} failed, in {elapsed:.1f} s")
    return failed > 0


def selected_scenarios(program: Path) -> list[tuple[Path, dict]]:
    """Returns the scenarios that ZEXA_SCENARIOS and ZEXA_SCENARIO select, each with its file."""
    found = json.loads(subprocess.run([program, "--scenarios", ROOT], check=True, stdout=subprocess.PIPE).stdout)
    return [(Path(one["file"]), one["scenario"]) for one in found]


if __name__ == "__main__":
    sys.exit(main())
