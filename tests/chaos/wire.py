"""What the programs in Python have in common that `cargo xtask chaos wire` runs. `src/calls/mod.rs` specifies them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict

import zexa

# Every message whose number, divided by this, has the remainder 39 is rejected, because its sender is not approved.
REJECTED = 40

FOLDER = os.environ["CHAOS_FOLDER"]

_writing = threading.Lock()


class Options(TypedDict):
    timeout: float
    deadline: float
    max_retries: int
    retry_ambiguous: bool


@dataclass(frozen=True)
class Call:
    """A line of stdin. Times are in seconds."""

    number: str
    kind: str
    route: int
    first: int
    count: int
    retries: int
    timeout: float
    deadline: float
    cancel: float
    text: str

    @classmethod
    def parse(cls, line: str) -> Call:
        number, kind, route, first, count, retries, timeout, deadline, cancel, text = line.split()
        times = int(timeout) / 1000, int(deadline) / 1000, int(cancel) / 1000
        return cls(number, kind, int(route), int(first), int(count), int(retries), *times, text)

    @property
    def client(self) -> int:
        """Index of the client, which has a ledger for a call with a key."""
        return self.route * 2 + (self.kind == "keyed")

    @property
    def is_bulk(self) -> bool:
        return self.kind in {"bulk", "recorded"}

    @property
    def is_single(self) -> bool:
        return self.kind in {"send", "keyed", "repeat"}

    def options(self) -> Options:
        return {
            "timeout": self.timeout,
            "deadline": self.deadline,
            "max_retries": self.retries,
            "retry_ambiguous": self.kind == "repeat",
        }

    def bulk_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"concurrency": 8}
        if self.kind == "recorded":
            options["ledger"] = f"{FOLDER}/run-{self.first}.db"
        return options

    def messages(self) -> Iterator[zexa.SendMessageRow]:
        """The messages of the call. Each has its own recipient."""
        for number in range(self.first, self.first + self.count):
            message: zexa.SendMessageRow = {
                "channel": "sms",
                "to": f"+2449{number:08}",
                "from_": "BANNED" if number % REJECTED == REJECTED - 1 else "ZEXA",
                "body": f"Message {number}",
            }
            if self.kind in {"keyed", "recorded"}:
                message["idempotency_key"] = f"key-{number}"
            yield message

    def report_sent(self, number: int, message: zexa.Message) -> None:
        self.report(f"row {number} sent - {message.id}")

    def report_failed(self, number: int, error: zexa.ZexaError) -> None:
        self.report(f"row {number} {error.outcome} {error.kind} -")

    def report_row(self, result: zexa.SendResult) -> None:
        number = self.first + result.index
        if result.error is None:
            assert result.message is not None
            self.report_sent(number, result.message)
        else:
            self.report_failed(number, result.error)

    def report(self, text: str) -> None:
        # One write per line: many calls report at the same time.
        with _writing:
            sys.stdout.write(f"{self.number} {text}\n")
            sys.stdout.flush()


def client_options() -> Iterator[dict[str, Any]]:
    """The options of two clients for each route: without a ledger, and with one."""
    urls, proxies = os.environ["CHAOS_URLS"].split(), os.environ["CHAOS_PROXIES"].split()
    for route, (url, proxy) in enumerate(zip(urls, proxies, strict=True)):
        options = {
            "base_url": url,
            "proxy": None if proxy == "-" else proxy,
            "ca_file": os.environ["CHAOS_CA_FILE"],
            "http2": route == 2,
            "connect_timeout": 1,
        }
        yield options
        yield {**options, "ledger": f"{FOLDER}/route-{route}.db"}
