"""Shared by the programs: the server, its clients, and forked children."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import zexa

from programs.messages import sms
from sandbox import Server

SERVER = Server(json.loads(os.environ["ZEXA_TEST_SERVER"]))


def new_client(**options: Any) -> zexa.Client:
    return zexa.Client(**{**SERVER.options, **options})


def new_async_client(**options: Any) -> zexa.AsyncClient:
    return zexa.AsyncClient(**{**SERVER.options, **options})


def send(client: zexa.Client, body: str, **options: Any) -> zexa.Message:
    return client.messages.send(**sms(body), **options)


async def send_async(client: zexa.AsyncClient, body: str) -> zexa.Message:
    return await client.messages.send(**sms(body))


def say(what: Any) -> None:
    """Print a line: a string unchanged, anything else as JSON."""
    print(what if isinstance(what, str) else json.dumps(what), flush=True)


def report_error(error: BaseException | None) -> None:
    """Print the attributes of an error."""
    names = ("kind", "outcome", "attempts")
    say({"type": type(error).__name__, **{name: getattr(error, name, None) for name in names}})


def fork(run: Callable[[], object]) -> int:
    """Run a function in a forked child, which then exits normally. Returns the process id."""
    pid = os.fork()
    if pid:
        return pid
    run()
    sys.exit()


def join(pid: int) -> None:
    """Wait for a child, which must succeed."""
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status


class Turns:
    """Makes a process and its child take turns, starting with the parent."""

    def __init__(self) -> None:
        self._to_child, self._to_parent = os.pipe(), os.pipe()
        self._parent = os.getpid()

    def take(self, act: Callable[[int], object], times: int) -> None:
        first = os.getpid() == self._parent
        (mine, _), (_, theirs) = (self._to_parent, self._to_child) if first else (self._to_child, self._to_parent)
        for turn in range(times):
            if not first:
                assert os.read(mine, 1)
            act(turn)
            os.write(theirs, b".")
            if first:
                assert os.read(mine, 1)


def main(cases: dict[str, Any]) -> NoReturn:
    """Run the function that the command line names."""
    cases[sys.argv[1]](*sys.argv[2:])
    sys.exit()
