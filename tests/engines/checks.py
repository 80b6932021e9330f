"""Compares what the sandbox has received with the ledger, after an engine has sent all messages."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import zexa

from sandbox import Server


@dataclass(frozen=True)
class Orders:
    """What has become of the orders. Each has a recipient of its own."""

    # The keys, by recipient.
    keys: dict[str, str]
    # How often each key was received.
    received: Counter[str]
    # See `states`.
    states: dict[str, str]

    @classmethod
    def of(cls, server: Server, ledger: str, keys: dict[str, str]) -> Orders:
        """Read the record of the sandbox and the ledger."""
        received = Counter(keys[message["to"]] for message in server.messages())
        with zexa.Ledger.open(ledger) as opened:
            return cls(keys, received, states(opened))

    @property
    def duplicates(self) -> int:
        """The number of messages that were sent again."""
        return sum(count - 1 for count in self.received.values())

    def problems(self) -> list[str]:
        """Each order that was sent twice, or whose state is false. Each must be accepted or in doubt at the end."""
        found = [f"{key} was sent {count} times" for key, count in self.received.items() if count > 1]
        for key in self.keys.values():
            state = self.states.get(key, "absent")
            if state not in ("accepted", "in_doubt"):
                found.append(f"{key} is {state}, and was received {self.received[key]} times")
            if state == "accepted" and not self.received[key]:
                found.append(f"{key} is accepted, and was not received")
        found += [
            f"{key} is in the ledger, and there is no such order"
            for key in self.states.keys() - set(self.keys.values())
        ]
        return found

    def counts(self) -> Counter[str]:
        return Counter(self.states.values())


def states(ledger: zexa.Ledger) -> dict[str, str]:
    """The state of each key: `in_doubt` if its result is not known."""
    with TemporaryDirectory() as folder:
        export = Path(folder, "ledger.csv")
        ledger.export(export)
        in_doubt = {row.key for row in ledger.in_doubt()}
        with export.open(encoding="utf-8", newline="") as file:
            rows = {row["key"]: row["state"] for row in csv.DictReader(file)}
    return {key: "in_doubt" if key in in_doubt else state for key, state in rows.items()}


def unsettled(ledger: zexa.Ledger, keys: Iterable[str]) -> set[str]:
    """The keys that are neither accepted nor in doubt. A shop finds them in its own database."""
    found = states(ledger)
    return {key for key in keys if found.get(key) not in ("accepted", "in_doubt")}


def is_settled(ledger: zexa.Ledger, count: int) -> bool:
    """Whether this number of orders are accepted or in doubt."""
    counts = ledger.counts()
    return counts.accepted + counts.in_doubt >= count


def phones(count: int) -> Iterable[str]:
    """Different phone numbers."""
    return (f"+244923{number:06}" for number in range(count))
