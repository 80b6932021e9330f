"""`Ledger`: opening it, its rows, errors, and its lifetime."""

from __future__ import annotations

import csv
import gc
import json
import os
import pickle
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import zexa

from programs.messages import sms
from programs.process import Program
from sandbox import Server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "june.db"


@pytest.fixture
def ledger(path: Path, server: Server) -> zexa.Ledger:
    """A ledger with an accepted row, and one in doubt."""
    client = zexa.Client(**server.options, ledger=path)
    client.messages.send(**sms("one"), idempotency_key="order-1")
    server.fault(status=502)
    with pytest.raises(zexa.ServerError):
        client.messages.send(**sms("two"), idempotency_key="order-2")
    return zexa.Ledger.open(path)


def test_rows(ledger: zexa.Ledger) -> None:
    counts = ledger.counts()
    assert (counts.accepted, counts.in_doubt, counts.claimed, counts.not_sent) == (1, 1, 0, 0)
    (row,) = ledger.in_doubt()
    assert isinstance(row, zexa.DoubtfulRow)
    assert (row.key, row.operation, row.http_status) == ("order-2", "/messages", 502)
    assert row.request_id is not None and row.request_id.startswith("req_")
    assert row.claimed_at == counts.oldest_doubt
    assert pickle.loads(pickle.dumps(counts)) == counts


def test_settling(ledger: zexa.Ledger, path: Path, server: Server) -> None:
    ledger.mark_sent("order-2", "msg_2")
    assert (ledger.in_doubt(), ledger.counts().accepted) == ([], 2)
    client = zexa.Client(**server.options, ledger=path)
    assert client.messages.send(**sms("two"), idempotency_key="order-2").id == "msg_2"
    server.fault(status=502)
    with pytest.raises(zexa.ServerError):
        client.messages.send(**sms("three"), idempotency_key="order-3")
    ledger.mark_not_sent(key="order-3")
    assert client.messages.send(**sms("three"), idempotency_key="order-3").body == "three"
    assert [message["body"] for message in server.messages()] == ["one", "three"]


@pytest.mark.parametrize("mark", [zexa.Ledger.mark_sent, zexa.Ledger.mark_not_sent])
def test_only_doubts_are_settled(ledger: zexa.Ledger, mark: Callable[[zexa.Ledger, str], None]) -> None:
    with pytest.raises(zexa.ConflictError, match="not in doubt: its state is `accepted`"):
        mark(ledger, "order-1")
    with pytest.raises(zexa.NotFoundError) as caught:
        mark(ledger, "order-9")
    assert (caught.value.outcome, caught.value.attempts, caught.value.status) == ("not_sent", 0, None)


def test_export(ledger: zexa.Ledger, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    assert ledger.export(str(report)) == ledger.export(report) == 2
    with report.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["key"], row["state"]) for row in rows] == [("order-1", "accepted"), ("order-2", "unknown")]
    with pytest.raises(zexa.APIError, match="nowhere") as caught:
        ledger.export(tmp_path / "nowhere" / "report.csv")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


def test_open_and_create(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(zexa.ConfigError) as caught:
        zexa.Ledger.open(path)
    assert caught.value.message == f"`path` {path} does not exist"
    assert caught.value.details == {"field": "path", "reason": f"{path} does not exist"}
    assert not path.exists()
    monkeypatch.chdir(path.parent)
    created = zexa.Ledger.open("june.db", create=True)
    assert created.path == zexa.Ledger.open(path, create=False).path == path
    assert repr(created) == f"Ledger(path='{path}')"
    assert created.counts() == zexa.Ledger.open(path, create=True).counts()
    path.with_name("other.db").write_text("to;body\n" * 1000)
    with pytest.raises(zexa.ConfigError, match="`path` .*other.db is not a ledger"):
        zexa.Ledger.open(path.with_name("other.db"))


def test_arguments_of_the_wrong_type_are_named(ledger: zexa.Ledger, path: Path) -> None:
    calls: dict[str, Callable[[], object]] = {
        "argument 'path' must be str or os.PathLike, not int": lambda: zexa.Ledger.open(1),  # type: ignore[arg-type]
        "argument 'create' must be bool, not int": lambda: zexa.Ledger.open(path, create=1),  # type: ignore[arg-type]
        "argument 'key' must be str, not bytes": lambda: ledger.mark_sent(b"order-2"),  # type: ignore[arg-type]
        "argument 'key' must be str, not int": lambda: ledger.mark_not_sent(2),  # type: ignore[arg-type]
        "argument 'id' must be str, not int": lambda: ledger.mark_sent("order-2", 2),  # type: ignore[arg-type]
        "argument 'before' must be datetime or str, not int": lambda: ledger.prune(2026),  # type: ignore[arg-type]
        "argument 'path' must be str or os.PathLike, not NoneType": lambda: ledger.export(None),  # type: ignore[arg-type]
    }
    for message, call in calls.items():
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value) == message
    with pytest.raises(TypeError, match="positional"):
        zexa.Ledger.open(path, True)  # type: ignore[call-arg]
    with pytest.raises(zexa.ValidationError, match="`key` must be valid Unicode"):
        ledger.mark_sent("\ud800")
    with pytest.raises(zexa.InvalidRequestError, match="`id`"):
        ledger.mark_sent("order-2", "")
    assert ledger.counts().in_doubt == 1


def test_pruned_keys_are_never_sent_again(ledger: zexa.Ledger, path: Path, server: Server) -> None:
    assert ledger.prune("2020-01-01T00:00:00Z") == 0
    assert ledger.prune(before=datetime.now(timezone.utc) + timedelta(seconds=1)) == 1
    counts = ledger.counts()
    assert (counts.accepted, counts.pruned, counts.in_doubt) == (0, 1, 1)
    client = zexa.Client(**server.options, ledger=path)
    with pytest.raises(zexa.DecodeError) as caught:
        client.messages.send(**sms("one"), idempotency_key="order-1")
    assert caught.value.outcome == "accepted"
    assert len(server.messages()) == 1
    with pytest.raises(zexa.ValidationError, match="`before` must be a time with a UTC offset"):
        ledger.prune("2026-07-01")
    with pytest.raises(zexa.ValidationError, match="`before` must be a timezone-aware datetime"):
        ledger.prune(datetime(2026, 7, 1))


def test_closed(ledger: zexa.Ledger, path: Path) -> None:
    with ledger as same:
        assert same is ledger
    ledger.close()
    calls: list[Callable[[], object]] = [
        ledger.counts,
        ledger.in_doubt,
        lambda: ledger.mark_sent("order-2"),
        lambda: ledger.mark_not_sent("order-2"),
        lambda: ledger.prune("2026-07-01T00:00:00Z"),
        lambda: ledger.export(path.with_name("report.csv")),
    ]
    for call in calls:
        with pytest.raises(zexa.ClosedError, match="the ledger is closed: open it again") as caught:
            call()
        assert (caught.value.outcome, caught.value.attempts) == ("not_sent", 0)
    assert ledger.path == path
    other = zexa.Ledger.open(path)
    with pytest.raises(KeyError), other:
        raise KeyError
    with pytest.raises(zexa.ClosedError):
        other.counts()


def test_ledgers_cannot_be_pickled_or_constructed(ledger: zexa.Ledger) -> None:
    with pytest.raises(TypeError) as caught:
        pickle.dumps(ledger)
    assert str(caught.value) == "ledgers cannot be pickled: open the ledger in each process"
    with pytest.raises(TypeError):
        zexa.Ledger("june.db")  # type: ignore[arg-type]


def open_files(path: Path) -> int:
    """How many descriptors of the ledger this process has."""
    links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
    return sum(os.path.realpath(link) == str(path) for link in links)


def test_garbage_collection_closes_the_file(path: Path) -> None:
    class Holder:
        """A cycle that holds a ledger."""

        def __init__(self) -> None:
            self.me = self
            self.ledger = zexa.Ledger.open(path, create=True)
            self.counts = self.ledger.counts

    one = zexa.Ledger.open(path, create=True)
    assert open_files(path) == 1
    Holder()
    gc.collect()
    assert open_files(path) == 1
    one.close()
    assert open_files(path) == 0
    for _ in range(100):
        zexa.Ledger.open(path).counts()
    assert open_files(path) == 0


def test_waiting_for_the_file_releases_the_gil(ledger: zexa.Ledger, path: Path, server: Server) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: zexa.Ledger.open(path),
        ledger.counts,
        ledger.in_doubt,
        lambda: ledger.export(path.with_name("report.csv")),
        lambda: ledger.mark_not_sent("order-2"),
    ]
    interval = sys.getswitchinterval()
    # The main thread continues only when the other thread releases the GIL by itself.
    sys.setswitchinterval(3600)
    try:
        for call in calls:
            with Program("programs.ledgers", "locking", str(path), server=server) as program:
                program.expect("locked")
                failed: list[Exception] = []
                begun = threading.Event()

                def use(call: Callable[[], Any] = call, begun: Any = begun, failed: Any = failed) -> None:
                    begun.set()
                    try:
                        call()
                    except Exception as error:
                        failed.append(error)
                        raise

                thread = threading.Thread(target=use)
                thread.start()
                begun.wait()
            # The program has been killed, so the file is no longer locked.
            thread.join()
            assert failed == []
    finally:
        sys.setswitchinterval(interval)


def test_many_threads(ledger: zexa.Ledger, path: Path, server: Server) -> None:
    client = zexa.Client(**server.options, ledger=path)
    failed: list[Exception] = []

    def use(thread: int) -> None:
        try:
            for number in range(10):
                client.messages.send(**sms("many"), idempotency_key=json.dumps([thread, number]))
                assert ledger.counts().in_doubt == len(ledger.in_doubt()) == 1
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=use, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ledger.counts().accepted == len(server.messages()) == 41
