"""What the programs share: the server that they were started for, clients of it, and forked children."""

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
    """Prints it, as it is or as JSON."""
    print(what if isinstance(what, str) else json.dumps(what), flush=True)


def tell_of(error: BaseException | None) -> None:
    """Says what there is to say of an error."""
    names = ("kind", "outcome", "attempts")
    say({"type": type(error).__name__, **{name: getattr(error, name, None) for name in names}})


def fork(run: Callable[[], object]) -> int:
    """Runs it in a child, which then ends as any program does. Gives the child's process id."""
    pid = os.fork()
    if pid:
        return pid
    run()
    sys.exit()


def join(pid: int) -> None:
    """Waits for a child, which has to end well."""
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, status


class Turns:
    """Lets a process and its child take turns: the parent goes first."""

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
    """Runs the function of the module that the command line names."""
    cases[sys.argv[1]](*sys.argv[2:])
    sys.exit()
