"""
One client at one kind of work. For each line on its standard input it does a round of it, and prints what one piece took: wall and CPU time in microseconds.

    python tests/benchmarks/python WORK CLIENT URL
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable

from clients import READERS, SENDERS, Send

# Many enough to see a difference, and few enough that rounds of several clients come close after each other.
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


def importing(client: str, url: str) -> tuple[Callable[[], None], int]:
    """What a program takes more that imports it."""
    command = [sys.executable, "-c", f"import {client}" if client != "nothing" else ""]
    return lambda: repeat(lambda: subprocess.run(command, check=True), IMPORTS), IMPORTS


def repeat(action: Send | Callable[[], object], times: int) -> None:
    for _ in range(times):
        action()


def cpu() -> float:
    """Of this process and of those that it has waited for."""
    import resource

    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


WORKS = {"one-call": one_call, "threads": eight_threads, "contacts": contacts, "import": importing}


def main() -> None:
    work, client, url = sys.argv[1:]
    play, pieces = WORKS[work](client, url)
    # What is done once is not measured.
    play()
    print("ready", flush=True)
    for _ in sys.stdin:
        wall, used = time.perf_counter(), cpu()
        play()
        wall, used = time.perf_counter() - wall, cpu() - used
        print(f"{wall / pieces * 1e6} {used / pieces * 1e6}", flush=True)


if __name__ == "__main__":
    main()
