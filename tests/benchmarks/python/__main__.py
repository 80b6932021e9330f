"""
Run one benchmark with one client. For each line on stdin, run one round and print wall and CPU time per operation in microseconds.

    python tests/benchmarks/python BENCHMARK CLIENT URL
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

from clients import READERS, SENDERS, Send

from bulk import BULK, ROWS

# Enough calls to see a difference, but few enough that the rounds of different clients follow each other closely.
CALLS = 500
IMPORTS = 10


def one_call(client: str, url: str) -> tuple[Callable[[], None], int]:
    send = SENDERS[client](url)
    return lambda: repeat(send, CALLS), CALLS


def eight_threads(client: str, url: str) -> tuple[Callable[[], None], int]:
    send = SENDERS[client](url)

    def all_at_once() -> None:
        threads = [threading.Thread(target=repeat, args=(send, CALLS)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return all_at_once, 8 * CALLS


def contacts(client: str, url: str) -> tuple[Callable[[], None], int]:
    def read() -> None:
        count = sum(1 for _ in READERS[client](url))
        if count != 10_000:
            sys.exit(f"{client} reads {count} contacts")

    return read, 1


def many(client: str, url: str) -> tuple[Callable[[], None], int]:
    """Send many messages, 64 at a time."""
    return BULK[client](url), ROWS


def importing(client: str, url: str) -> tuple[Callable[[], None], int]:
    """Start Python and import the client."""
    command = [sys.executable, "-c", f"import {client}" if client != "nothing" else ""]
    return lambda: repeat(lambda: subprocess.run(command, check=True), IMPORTS), IMPORTS


def repeat(action: Send | Callable[[], object], times: int) -> None:
    for _ in range(times):
        action()


def cpu() -> float:
    """CPU time of this process and its finished child processes."""
    import resource

    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


BENCHMARKS = {"one-call": one_call, "threads": eight_threads, "contacts": contacts, "bulk": many, "import": importing}


def main() -> None:
    benchmark, client, url = sys.argv[1:]
    run_round, operations = BENCHMARKS[benchmark](client, url)
    # Warm up: the first round is not measured.
    run_round()
    print("ready", flush=True)
    for _ in sys.stdin:
        wall, used = time.perf_counter(), cpu()
        run_round()
        wall, used = time.perf_counter() - wall, cpu() - used
        print(f"{wall / operations * 1e6} {used / operations * 1e6}", flush=True)


if __name__ == "__main__":
    main()
