"""Clients with a ledger: they are interrupted, killed, stopped and forked."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import sqlite3
import threading
from functools import partial
from itertools import count

import zexa

from programs.process import until
from programs.support import fork, join, main, new_client, report_error, say, send


def locking(path: str) -> None:
    """Hold the lock of a transaction until the program is killed."""
    with open(f"{path}-lock", "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
        say("locked")
        signal.pause()


def sending(path: str) -> None:
    """Send one message after another. Each body is its key."""
    client = new_client(ledger=path)
    for number in count():
        say(send(client, f"order-{number}", idempotency_key=f"order-{number}").id)


def interrupted(path: str) -> None:
    """Ctrl-C interrupts the first call, whose answer is recorded later."""
    client = new_client(ledger=path)
    say("calling")
    try:
        send(client, "order-0", idempotency_key="order-0")
    except KeyboardInterrupt as interrupt:
        report_error(interrupt.__context__)
    with zexa.Ledger.open(path) as ledger:
        say({"in_doubt": len(ledger.in_doubt()), "claimed": ledger.counts().claimed})
        until("the answer is recorded", lambda: ledger.counts().accepted == 1)
    say(send(client, "order-0", idempotency_key="order-0").id)


def in_child(client: zexa.Client, ledger: zexa.Ledger, path: str) -> None:
    for inherited in (ledger.counts, ledger.in_doubt, partial(ledger.mark_sent, "parent")):
        try:
            inherited()
        except zexa.ClosedError as error:
            assert error.outcome == "not_sent" and "open it again in the child" in error.message, error
        else:
            raise AssertionError("the parent's ledger")
    send(client, "child", idempotency_key="child")
    send(client, "parent", idempotency_key="parent")
    assert zexa.Ledger.open(path).counts().accepted == 2
    ledger.close()


def forked(path: str) -> None:
    """Parent and child send. The child exits first, and closes what it inherits."""
    client = new_client(ledger=path)
    send(client, "parent", idempotency_key="parent")
    ledger = zexa.Ledger.open(path)
    child = multiprocessing.get_context("fork").Process(target=in_child, args=(client, ledger, path))
    child.start()
    child.join()
    assert child.exitcode == 0, child.exitcode
    send(client, "child", idempotency_key="child")
    send(client, "parent again", idempotency_key="parent again")
    assert ledger.counts().accepted == 3
    # The locks of this process have outlived the child.
    say("alive")
    send(client, "held", idempotency_key="held")


def beside_threads(path: str) -> None:
    """Children are forked while threads of the parent write the ledger."""
    client = new_client(ledger=path)
    done = threading.Event()
    failures: list[Exception] = []

    def keep_sending(thread: int) -> None:
        try:
            for number in count():
                if done.is_set():
                    return
                send(client, "parent", idempotency_key=f"parent {thread} {number}")
        except Exception as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=keep_sending, args=(thread,)) for thread in range(2)]
    for thread in threads:
        thread.start()
    for number in range(10):
        join(fork(partial(send, client, "child", idempotency_key=f"child {number}")))
    done.set()
    for thread in threads:
        thread.join()
    assert not failures, failures


def beside_sqlite(path: str) -> None:
    """Python's own SQLite opens, reads and closes the file during all calls. Prints what was accepted, until the program is killed."""
    client = new_client(ledger=path)
    send(client, "first", idempotency_key="first")

    def keep_reading() -> None:
        while True:
            other = sqlite3.connect(path)
            other.execute("SELECT count(*) FROM rows").fetchone()
            other.close()

    threading.Thread(target=keep_reading, daemon=True).start()
    for number in range(50):
        say(send(client, f"order-{number}", idempotency_key=f"order-{number}").id)
    say("done")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(globals())
