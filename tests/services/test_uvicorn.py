"""uvicorn: worker processes, each with an async client, are recycled and killed under load, and stop gracefully."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from load import Load, http
from orders import compare, compare_ledger
from processes import children, environment, kill
from programs.process import Process, Program, until
from sandbox import Sandbox, Server

WORKERS = 3


@contextmanager
def uvicorn(
    server: Server, *arguments: str, workers: int = WORKERS, ledger: Path | None = None
) -> Iterator[tuple[Process, int]]:
    """A running uvicorn, and its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        options = ["--workers", str(workers), "--no-access-log"]
        service = Program(
            "uvicorn",
            *options,
            "--fd",
            str(listener.fileno()),
            *arguments,
            "asgi_app:app",
            flags=(),
            environment=environment(server, ledger),
            inherit=(listener.fileno(),),
        )
        port = listener.getsockname()[1]
    with service:
        yield service, port


def workers_of(service: Process) -> set[int]:
    """The worker processes that serve requests. The process that tracks resources is another child."""
    return {pid for pid in children(service.pid) if f"Started server process [{pid}]" in service.errors()}


def stop(service: Process) -> None:
    service.signal(signal.SIGTERM)
    service.end(errors=None)
    assert "Traceback" not in service.errors()


def test_workers_are_recycled(server: Server) -> None:
    with uvicorn(server, "--limit-max-requests", "15") as (service, port):
        with Load(http(port), 120) as load:
            pass
        stop(service)
        assert "Maximum request limit of 15 exceeded" in service.errors()
    # Workers end gracefully. On a busy machine, the supervisor may kill one that does not respond within 5 s.
    assert compare(server, load.reports)["sent"] > 60


def test_workers_are_killed(stalling_server: Server, ledger: Path) -> None:
    with uvicorn(stalling_server, ledger=ledger) as (service, port):
        with Load(http(port), 150) as load:
            for count in (30, 80):
                load.wait_for(count)
                until("a worker runs", lambda: bool(workers_of(service)))
                kill(workers_of(service))
        with Load(http(port), iter(load.unanswered)) as again:
            pass
        stop(service)
    reports = [*load.reports, *again.reports]
    assert load.unanswered and not again.unanswered
    compare(stalling_server, reports)
    doubts = [report for report in again.reports if report.kind == "in_doubt"]
    assert compare_ledger(stalling_server, ledger, reports)["in_doubt"] >= len(doubts) > 0


def test_a_graceful_stop_waits_for_the_calls_in_flight(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"process": True, "delay": 0.5, "times": 0}]})
    with uvicorn(server, workers=2) as (service, port):
        with Load(http(port), 8) as load:
            server.requests(at_least=8)
            service.signal(signal.SIGTERM)
        service.end(errors=None)
    assert compare(server, load.reports) == {"sent": 8}


def test_a_stop_that_does_not_wait_cancels_the_calls_in_flight(sandbox: Sandbox, ledger: Path) -> None:
    server = sandbox.start_server({"faults": [{"process": True, "then": "stall", "times": 0}]})
    with uvicorn(server, "--timeout-graceful-shutdown", "1", ledger=ledger) as (service, port):
        with Load(http(port), 8) as load:
            server.requests(at_least=8)
            service.signal(signal.SIGTERM)
        service.end(errors=None)
        assert "Fatal Python error" not in service.errors()
    assert compare(server, load.reports) == {"None": 8}
    assert compare_ledger(server, ledger, load.reports) == {"in_doubt": 8}
