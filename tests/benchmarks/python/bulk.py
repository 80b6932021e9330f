"""Functions that send many messages with each client."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

from clients import HEADERS, KEY, MESSAGE

ROWS = 1000
CONCURRENCY = 64
TARGET = Path(__file__).parents[3] / "target"
"""On the disk of the repository. A temporary directory may be in memory."""


def rows() -> Iterator[dict[str, str]]:
    for number in range(ROWS):
        yield {
            "channel": "sms",
            "to": "+244912345678",
            "from_": "ZEXA",
            "body": "Hello",
            "idempotency_key": f"row-{number}",
        }


def zexa_bulk(url: str, *, with_ledger: bool = False) -> Callable[[], None]:
    import zexa

    messages = zexa.Client(base_url=f"{url}/v1", api_key=KEY).messages

    def send() -> None:
        with tempfile.TemporaryDirectory(dir=TARGET) as directory:
            ledger = Path(directory) / "bench.db" if with_ledger else None
            with messages.send_many(rows(), concurrency=CONCURRENCY, ledger=ledger) as sending:
                sent = sum(result.error is None for result in sending)
        if sent != ROWS:
            raise SystemExit(f"{sent} of {ROWS} rows were sent")

    return send


def thread_pool(url: str) -> Callable[[], None]:
    import requests

    # A session is not thread-safe.
    sessions = local()

    def send(row: dict[str, str]) -> str:
        if not hasattr(sessions, "session"):
            sessions.session = requests.Session()
            sessions.session.headers.update(HEADERS)
        body = {**MESSAGE, "to": row["to"]}
        return sessions.session.post(f"{url}/v1/messages", json=body).json()["id"]

    pool = ThreadPoolExecutor(CONCURRENCY)

    def send_all() -> None:
        for _ in pool.map(send, rows()):
            pass

    return send_all


BULK: dict[str, Callable[[str], Callable[[], None]]] = {
    "zexa": zexa_bulk,
    "with ledger": lambda url: zexa_bulk(url, with_ledger=True),
    "requests": thread_pool,
}
