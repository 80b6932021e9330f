"""Calls in the main thread that signals interrupt. Each case reports the outcome, then sends another message."""

from __future__ import annotations

import asyncio
import itertools
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

import zexa

from programs.support import SERVER, main, new_async_client, new_client, report_error, say, send, send_async


def call_until_interrupted(call: Callable[[], object]) -> None:
    """Print that the call starts, and then the error of the interrupted call."""
    say("calling")
    try:
        call()
    except KeyboardInterrupt as interrupt:
        report_error(interrupt.__context__)
    else:
        raise AssertionError("not interrupted")


def sending() -> None:
    client = new_client()
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(client, "after")


def sending_again() -> None:
    """The same client is interrupted repeatedly."""
    client = new_client()
    for number in range(3):
        call_until_interrupted(partial(send, client, f"interrupted {number}"))
    send(client, "after")


@contextmanager
def reporting_attempts() -> Iterator[None]:
    """Print a line after each attempt."""

    class Reporter(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say("attempted")

    logger = logging.getLogger("zexa")
    logger.addHandler(Reporter())
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(logging.WARNING)


def retry_wait() -> None:
    with reporting_attempts():
        call_until_interrupted(lambda: send(new_client(), "interrupted"))
    send(new_client(), "after")


def gate() -> None:
    client = new_client()
    try:
        send(client, "limited", max_retries=0)
    except zexa.RateLimitError:
        call_until_interrupted(lambda: send(client, "interrupted"))
    # The first client would wait for a minute.
    send(new_client(), "after")


def listing() -> None:
    client = new_client()
    contacts = iter(client.contacts.list(per_page=10))
    assert len(list(itertools.islice(contacts, 10))) == 10
    call_until_interrupted(lambda: next(contacts))
    # After an error the iterator is exhausted. The list can be iterated again.
    assert list(contacts) == []
    assert len(list(client.contacts.list(per_page=10))) == 30
    send(client, "after")


def paging() -> None:
    client = new_client()
    call_until_interrupted(lambda: client.contacts.list().page(1))
    send(client, "after")


def requesting() -> None:
    client = new_client()
    call_until_interrupted(lambda: client.request("POST", "/contacts", body={"name": "Ana", "phone": "+244923456789"}))
    send(client, "after")


def waiting() -> None:
    client = new_client()
    message = send(client, "waited for")
    with reporting_attempts():
        call_until_interrupted(lambda: client.messages.wait(message.id))
    send(client, "after")


def reaching(url: str) -> None:
    """A server that neither accepts nor refuses the connection."""
    client = new_client(base_url=url, connect_timeout=50, timeout=50, allow_http=True)
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(new_client(), "after")


def count_usr1() -> None:
    def note(number: int, frame: FrameType | None) -> None:
        say("noted")

    signal.signal(signal.SIGUSR1, note)


def counting() -> None:
    count_usr1()
    client = new_client()
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(client, "after")


def raising() -> None:
    class Enough(Exception):
        pass

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise Enough("of this")

    signal.signal(signal.SIGUSR2, leave)
    client = new_client()
    say("calling")
    try:
        send(client, "interrupted")
    except Enough as error:
        assert str(error) == "of this"
        report_error(error.__context__)
    send(client, "after")


def sending_in_handler() -> None:
    """The handler uses the client that is in a call, and other clients of each kind."""
    client, other, third = new_client(), new_client(), new_async_client()

    def send_messages(number: int, frame: FrameType | None) -> None:
        send(client, "same")
        send(other, "other")
        asyncio.run(send_async(third, "async"))
        say("sent")

    signal.signal(signal.SIGUSR1, send_messages)
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(client, "after")


def listing_in_handler() -> None:
    """An iterator must not be used during a step of itself."""
    client = new_client()
    contacts = iter(client.contacts.list(per_page=10))
    assert len(list(itertools.islice(contacts, 10))) == 10

    def take(number: int, frame: FrameType | None) -> None:
        try:
            next(contacts)
        except (ValueError, RuntimeError):
            say("refused")

    signal.signal(signal.SIGUSR1, take)
    call_until_interrupted(lambda: next(contacts))


def alarm() -> None:
    def time_out(number: int, frame: FrameType | None) -> NoReturn:
        raise TimeoutError("the alarm")

    signal.signal(signal.SIGALRM, time_out)
    client = new_client()
    say("calling")
    try:
        send(client, "interrupted")
    except TimeoutError as error:
        assert str(error) == "the alarm"
        report_error(error.__context__)
    send(client, "after")


def storm() -> None:
    """Signals whose handlers raise nothing have no effect, however many."""
    count = 0

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal count
        count += 1

    signal.signal(signal.SIGALRM, note)
    client = new_client()
    signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
    for number in range(3):
        send(client, f"message {number}")
    assert len(list(client.contacts.list(per_page=3))) == 30
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert count > 5, count


def ignored() -> None:
    """If the program ignores Ctrl-C, so do calls."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say("calling")
    send(new_client(), "not interrupted")


def other_thread() -> None:
    """Ctrl-C is handled by the main thread. The call of another thread continues."""
    client = new_client()
    sent: list[zexa.Message] = []
    thread = threading.Thread(target=lambda: sent.append(send(client, "slow")))
    thread.start()
    say("calling")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("interrupted")
    thread.join()
    assert sent
    send(client, "after")


def both_threads() -> None:
    client = new_client()
    sent: list[zexa.Message] = []
    thread = threading.Thread(target=lambda: sent.append(send(client, "slow")))
    thread.start()
    SERVER.requests(at_least=1)
    call_until_interrupted(lambda: send(client, "interrupted"))
    thread.join()
    assert sent
    send(client, "after")


def log_handler_raises() -> None:
    """Ctrl-C that arrives in a log handler of the application interrupts the call as well."""

    class Interrupted(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logger.setLevel(logging.WARNING)
            raise KeyboardInterrupt

    logger = logging.getLogger("zexa")
    logger.addHandler(Interrupted())
    logger.setLevel(logging.DEBUG)
    client = new_client()
    try:
        send(client, "interrupted")
    except KeyboardInterrupt:
        say("interrupted")
    send(client, "after")


def log_handler_sends() -> None:
    """A log handler may send a message."""
    client = new_client()

    class Sender(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logger.setLevel(logging.WARNING)
            send(client, "from the log handler")

    logger = logging.getLogger("zexa")
    logger.addHandler(Sender())
    logger.setLevel(logging.DEBUG)
    send(client, "logged")
    send(client, "after")


def in_asyncio_run() -> None:
    client = new_async_client()
    say("calling")
    try:
        asyncio.run(send_async(client, "interrupted"))
    except KeyboardInterrupt:
        say("interrupted")
    asyncio.run(send_async(client, "after"))


def in_default_handler() -> None:
    """A script without signal handling."""
    say("calling")
    send(new_client(), "interrupted")


if __name__ == "__main__":
    main(globals())
