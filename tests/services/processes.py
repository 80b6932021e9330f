"""Running services: their environment and their worker processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from programs.process import until
from sandbox import Server

HERE = Path(__file__).resolve().parent


def environment(server: Server, ledger: Path | None = None) -> dict[str, str]:
    """The environment of a service, as in production: the URL and the key of the API. The recipes are modules on its path."""
    found = {
        "ZEXA_BASE_URL": server.url,
        "ZEXA_API_KEY": server.api_key,
        "PYTHONPATH": str(HERE / "python"),
        "PYTHONUNBUFFERED": "1",
    }
    return {**found, "ORDERS_LEDGER": str(ledger)} if ledger else found


def children(pid: int) -> set[int]:
    """The children of a process that are not zombies."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        found = {int(child) for task in tasks for child in (task / "children").read_text().split()}
    except (FileNotFoundError, ProcessLookupError):
        return set()
    return {child for child in found if is_alive(child)}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pids: Iterable[int]) -> None:
    """Kill processes, and wait for their end."""
    pids = list(pids)
    for pid in pids:
        # It may end by itself.
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until("the processes are dead", lambda: not any(map(is_alive, pids)))


def node() -> list[str]:
    """The command that starts Node. Warnings of Node are failures, except those that the Node tests expect."""
    program = os.environ.get("ZEXA_TEST_NODE", "node")
    return [program, "--import", str(HERE.parent / "node" / "warnings.mjs")]


def wait_until_replaced(before: set[int], workers: Callable[[], set[int]]) -> None:
    """Wait until there are workers, and none of them is an old one."""

    def are_new() -> bool:
        now = workers()
        return bool(now) and not before & now

    until("the workers are replaced", are_new)
