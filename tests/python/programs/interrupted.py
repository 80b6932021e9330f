"""Calls in the main thread that signals arrive at. What came of a call is told, then another message is sent."""

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

from programs.support import SERVER, main, new_async_client, new_client, say, send, send_async, tell_of


def call_until_interrupted(call: Callable[[], object]) -> None:
    """Says that it calls, and then what the interrupted call ended with."""
    say("calling")
    try:
        call()
    except KeyboardInterrupt as interrupt:
        tell_of(interrupt.__context__)
    else:
        raise AssertionError("it came to its end")


def sending() -> None:
    client = new_client()
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(client, "after")


def sending_again() -> None:
    """The same client is interrupted time and again."""
    client = new_client()
    for number in range(3):
        call_until_interrupted(partial(send, client, f"interrupted {number}"))
    send(client, "after")


@contextmanager
def telling_attempts() -> Iterator[None]:
    """Says so after each attempt."""

    class Teller(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say("attempted")

    logger = logging.getLogger("zexa")
    logger.addHandler(Teller())
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(logging.WARNING)


def retry_wait() -> None:
    with telling_attempts():
        call_until_interrupted(lambda: send(new_client(), "interrupted"))
    send(new_client(), "after")


def gate() -> None:
    client = new_client()
    try:
        send(client, "limited", max_retries=0)
    except zexa.RateLimitError:
        call_until_interrupted(lambda: send(client, "interrupted"))
    # That client waits for a minute.
    send(new_client(), "after")


def listing() -> None:
    client = new_client()
    contacts = iter(client.contacts.list(per_page=10))
    assert len(list(itertools.islice(contacts, 10))) == 10
    call_until_interrupted(lambda: next(contacts))
    # After an error there is nothing more; the next reading is a new one.
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
    with telling_attempts():
        call_until_interrupted(lambda: client.messages.wait(message.id))
    send(client, "after")


def reaching(url: str) -> None:
    """A server that cannot be reached, and cannot be found out not to be."""
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
        tell_of(error.__context__)
    send(client, "after")


def sending_in_handler() -> None:
    """With the client that is in a call, and with another of each kind."""
    client, other, third = new_client(), new_client(), new_async_client()

    def tell_the_world(number: int, frame: FrameType | None) -> None:
        send(client, "same")
        send(other, "other")
        asyncio.run(send_async(third, "async"))
        say("sent")

    signal.signal(signal.SIGUSR1, tell_the_world)
    call_until_interrupted(lambda: send(client, "interrupted"))
    send(client, "after")


def listing_in_handler() -> None:
    """An iterator is not to be stepped within a step of it."""
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
        tell_of(error.__context__)
    send(client, "after")


def storm() -> None:
    """Signals that nobody raises anything for do no harm, however many."""
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
    """A program may ignore Ctrl-C, and calls then do, too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say("calling")
    send(new_client(), "not interrupted")


def other_thread() -> None:
    """Ctrl-C is for the main thread: the call of another one goes on."""
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
    """A Ctrl-C that meets the application's own code while a call runs it ends the call all the same."""

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
    """An alarm that is raised by a log may itself be a message."""
    client = new_client()

    class Sender(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logger.setLevel(logging.WARNING)
            send(client, "of the log")

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
    """As a script that knows nothing of signals ends."""
    say("calling")
    send(new_client(), "interrupted")


if __name__ == "__main__":
    main(globals())
