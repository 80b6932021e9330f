"""The benchmarks run. `cargo xtask bench` measures them, on a quiet machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The folder of the benchmark server, which is built next to the sandbox."""
    sandbox = Path(os.environ.get("ZEXA_SANDBOX") or ROOT / "target" / "debug" / "zexa-sandbox")
    program = sandbox.with_name("zexa-bench-server")
    if not program.exists():
        pytest.exit(f"{program} is missing: run cargo build -p zexa-benchmarks", 2)
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield f"http://{server.stdout.readline().strip()}"
        server.communicate()


@pytest.mark.parametrize(
    ("work", "client"),
    [
        ("one-call", "zexa"),
        ("one-call", "raw socket"),
        ("threads", "zexa"),
        ("contacts", "zexa"),
        ("import", "nothing"),
    ],
)
def test_one_round(url: str, work: str, client: str) -> None:
    command = [sys.executable, str(ROOT / "tests" / "benchmarks" / "python"), work, client, url]
    ready, times = subprocess.run(command, input="go\n", capture_output=True, text=True, check=True).stdout.splitlines()
    assert ready == "ready"
    assert all(float(time) > 0 for time in times.split())
