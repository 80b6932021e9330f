"""
Run one benchmark with one client. For each line on stdin, run one round and print wall and CPU time per operation in microseconds.

    python tests/benchmarks/python BENCHMARK CLIENT URL [--short]
    python tests/benchmarks/python memory CLIENT URL CALLS

With `--short`, rounds are too short to measure, but show that a benchmark works. `memory` prints the resident memory in KB after a tenth of the calls and
after all of them.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from clients import READERS, SENDERS, Send
from tasks import CONCURRENCY, sending

from bulk import BULK, ROWS

# Enough calls to see a difference, but few enough that the rounds of different clients follow each other closely.
CALLS = 300
CALLS_OF_THREAD = 100
CALLS_OF_TASK = 20
IMPORTS = 3

SHORT = sys.argv[4:] == ["--short"]

Round = tuple[Callable[[], None], int]
"""What a round does, and its number of operations."""


def one_call(client: str, url: str) -> Round:
    send, calls = SENDERS[client](url), short(CALLS)
    return lambda: repeat(send, calls), calls


def eight_threads(client: str, url: str) -> Round:
    send, calls = SENDERS[client](url), short(CALLS_OF_THREAD)

    def all_at_once() -> None:
        threads = [threading.Thread(target=repeat, args=(send, calls)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return all_at_once, 8 * calls


def many_tasks(client: str, url: str) -> Round:
    calls = short(CALLS_OF_TASK)
    return sending(client, url, calls), CONCURRENCY * calls


def contacts(client: str, url: str) -> Round:
    def read() -> None:
        count = sum(1 for _ in READERS[client](url))
        if count != 10_000:
            sys.exit(f"{client} reads {count} contacts")

    return read, 1


def many(client: str, url: str) -> Round:
    """Send many messages, 64 at a time."""
    return BULK[client](url), ROWS


def importing(client: str, _url: str) -> Round:
    """Start Python and import the client."""
    # The package itself loads nothing.
    module = "twilio.rest" if client == "twilio" else client
    command = [sys.executable, "-c", f"import {module}" if client != "nothing" else ""]
    imports = short(IMPORTS)
    return lambda: repeat(lambda: subprocess.run(command, check=True), imports), imports


def short(count: int) -> int:
    return 1 if SHORT else count


def repeat(action: Send | Callable[[], object], times: int) -> None:
    for _ in range(times):
        action()


def cpu() -> float:
    """CPU time of this process and its finished child processes."""
    import resource

    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def memory(client: str, url: str, calls: int) -> None:
    send = SENDERS[client](url)
    repeat(send, calls // 10)
    before = resident()
    repeat(send, calls - calls // 10)
    print(before, resident())


def resident() -> int:
    """Resident memory of this process in KB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


BENCHMARKS = {
    "one-call": one_call,
    "threads": eight_threads,
    "async": many_tasks,
    "latency-64": many_tasks,
    "contacts": contacts,
    "bulk": many,
    "import": importing,
}


def main() -> None:
    benchmark, client, url = sys.argv[1:4]
    if benchmark == "memory":
        memory(client, url, int(sys.argv[4]))
        return
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
