"""Bulk runs that are interrupted, killed, forked, or long."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from multiprocessing import get_context
from types import FrameType
from typing import NoReturn

import zexa

from programs.leaks import resident
from programs.rows import rows
from programs.support import SERVER, fork, join, main, new_client, say


def report(results: Iterable[zexa.SendResult]) -> None:
    """Print the outcomes of the results, and the exception with which the run ends: its class, and its context."""
    outcomes: list[str] = []
    try:
        for result in results:
            outcomes.append(result.outcome)
        raised = None
    except BaseException as error:  # noqa: BLE001 (it is reported)
        context = error.__context__
        reason = context.details["reason"] if isinstance(context, zexa.StoppedError) else type(context).__name__
        raised = [type(error).__name__, reason]
    say({"outcomes": outcomes, "raised": raised})


def interrupted(ledger: str) -> None:
    """Each Ctrl-C is noted."""

    def note(number: int, frame: FrameType | None) -> NoReturn:
        say("interrupted")
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    sending = new_client().messages.send_many(rows(1000), ledger=ledger, concurrency=4)
    say("sending")
    report(sending)
    stats = sending.stats()
    say({"pulled": stats.pulled, "in_flight": stats.in_flight})


def interrupted_in_source() -> None:
    """Ctrl-C arrives while the source waits for a row."""

    def source() -> Iterator[zexa.SendMessageRow]:
        yield from rows(3)
        say("waiting")
        threading.Event().wait()

    report(new_client().messages.send_many(source()))


def interrupted_after_source() -> None:
    """Ctrl-C arrives after the source has failed, while rows are in flight."""

    def source() -> Iterator[zexa.SendMessageRow]:
        yield from rows(3)
        SERVER.requests(at_least=3)
        say("failing")
        raise LookupError("the file ends too early")

    report(new_client().messages.send_many(source()))


def in_block(ledger: str) -> None:
    """Ctrl-C arrives in the block that takes the results."""
    with new_client().messages.send_many(rows(1000), ledger=ledger, concurrency=4) as sending:
        next(sending)
        say("taken")
        threading.Event().wait()


def sending(ledger: str, count: str) -> None:
    """Send everything, and print the number of results with each outcome."""
    counts: dict[str, int] = {}
    for result in new_client().messages.send_many(rows(int(count)), ledger=ledger, concurrency=8):
        what = "replayed" if result.replayed else result.error.kind if result.error else "sent"
        counts[what] = counts.get(what, 0) + 1
        if counts.get("sent") == 1 and what == "sent":
            say("sending")
    say(counts)


def exiting(ledger: str) -> None:
    """Exit during a run, without closing it."""
    sending = new_client().messages.send_many(rows(1000), ledger=ledger, concurrency=4)
    next(sending)
    sys.modules["kept"] = sending  # type: ignore[assignment]
    say("exiting")


def forked(ledger: str) -> None:
    """The child cannot use the run, and ends before the parent takes the results."""
    sending = new_client().messages.send_many(rows(100), ledger=ledger, concurrency=8)
    next(sending)

    def in_child() -> None:
        for use in (lambda: next(sending), sending.stats, sending.stop, sending.cancel, sending.close):
            try:
                use()
            except zexa.ClosedError as error:
                assert "the process was forked during the run" in str(error), error
            else:
                raise AssertionError("the child can use the run")
        # Does nothing.
        with sending:
            pass
        # A run of its own, with another ledger.
        own = list(new_client().messages.send_many(rows(10, 1000), ledger=f"{ledger}.child"))
        assert all(result.message for result in own)

    join(fork(in_child))
    assert all(result.error is None for result in sending)
    stats = sending.stats()
    say({"accepted": stats.accepted, "pulled": stats.pulled})


def with_workers(ledger: str) -> None:
    """Worker processes are forked during the run. Each sends a row with the client of its parent, and with a ledger for single calls."""
    client = new_client(ledger=f"{ledger}.workers")

    def source() -> Iterator[zexa.SendMessageRow]:
        for row in rows(10):
            yield row
            for _ in range(2):
                worker = get_context("fork").Process(
                    target=client.messages.send, kwargs={**row, "body": "from a worker"}
                )
                worker.start()
                worker.join()
                assert worker.exitcode == 0

    report(client.messages.send_many(source(), ledger=ledger, concurrency=4))


def forked_during_a_step(ledger: str) -> None:
    """Another thread takes the results during the fork."""
    sending = new_client().messages.send_many(rows(8), ledger=ledger, concurrency=8)
    thread = threading.Thread(target=lambda: report(sending))
    thread.start()
    while sending.stats().in_flight < 8:
        pass

    def in_child() -> None:
        try:
            next(sending)
        except zexa.ClosedError:
            os._exit(0)
        os._exit(1)

    join(fork(in_child))
    thread.join()


def parent_killed(ledger: str) -> None:
    """The child outlives its parent, which is killed during the run."""
    sending = new_client().messages.send_many(rows(1000), ledger=ledger, concurrency=8)
    next(sending)
    read, write = os.pipe()

    def in_child() -> None:
        os.close(write)
        # Returns when the parent has ended.
        os.read(read, 1)
        del globals()["kept"]
        say("child ends")

    globals()["kept"] = sending
    fork(in_child)
    os.close(read)
    say("sending")
    for _ in sending:
        pass
    sys.exit("not killed")


def long(count: str) -> None:
    """Print how much the process grows during the later rows of a long source."""
    total = int(count)
    start = 0
    for number, result in enumerate(new_client().messages.send_many(rows(total), timeout=60)):
        assert result.message, result
        if number == total // 4:
            start = resident()
    say({"grown": resident() - start})


if __name__ == "__main__":
    main(globals())
