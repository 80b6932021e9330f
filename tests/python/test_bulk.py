"""Bulk runs of the blocking client."""

from __future__ import annotations

import gc
import pickle
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zexa

from programs.process import until
from programs.rows import contacts, rows
from runs import SLOW, recipients, run
from sandbox import Server


def test_every_row_has_one_result(client: zexa.Client, server: Server, ledger: Path) -> None:
    with client.messages.send_many(rows(200), ledger=ledger) as sending:
        assert iter(sending) is sending
        assert (sending.ledger, sending.ledger_created) == (ledger, True)
        assert repr(sending) == f'SendMany(ledger="{ledger}")'
        results = list(sending)
        assert next(sending, None) is None
    assert sorted(result.index for result in results) == list(range(200))
    for result in results:
        assert result.message is not None
        assert result.message.to == f"+2449230{result.index:05}"
        assert result.idempotency_key == f"june-{result.index}"
        assert (result.outcome, result.error, result.replayed, result.recorded) == ("accepted", None, False, True)
    stats = sending.stats()
    assert (stats.pulled, stats.accepted, stats.in_flight, stats.ledger) == (200, 200, 0, str(ledger))
    assert len(recipients(server)) == 200


def test_results_in_order(client: zexa.Client, server: Server) -> None:
    server.fault(process=True, delay=0.2, times=0, probability=0.1, seed=7)
    results = run(client, rows(200), ordered=True, timeout=20)
    assert [result.index for result in results] == list(range(200))
    assert not any(result.recorded for result in results)


def test_rows_are_pulled_lazily(client: zexa.Client) -> None:
    pulled = 0
    threads = set()

    def source() -> Iterator[zexa.SendMessageRow]:
        nonlocal pulled
        for row in rows(1000):
            pulled += 1
            threads.add(threading.get_ident())
            yield row

    with client.messages.send_many(source(), concurrency=4) as sending:
        assert pulled == 0
        next(sending)
        until("all pulled rows are sent", lambda: sending.stats().in_flight == 0)
        assert sending.stats().pulled == pulled <= 8
    assert threads == {threading.get_ident()}


def test_a_second_run_replays_the_first(client: zexa.Client, server: Server, ledger: Path) -> None:
    first = run(client, rows(50), ledger=ledger, ordered=True)
    with client.messages.send_many(rows(60), ledger=ledger, ordered=True) as sending:
        assert not sending.ledger_created
        second = list(sending)
    assert [result.replayed for result in second] == [True] * 50 + [False] * 10
    assert [result.message and result.message.id for result in second[:50]] == [
        result.message and result.message.id for result in first
    ]
    assert sending.stats().replayed == 50
    assert len(recipients(server)) == 60


def test_the_ledger_of_the_client(server: Server, ledger: Path) -> None:
    with zexa.Client(**server.options, ledger=ledger) as client, client.messages.send_many(rows(3)) as sending:
        assert sending.ledger == ledger
        assert all(result.recorded for result in sending)


def test_a_relative_path_is_that_of_the_start(
    client: zexa.Client, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "first")
    with client.messages.send_many(rows(20), ledger="june.db", concurrency=2) as sending:
        next(sending)
        monkeypatch.chdir(tmp_path / "second")
        assert len(list(sending)) == 19
        assert (sending.ledger, sending.ledger_created) == (tmp_path / "first" / "june.db", True)
    assert list(Path.cwd().iterdir()) == []
    # The wrong directory is visible in the result. Nothing was sent yet.
    with client.messages.send_many(iter(()), ledger="june.db") as sending:
        assert (sending.ledger, sending.ledger_created) == (tmp_path / "second" / "june.db", True)
    assert all(result.replayed for result in run(client, rows(20), ledger=tmp_path / "first" / "june.db"))
    assert len(recipients(server)) == 20


def test_a_repeated_row_is_a_duplicate(client: zexa.Client, server: Server, ledger: Path) -> None:
    results = run(client, [*rows(10), *rows(10)], ledger=ledger, ordered=True)
    for result in results[10:]:
        assert isinstance(result.error, zexa.DuplicateError)
        assert result.outcome == result.error.outcome != "not_sent"
        assert result.message is None
    assert len(recipients(server)) == 10


def test_only_one_run_uses_a_ledger(client: zexa.Client, ledger: Path) -> None:
    with (
        client.messages.send_many(rows(1), ledger=ledger),
        pytest.raises(zexa.ConfigError, match="is used by another bulk run"),
    ):
        client.messages.send_many(rows(1), ledger=ledger)
    assert len(run(client, rows(1), ledger=ledger)) == 1


class Broken(Exception):
    """The exception of a source."""


def test_the_exception_of_the_source_is_raised_after_the_rows_in_flight(client: zexa.Client, server: Server) -> None:
    def source() -> Iterator[zexa.SendMessageRow]:
        yield from rows(10)
        server.requests(at_least=10)
        raise Broken("the file ends too early")

    sending = client.messages.send_many(source(), concurrency=32)
    results: list[zexa.SendResult] = []
    with pytest.raises(Broken, match="the file ends too early") as raised:
        results.extend(sending)
    assert len(results) == 10
    assert next(sending, None) is None
    assert isinstance(raised.value.__context__, zexa.StoppedError)
    assert raised.value.__context__.details["reason"] == "source"
    assert sending.stats().accepted == len(recipients(server)) == 10


def test_a_source_that_takes_the_results(client: zexa.Client) -> None:
    def source() -> Iterator[zexa.SendMessageRow]:
        yield from rows(1)
        next(sending)

    sending = client.messages.send_many(source())
    with pytest.raises(ValueError, match="its rows must not come from its results"):
        list(sending)


# The fault, the reason, and the kind of the last error.
STOPS: dict[str, tuple[dict[str, Any], str]] = {
    "the key is revoked": ({"skip": 20, "status": 401, "times": 0}, "unauthorized"),
    "a long wait": ({"status": 429, "times": 0, "headers": {"Retry-After": "3600"}}, "rate_limited"),
    "unknown outcomes": ({"status": 502, "times": 0}, "unknown_outcomes"),
    "identical rejections": ({"status": 422, "times": 0, "body": {"error": "invalid_sender"}}, "identical_rejections"),
}


@pytest.mark.parametrize("case", STOPS)
def test_the_run_stops(client: zexa.Client, server: Server, ledger: Path, case: str) -> None:
    fault, reason = STOPS[case]
    server.fault(**fault)
    results: list[zexa.SendResult] = []
    with pytest.raises(zexa.StoppedError) as raised:
        results.extend(client.messages.send_many(rows(1000), ledger=ledger))
    details = raised.value.details
    assert (raised.value.kind, details["reason"]) == ("stopped", reason)
    assert details["first_untouched"] == details["stats"]["pulled"] == len(results) < 300
    assert pickle.loads(pickle.dumps(raised.value)).details == details


def test_a_run_without_credits_is_continued(client: zexa.Client, server: Server, ledger: Path) -> None:
    server.set_credits(60)
    with pytest.raises(zexa.StoppedError, match="enough credits") as raised:
        run(client, rows(200), ledger=ledger)
    assert raised.value.details["reason"] == "insufficient_credits"
    assert len(recipients(server)) == 60
    server.set_credits(1000)
    results = run(client, rows(200), ledger=ledger)
    assert all(result.message for result in results)
    assert len(recipients(server)) == 200


def test_stopping(client: zexa.Client, server: Server, ledger: Path) -> None:
    server.fault(**SLOW)
    sending = client.messages.send_many(rows(1000), ledger=ledger, concurrency=4)
    first = next(sending)
    sending.stop()
    with pytest.raises(zexa.StoppedError) as raised:
        for result in sending:
            assert result.outcome in ("accepted", "not_sent")
    assert first.outcome == "accepted"
    assert raised.value.details["reason"] == "cancelled"
    assert sending.stats().unknown == 0


def test_leaving_the_block_waits_until_everything_is_recorded(
    client: zexa.Client, server: Server, ledger: Path
) -> None:
    server.fault(**SLOW)
    with client.messages.send_many(rows(1000), ledger=ledger, concurrency=4) as sending:
        next(sending)
    assert next(sending, None) is None
    sent = len(recipients(server))
    # The rows in flight were answered, so nothing is in doubt.
    results = run(client, rows(20), ledger=ledger, concurrency=20)
    assert all(result.error is None for result in results)
    assert sum(result.replayed for result in results) == sent <= 8
    assert len(recipients(server)) == 20


def test_an_exception_in_the_block(client: zexa.Client) -> None:
    with pytest.raises(Broken), client.messages.send_many(rows(100)) as sending:
        for _ in sending:
            raise Broken
    assert next(sending, None) is None


def test_cancelling(client: zexa.Client, server: Server) -> None:
    server.fault(process=True, then="stall", times=0)
    sending = client.messages.send_many(rows(1000), concurrency=4)
    results: list[zexa.SendResult] = []

    def take() -> None:
        with pytest.raises(zexa.StoppedError):
            results.extend(sending)

    thread = threading.Thread(target=take)
    thread.start()
    server.requests(at_least=4)
    assert sending.stats().in_flight == 4
    sending.cancel()
    thread.join()
    assert [(result.outcome, result.error and result.error.kind) for result in results] == [
        ("unknown", "cancelled")
    ] * 4


def test_other_threads_run_and_see_the_progress(client: zexa.Client, server: Server) -> None:
    server.fault(method="POST", process=True, delay=0.2, times=8)
    seen: set[int] = set()
    sending = client.messages.send_many(rows(8), concurrency=4)
    thread = threading.Thread(target=lambda: list(sending))
    thread.start()
    while thread.is_alive():
        seen.add(sending.stats().accepted)
    thread.join()
    assert sending.stats().accepted == 8
    assert len(seen) > 1


def test_attempts_are_logged_during_a_wait(
    client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault(status=429, headers={"Retry-After": "60"}, times=0)
    with caplog.at_level("INFO", logger="zexa"):
        sending = client.messages.send_many(rows(1))
        thread = threading.Thread(target=lambda: list(sending))
        thread.start()
        until("the failed attempt is logged", lambda: bool(caplog.records))
        assert 50 < (sending.stats().gate_opens_in or 0) <= 75
        sending.close()
        thread.join()
    assert getattr(caplog.records[0], "zexa_status", None) == 429


def test_threads_share_a_run(client: zexa.Client, server: Server) -> None:
    sending = client.messages.send_many(rows(100))
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.extend(each.index for each in sending)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(100))
    assert len(recipients(server)) == 100


def test_an_abandoned_run_is_recorded(client: zexa.Client, server: Server, ledger: Path) -> None:
    server.fault(**SLOW)

    class Source:
        """Refers to the run, so that the garbage collector must find both."""

        def __init__(self) -> None:
            self.rows = rows(1000)
            self.sending: zexa.SendMany | None = None

        def __iter__(self) -> Source:
            return self

        def __next__(self) -> zexa.SendMessageRow:
            return next(self.rows)

    source = Source()
    source.sending = client.messages.send_many(source, ledger=ledger, concurrency=4)
    next(source.sending)
    gone = weakref.ref(source)
    del source
    gc.collect()
    assert gone() is None

    def is_free() -> bool:
        """The rows in flight keep the ledger until they are recorded."""
        try:
            with client.messages.send_many([], ledger=ledger):
                return True
        except zexa.ConfigError:
            return False

    until("the rows are recorded", is_free)
    sent = len(recipients(server))
    results = run(client, rows(20), ledger=ledger, concurrency=20)
    assert all(result.error is None for result in results)
    assert sum(result.replayed for result in results) == sent


def test_a_closed_client_stops_the_run(server: Server) -> None:
    client = zexa.Client(**server.options)
    sending = client.messages.send_many(rows(1000), concurrency=4)
    next(sending)
    client.close()
    with pytest.raises(zexa.StoppedError) as raised:
        list(sending)
    assert raised.value.details["reason"] == "closed"


def test_contacts_that_exist_are_no_errors(client: zexa.Client, server: Server) -> None:
    before = len(server.contacts())
    with client.contacts.create_many(contacts(50)) as adding:
        assert adding.ledger is None
        results = list(adding)
    assert all(result.contact and not result.exists for result in results)
    again = list(client.contacts.create_many([*contacts(51), {"name": "Ana", "phone": "0912"}], ordered=True))
    assert [result.exists for result in again] == [True] * 50 + [False] * 2
    assert [(result.contact, result.error, result.outcome) for result in again[:50]] == [(None, None, "rejected")] * 50
    assert isinstance(again[51].error, zexa.ValidationError)
    assert len(server.contacts()) == before + 51


def test_runs_cannot_be_pickled(client: zexa.Client) -> None:
    with client.messages.send_many(rows(1)) as sending, pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(sending)
