"""Signals: Ctrl-C interrupts a call in every state and reports its outcome, and other handlers run during a call."""

from __future__ import annotations

import array
import fcntl
import os
import signal
import socket
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from programs.process import Program, until
from sandbox import Sandbox, Server


def interrupt(program: Program, number: int = signal.SIGINT) -> dict[str, Any]:
    """Send the signal, and return the program's report about its call. Without a signal, no call here would end."""
    program.signal(number)
    report: dict[str, Any] = program.report()
    return report


def cancelled(outcome: str, attempts: int = 1) -> dict[str, Any]:
    return {"type": "CancelledError", "kind": "cancelled", "outcome": outcome, "attempts": attempts}


def bodies(server: Server) -> list[str]:
    return [message["body"] for message in server.messages()]


# The fault for the message that is interrupted, and its outcome.
STALLS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "before it was processed": ({"then": "stall"}, "unknown", ["after"]),
    "after it was processed": ({"process": True, "then": "stall"}, "unknown", ["interrupted", "after"]),
    "in the head": ({"process": True, "then": "stall", "at": "head"}, "unknown", ["interrupted", "after"]),
}


@pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])
@pytest.mark.parametrize("where", STALLS)
def test_in_a_stalled_call(sandbox: Sandbox, where: str, tls: bool) -> None:
    fault, outcome, expected = STALLS[where]
    # With HTTP/2, the next message would wait on the connection whose response headers never arrive.
    server = sandbox.start_server({"state": {"tls": tls, "alpn": ["http/1.1"]}, "faults": [fault]})
    with Program("programs.interrupted", "sending", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        assert interrupt(program) == cancelled(outcome)
        program.end()
    assert bodies(server) == expected
    assert len(server.requests()) == 2


def test_repeatedly(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"then": "stall", "times": 3}]})
    with Program("programs.interrupted", "sending_again", server=server) as program:
        for number in range(3):
            program.expect("calling")
            server.requests(at_least=number + 1)
            program.wait_until_blocked()
            assert interrupt(program) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]
    # The connections of interrupted calls are closed, and not reused.
    assert len({request["connection"] for request in server.requests()}) == 4
    until("no open connection", lambda: server.state()["open_connections"] == 0)


RETRY_LATER = {"status": 429, "headers": {"Retry-After": "60"}}


def test_in_a_retry_wait(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [RETRY_LATER]})
    with Program("programs.interrupted", "retry_wait", server=server) as program:
        program.expect("calling")
        program.expect("attempted")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("rejected")
        program.end()
    assert bodies(server) == ["after"]


def test_at_the_gate(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [RETRY_LATER]})
    with Program("programs.interrupted", "gate", server=server) as program:
        program.expect("calling")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("not_sent", attempts=0)
        program.end()
    assert bodies(server) == ["after"]
    assert len(server.requests()) == 2


def test_in_a_list(sandbox: Sandbox) -> None:
    stalled = {"path": "/contacts", "skip": 1, "times": 2, "then": "stall"}
    server = sandbox.start_server({"state": {"contacts_count": 30}, "faults": [stalled]})
    with Program("programs.interrupted", "listing", server=server) as program:
        program.expect("calling")
        # The second and the third page are requested concurrently.
        server.requests(at_least=3)
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]


@pytest.mark.parametrize("case", ["paging", "requesting"])
def test_in_other_operations(sandbox: Sandbox, case: str) -> None:
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", case, server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]


@contextmanager
def full_backlog() -> Iterator[str]:
    """The URL of a server to which connecting never completes."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}/v1"
        for one in waiting:
            one.close()


def test_while_connecting(server: Server) -> None:
    with full_backlog() as url, Program("programs.interrupted", "reaching", url, server=server) as program:
        program.expect("calling")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("not_sent")
        program.end()
    assert bodies(server) == ["after"]


def test_during_a_tls_handshake(server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
        with Program("programs.interrupted", "reaching", url, server=server) as program:
            program.expect("calling")
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(1) == b"\x16"
                program.wait_until_blocked()
                assert interrupt(program) == cancelled("not_sent")
                program.end()
    assert bodies(server) == ["after"]


def unacknowledged(connection: socket.socket) -> int:
    """Number of sent bytes that the peer has not received."""
    count = array.array("i", [0])
    fcntl.ioctl(connection, termios.TIOCOUTQ, count)
    return count[0]


def test_while_reading_the_response_body(server: Server) -> None:
    """The status has arrived, so the message was accepted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with Program("programs.interrupted", "reaching", url, server=server) as program:
            program.expect("calling")
            connection, _ = listener.accept()
            with connection:
                while not connection.recv(65536).endswith(b"}"):
                    pass
                connection.sendall(
                    b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"id'
                )
                until("it has arrived", lambda: unacknowledged(connection) == 0)
                program.wait_until_blocked()
                assert interrupt(program) == cancelled("accepted")
                program.end()
    assert bodies(server) == ["after"]


def test_during_a_name_lookup(server: Server, tmp_path: Path) -> None:
    """A lookup cannot be cancelled. It is abandoned, and delays neither the call nor the exit of the program."""
    library = tmp_path / "slow_lookup.so"
    source = Path(__file__).parent / "programs" / "slow_lookup.c"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    preload = {"LD_PRELOAD": str(library)}
    url = "https://api.zexa.example/v1"
    with Program("programs.interrupted", "reaching", url, server=server, environment=preload) as program:
        program.expect("calling")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("not_sent")
        program.end()
    assert bodies(server) == ["after"]


def test_handler_that_returns(sandbox: Sandbox) -> None:
    """The handler runs immediately, and the call continues."""
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "counting", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        for _ in range(5):
            program.wait_until_blocked()
            program.signal(signal.SIGUSR1)
            program.expect("noted")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]


def test_handler_that_raises(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "raising", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        assert interrupt(program, signal.SIGUSR2) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]


def test_handler_that_sends(sandbox: Sandbox) -> None:
    """The handler sends during a call, which continues."""
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "sending_in_handler", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        program.signal(signal.SIGUSR1)
        program.expect("sent")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()
    assert bodies(server) == ["same", "other", "async", "after"]


def test_handler_that_uses_the_same_iterator(sandbox: Sandbox) -> None:
    stalled = {"path": "/contacts", "skip": 1, "times": 2, "then": "stall"}
    server = sandbox.start_server({"state": {"contacts_count": 30}, "faults": [stalled]})
    with Program("programs.interrupted", "listing_in_handler", server=server) as program:
        program.expect("calling")
        server.requests(at_least=3)
        program.wait_until_blocked()
        program.signal(signal.SIGUSR1)
        program.expect("refused")
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()


def test_alarm(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "alarm", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.signal(signal.SIGALRM)
        assert program.report() == cancelled("unknown")
        program.end()
    assert bodies(server) == ["after"]


def test_many_signals(sandbox: Sandbox) -> None:
    limited = {"status": 429, "headers": {"Retry-After": "0.2"}}
    slow = {"skip": 1, "times": 5, "delay": 0.1}
    server = sandbox.start_server({"state": {"contacts_count": 30}, "faults": [limited, slow]})
    with Program("programs.interrupted", "storm", server=server) as program:
        program.end()
    assert bodies(server) == ["message 0", "message 1", "message 2"]


def test_ignored_ctrl_c(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.5}]})
    with Program("programs.interrupted", "ignored", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.signal(signal.SIGINT)
        program.end()
    assert bodies(server) == ["not interrupted"]


def test_call_of_another_thread_continues(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 0.5}]})
    with Program("programs.interrupted", "other_thread", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        program.expect("interrupted")
        program.end()
    assert bodies(server) == ["slow", "after"]


def test_only_the_call_of_the_main_thread_is_interrupted(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"delay": 1}, {"then": "stall"}]})
    with Program("programs.interrupted", "both_threads", server=server) as program:
        program.expect("calling")
        server.requests(at_least=2)
        program.wait_until_blocked()
        assert interrupt(program) == cancelled("unknown")
        program.end()
    assert sorted(bodies(server)) == ["after", "slow"]


def test_interrupted_log_handler(server: Server) -> None:
    with Program("programs.interrupted", "log_handler_raises", server=server) as program:
        program.expect("interrupted")
        program.end()
    assert bodies(server) == ["interrupted", "after"]


def test_log_handler_that_sends(server: Server) -> None:
    with Program("programs.interrupted", "log_handler_sends", server=server) as program:
        program.end()
    assert bodies(server) == ["logged", "from the log handler", "after"]


def test_asyncio_run(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "in_asyncio_run", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        program.expect("interrupted")
        program.end()
    assert bodies(server) == ["after"]
    assert len(server.requests()) == 2


def test_program_without_signal_handling(sandbox: Sandbox) -> None:
    """The program ends as if killed by the signal, as shells require, and its traceback contains the outcome."""
    server = sandbox.start_server({"faults": [{"then": "stall"}]})
    with Program("programs.interrupted", "in_default_handler", server=server) as program:
        program.expect("calling")
        server.requests(at_least=1)
        program.wait_until_blocked()
        program.signal(signal.SIGINT)
        program.end(status=-signal.SIGINT, errors=None)
        errors = program.errors()
    assert "zexa.CancelledError: " in errors and errors.rstrip().endswith("KeyboardInterrupt")
