"""Node's cluster: workers are replaced and killed under load, and end gracefully."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from load import Load, http
from orders import compare, compare_ledger
from processes import HERE, children, environment, kill, node, wait_until_replaced
from programs.process import Process, until
from sandbox import Sandbox, Server


@contextmanager
def cluster(server: Server, ledger: Path | None = None) -> Iterator[tuple[Process, int]]:
    """A running cluster, and its port."""
    # Workers accept connections themselves. By default the primary process accepts them, and Node forgets those that it passes to a worker that is
    # killed at that moment: the caller would wait indefinitely.
    variables = {**environment(server, ledger), "NODE_CLUSTER_SCHED_POLICY": "none"}
    with Process([*node(), HERE / "node" / "cluster.mjs"], environment=variables) as service:
        port = int(service.line())
        until("all workers run", lambda: len(children(service.pid)) == 3)
        yield service, port


def stop(service: Process) -> None:
    service.signal(signal.SIGTERM)
    service.end()


def test_workers_are_replaced(server: Server) -> None:
    with cluster(server) as (service, port):
        with Load(http(port), 200) as load:
            for count in (40, 100):
                load.wait_for(count)
                before = children(service.pid)
                service.signal(signal.SIGHUP)
                service.expect("reloaded")
                wait_until_replaced(before, lambda: children(service.pid))
        stop(service)
    # Workers end gracefully, so that every caller has an answer.
    assert not load.unanswered
    assert compare(server, load.reports)["sent"] > 100


def test_workers_are_killed(stalling_server: Server, ledger: Path) -> None:
    with cluster(stalling_server, ledger) as (service, port):
        with Load(http(port), 150) as load:
            load.wait_for(30)
            # Not all at the same time: the port is closed when no worker listens.
            first, second, last = children(service.pid)
            kill([first, second])
            service.signal(signal.SIGHUP)
            service.expect("reloaded")
            kill([last])
            load.wait_for(80)
            kill([min(children(service.pid))])
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
    with cluster(server) as (service, port), Load(http(port), 8) as load:
        server.requests(at_least=8)
        stop(service)
    assert compare(server, load.reports) == {"sent": 8}
