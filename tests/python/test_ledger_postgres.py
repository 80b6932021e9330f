"""Ledgers in PostgreSQL. They need a server, and are skipped without one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import zexa

from postgres_server import postgres
from programs.messages import sms
from sandbox import Server


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres() as url:
        yield url


def row(number: int) -> zexa.SendMessageRow:
    to = f"+2449230000{number:02}"
    return {"channel": "sms", "to": to, "from_": "ZEXA", "body": f"Hello {number}", "idempotency_key": f"june-{number}"}


def test_a_key_is_sent_once(database: str, server: Server) -> None:
    url = f"{database}?ledger=orders"
    clients = [zexa.Client(**server.options, ledger=url) for _ in range(4)]

    def send(client: zexa.Client) -> str | None:
        try:
            return client.messages.send(**sms("one"), idempotency_key="order-1").id
        except zexa.InProgressError as error:
            assert error.outcome == "unknown"
            return None

    with ThreadPoolExecutor() as pool:
        ids = set(pool.map(send, clients))
    message = clients[0].messages.send(**sms("one"), idempotency_key="order-1")
    assert ids - {None} == {message.id}
    assert len(server.messages()) == 1


def test_a_run_is_continued_by_an_async_client(database: str, server: Server) -> None:
    url = f"{database}?ledger=june"
    with zexa.Client(**server.options) as client, client.messages.send_many(map(row, range(20)), ledger=url) as sending:
        assert all(result.message for result in sending)
        assert sending.ledger_created
        assert isinstance(sending.ledger, str)
        assert sending.ledger.endswith("/postgres?ledger=june")
        assert "zx_top" not in repr(sending) + sending.ledger

    async def send_again() -> list[bool]:
        client = zexa.AsyncClient(**server.options, ledger=url)
        async with client, client.messages.send_many(map(row, range(30))) as sending:
            return [result.replayed async for result in sending]

    assert sum(asyncio.run(send_again())) == 20
    assert len(server.messages()) == 30


def test_a_ledger_is_opened(database: str, server: Server) -> None:
    url = f"{database}?ledger=doubts"
    with pytest.raises(zexa.ConfigError, match="`path` .* does not exist"):
        zexa.Ledger.open(url)
    client = zexa.Client(**server.options, ledger=url)
    server.fault(status=502)
    with pytest.raises(zexa.ServerError):
        client.messages.send(**sms("one"), idempotency_key="order-1")
    with zexa.Ledger.open(url) as ledger:
        assert isinstance(ledger.path, str)
        assert ledger.path.startswith("postgres://zexa@")
        assert "zx_top" not in repr(ledger) + ledger.path
        assert [doubt.key for doubt in ledger.in_doubt()] == ["order-1"]
        ledger.mark_not_sent("order-1")
        client.messages.send(**sms("one"), idempotency_key="order-1")
        assert ledger.counts().accepted == 1


def test_errors_do_not_show_the_password(database: str, server: Server) -> None:
    wrong = database.replace("zx_top_secret", "zx_top_wrong")
    for url, error in [
        (wrong, zexa.ConfigError),
        (f"{database}?sslmode=zx_top", zexa.ConfigError),
        ("postgres://zexa:zx_top_secret@127.0.0.1:1/postgres", zexa.APIConnectionError),
        ("mysql://zexa:zx_top_secret@127.0.0.1/postgres", zexa.ConfigError),
    ]:
        for option in ("client", "run"):
            with pytest.raises(error, match="ledger") as caught:
                if option == "client":
                    zexa.Client(**server.options, ledger=url)
                else:
                    zexa.Client(**server.options).messages.send_many([], ledger=url)
            shown = f"{caught.value} {caught.value!r} {getattr(caught.value, 'details', '')}"
            assert "zx_top" not in shown


def test_a_forked_child_has_its_own_connection(database: str, server: Server) -> None:
    client = zexa.Client(**server.options, ledger=f"{database}?ledger=forks")
    client.messages.send(**sms("one"), idempotency_key="before")
    pid = os.fork()
    if pid == 0:
        try:
            client.messages.send(**sms("one"), idempotency_key="before")
            client.messages.send(**sms("two"), idempotency_key="child")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    client.messages.send(**sms("three"), idempotency_key="after")
    assert len(server.messages()) == 3
