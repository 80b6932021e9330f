"""fork(): clients that were created before it work in parent and child, for every way in which Python forks."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from programs.process import IGNORE_RESOURCE_WARNINGS, Program, run, until
from sandbox import Sandbox, Server

# One state for each kind of connection.
STATES: dict[str, dict[str, Any]] = {
    "http": {},
    "tls with http/1.1": {"tls": True, "alpn": ["http/1.1"]},
    "tls with h2": {"tls": True, "alpn": ["h2"]},
}


@pytest.fixture(params=STATES)
def any_server(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    server = sandbox.start_server({"state": STATES[request.param]})
    server.http2 = request.param == "tls with h2"
    yield server
    assert {each["http_version"] for each in server.requests()} == {"2" if server.http2 else "1.1"}
    server.end()


def bodies(server: Server) -> Counter[str]:
    return Counter(message["body"] for message in server.messages())


def connections(server: Server, who: str) -> set[int]:
    """The connections over which a process sent."""
    return {request["connection"] for request in server.requests() if request["body"]["body"].startswith(who)}


@pytest.mark.parametrize("case", ["alternating", "alternating_async"])
def test_parent_and_child_take_turns(any_server: Server, case: str) -> None:
    run("programs.forks", case, server=any_server, flags=IGNORE_RESOURCE_WARNINGS)
    expected = [f"{who} {turn}" for who in ("parent", "child") for turn in range(20)]
    assert bodies(any_server) == Counter([*expected, "parent before", "parent after"])
    # The parent kept its connection, and the child opened its own.
    parent, child = connections(any_server, "parent"), connections(any_server, "child")
    assert (len(parent), len(child)) == (1, 1)
    assert parent != child


def test_concurrent_calls(any_server: Server) -> None:
    run("programs.forks", "both_at_once", server=any_server)
    assert len(bodies(any_server)) == len(any_server.requests()) == 1 + 20 + 3 * 20


def test_client_created_in_the_child(any_server: Server) -> None:
    run("programs.forks", "new_in_child", server=any_server)
    assert bodies(any_server) == Counter(["parent before", "child", "parent after"])
    assert any_server.state()["connections"] == 2


def test_grandchild(server: Server) -> None:
    run("programs.forks", "grandchild", server=server)
    who = ("parent", "child", "grandchild", "parent again")
    assert bodies(server) == Counter([*who, *(f"{name}, async" for name in who)])
    # No process left a connection open.
    until("no open connection", lambda: server.state()["open_connections"] == 0)


def test_fork_during_the_first_call_of_a_thread(server: Server) -> None:
    run("programs.forks", "during_first_calls", server=server)
    assert bodies(server) == {"thread": 150, "child": 150}


def test_fork_while_threads_make_calls(any_server: Server) -> None:
    run("programs.forks", "beside_threads", server=any_server)
    assert bodies(any_server) == Counter(f"child {number}" for number in range(20))


def test_fork_while_a_thread_runs_a_loop(any_server: Server) -> None:
    run("programs.forks", "beside_a_loop", server=any_server, flags=IGNORE_RESOURCE_WARNINGS)
    assert bodies(any_server) == Counter(f"child {number}" for number in range(10))


def test_fork_while_async_calls_are_in_flight(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"times": 20, "delay": 1}]})
    run("programs.forks", "beside_async_calls", server=server)
    assert bodies(server) == Counter(["child", *(f"parent {number}" for number in range(20))])


@pytest.mark.parametrize("case", ["half_read_list", "half_read_pages", "half_read_async_list"])
def test_half_read_list(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 95}})
    run("programs.forks", case, server=server)


def test_iterator_in_use_by_a_thread(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"state": {"contacts_count": 5}, "faults": [{"delay": 2}]})
    run("programs.forks", "iterator_in_use", server=server)
    assert bodies(server) == Counter(["child"])


@pytest.mark.parametrize("used", ["used", "unused"])
@pytest.mark.parametrize("how", ["exit", "closed", "deleted", "_exit"])
def test_exit_of_a_child(any_server: Server, how: str, used: str) -> None:
    run("programs.forks", "ends", how, used, server=any_server)
    parents = [request for request in any_server.requests() if request["body"]["body"].startswith("parent")]
    # The connections of the parent outlived the child.
    assert len({request["connection"] for request in parents}) == 2
    assert len(any_server.messages()) == (6 if used == "used" else 4)


def test_subprocesses_inherit_no_connection(server: Server) -> None:
    run("programs.forks", "inherits_nothing", server=server)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver", "forkserver, preloaded"])
def test_multiprocessing_pool(server: Server, method: str) -> None:
    run("programs.pools", "pool", method, server=server)
    assert bodies(server) == Counter(["main", "main again", *(f"job {number}" for number in range(24))])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_process_pool_executor(server: Server, method: str) -> None:
    run("programs.pools", "executor", method, server=server)
    assert bodies(server) == Counter(["main", "main again", *(f"job {number}" for number in range(24))])


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_process(server: Server, method: str) -> None:
    run("programs.pools", "processes", method, server=server)
    assert bodies(server) == Counter(["main", "main again", *(f"job {number}" for number in range(6))])


@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_gunicorn_with_preload(sandbox: Sandbox, kind: str) -> None:
    # Slow enough for both workers to receive requests.
    server = sandbox.start_server({"faults": [{"skip": 1, "times": 0, "delay": 0.02}]})
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        arguments = [
            "--preload",
            "--workers",
            "2",
            "--worker-class",
            kind,
            "--threads",
            "2" if kind == "gthread" else "1",
        ]
        arguments += ["--bind", f"fd://{listener.fileno()}", "programs.gunicorn_app:application"]
        with Program("gunicorn", *arguments, server=server, flags=(), inherit=(listener.fileno(),)) as gunicorn:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            opener = build_opener(ProxyHandler({}))

            def ask(path: str) -> dict[str, Any]:
                with opener.open(address + path, timeout=60) as response:
                    found: dict[str, Any] = json.load(response)
                return found

            paths: list[str] = []
            responses: list[dict[str, Any]] = []

            def workers() -> set[int]:
                return {response["pid"] for response in responses}

            def both_have_responded() -> bool:
                more = [f"/{number}" for number in range(len(paths), len(paths) + 60)]
                paths.extend(more)
                responses.extend(threads.map(ask, more))
                return len(workers()) == 2

            with ThreadPoolExecutor(4) as threads:
                # A worker that starts late receives none of the first requests.
                until("both workers respond", both_have_responded)
            gunicorn.signal(signal.SIGTERM)
            gunicorn.end(errors=None)
            assert "Traceback" not in gunicorn.errors()
    assert not workers() & {gunicorn.pid, os.getpid()}
    assert bodies(server) == Counter(["before the fork", *paths])
    assert {response["id"] for response in responses} < {message["id"] for message in server.messages()}
