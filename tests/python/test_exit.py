"""Interpreter shutdown: clients neither delay it nor cause errors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from programs.process import IGNORE_RESOURCE_WARNINGS, Program, run
from sandbox import Sandbox, Server

# Enables the memory checks of the interpreter.
CHECKED = {"PYTHONMALLOC": "debug"}


def leave(case: str, *arguments: str, server: Server) -> str:
    """Run a program, which must end without output on stderr."""
    return run("programs.exits", case, *arguments, server=server, flags=IGNORE_RESOURCE_WARNINGS, environment=CHECKED)


def bodies(server: Server) -> list[str]:
    return [message["body"] for message in server.messages()]


@pytest.mark.parametrize("case", ["idle", "cycle"])
def test_with_idle_clients(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 3}})
    leave(case, server=server)
    assert bodies(server) == ["blocking", "async"]


def test_immediately_after_async_calls(server: Server) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: leave("async_calls", server=server), range(24)))


def test_with_half_read_lists(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 50}})
    leave("half_read", server=server)


@pytest.mark.parametrize("case", ["daemon_thread", "abandoned_loop"])
def test_with_stalled_calls(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"faults": [{"times": 0, "then": "stall"}]})
    leave(case, server=server)
    assert bodies(server) == []


@pytest.mark.parametrize("how", ["exit", "_exit", "exec"])
def test_with_all_kinds_of_calls_in_flight(sandbox: Sandbox, how: str) -> None:
    server = sandbox.start_server({"faults": [{"times": 0, "then": "stall"}]})
    assert leave("leaving", how, server=server) == ("another\n" if how == "exec" else "")


@pytest.mark.parametrize("time", range(3))
@pytest.mark.parametrize("case", ["busy_daemon_threads", "loop_in_daemon_thread"])
def test_while_calls_end(server: Server, case: str, time: int) -> None:
    leave(case, server=server)


@pytest.mark.parametrize("delay", [0.005, 0.02, 0.05, 0.1])
def test_while_unawaited_responses_arrive(sandbox: Sandbox, delay: float) -> None:
    server = sandbox.start_server({"faults": [{"times": 0, "delay": delay}]})
    leave("abandoned_responses", server=server)


def test_loop_closed_before_responses_arrive(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"times": 10, "delay": 0.3}, {"skip": 10, "delay": 0.6}]})
    leave("closed_loop", server=server)
    assert bodies(server)[-1] == "after"


def test_exit_waits_for_the_call_of_a_thread(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.5}]})
    assert leave("thread", server=server) == "sent\n"
    assert bodies(server) == ["slow"]


def test_message_sent_at_exit(server: Server) -> None:
    leave("at_exit", server=server)
    assert bodies(server) == ["before", "at exit", "async, at exit"]


def test_message_sent_by_a_finalizer(server: Server) -> None:
    leave("finalizer", server=server)
    assert bodies(server) == ["before", "farewell"]


def test_with_an_uncaught_error(server: Server) -> None:
    with Program("programs.exits", "uncaught", server=server) as program:
        program.end(status=1, errors=None)
        last = program.errors().rstrip().splitlines()[-1]
    assert last.startswith("zexa.NotFoundError: ")
