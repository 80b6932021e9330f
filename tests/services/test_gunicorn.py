"""gunicorn: workers that inherit the client of a preloaded application are recycled, reloaded and killed under load."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from load import Load, http
from orders import compare, compare_ledger
from processes import children, environment, kill, wait_until_replaced
from programs.process import Process, Program
from sandbox import Sandbox, Server

# gunicorn kills workers that are silent for longer. A busy machine may be slow.
SLOW = ("--timeout", "200", "--graceful-timeout", "200")


@contextmanager
def gunicorn(server: Server, *arguments: str, ledger: Path | None = None) -> Iterator[tuple[Process, int]]:
    """gunicorn with a preloaded application. Returns its port, too."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        options = [*SLOW, "--preload", "--bind", f"fd://{listener.fileno()}", *arguments, "wsgi_app:application"]
        service = Program(
            "gunicorn", *options, flags=(), environment=environment(server, ledger), inherit=(listener.fileno(),)
        )
        port = listener.getsockname()[1]
    with service:
        yield service, port


def stop(service: Process) -> None:
    service.signal(signal.SIGTERM)
    service.end(errors=None)
    assert "Traceback" not in service.errors()
    assert "SIGSEGV" not in service.errors()


@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_workers_are_recycled_and_reloaded(server: Server, kind: str) -> None:
    threads = "3" if kind == "gthread" else "1"
    workers = ("--workers", "3", "--worker-class", kind, "--threads", threads, "--max-requests", "20")
    with gunicorn(server, *workers) as (service, port):
        with Load(http(port), 200) as load:
            for count in (50, 110):
                load.wait_for(count)
                before = children(service.pid)
                service.signal(signal.SIGHUP)
                wait_until_replaced(before, lambda: children(service.pid))
        stop(service)
    # Workers end gracefully, so that every caller has an answer.
    assert not load.unanswered
    assert compare(server, load.reports)["sent"] > 100


def test_workers_are_killed(stalling_server: Server, ledger: Path) -> None:
    with gunicorn(stalling_server, "--workers", "3", "--threads", "3", ledger=ledger) as (service, port):
        with Load(http(port), 150) as load:
            for count in (30, 80):
                load.wait_for(count)
                kill(children(service.pid))
        # Callers without an answer ask again.
        with Load(http(port), iter(load.unanswered)) as again:
            pass
        stop(service)
    reports = [*load.reports, *again.reports]
    assert load.unanswered and not again.unanswered
    compare(stalling_server, reports)
    rows = compare_ledger(stalling_server, ledger, reports)
    # Orders that were not answered because their worker was killed.
    doubts = [report for report in again.reports if report.kind == "in_doubt"]
    assert rows["in_doubt"] >= len(doubts) > 0


def test_a_graceful_stop_waits_for_the_calls_in_flight(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"process": True, "delay": 0.5, "times": 0}]})
    with gunicorn(server, "--workers", "2", "--threads", "4") as (service, port):
        with Load(http(port), 8) as load:
            server.requests(at_least=4)
            service.signal(signal.SIGTERM)
        service.end(errors=None)
    answered = [report for report in load.reports if report.outcome is not None]
    assert len(answered) >= 4
    assert {report.outcome for report in answered} == {"sent"}
    compare(server, load.reports)
