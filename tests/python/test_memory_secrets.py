"""A dropped client leaves no secret in the memory of its process, except in what the interpreter keeps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from programs.process import IGNORE_RESOURCE_WARNINGS, MASK, Program
from sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

KEY = "zx_live_Kd8Wq3Zt6Yb1Rm5Vc9Xf"


def count(pid: int, text: bytes) -> int:
    """How often the writable memory of a process contains a text."""
    found = 0
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(address, 16) for address in addresses.split("-"))
            memory.seek(start)
            try:
                found += memory.read(end - start).count(text)
            except OSError:  # a special mapping
                continue
    return found


@pytest.mark.parametrize("state", [{}, {"tls": True}], ids=["http", "tls"])
def test_after_the_clients_are_dropped(sandbox: Sandbox, state: dict[str, Any]) -> None:
    server = sandbox.start_server({"state": {**state, "api_key": KEY}})
    options = {name: value for name, value in server.options.items() if name != "api_key"}
    masked = bytes(byte ^ MASK for byte in KEY.encode()).hex()
    with Program(
        "programs.memory",
        masked,
        json.dumps(options),
        flags=IGNORE_RESOURCE_WARNINGS,
        # Overwrites the freed memory of the interpreter.
        environment={"PYTHONMALLOC": "debug"},
    ) as program:
        program.expect("in use")
        assert count(program.pid, KEY.encode()) > 0
        program.tell()
        program.expect("dropped")
        assert count(program.pid, KEY.encode()) == 0
        program.tell()
        program.end(errors=None)
        assert KEY not in program.errors()
