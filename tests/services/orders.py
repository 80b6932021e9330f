"""Orders. Each is one message, and what its callers were told is compared with what the sandbox received."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zexa

from sandbox import Server

# What happens to messages: a third of them meets a fault, and all others take a few milliseconds.
FAULTS: list[dict[str, Any]] = [
    {
        "method": "POST",
        "times": 0,
        "probability": 0.33,
        "seed": 7,
        "any_of": [
            {"process": True, "delay": 0.2},
            {"process": True, "status": 503},
            {"process": True, "then": "reset"},
            {"process": True, "then": "cut", "at": "body"},
            {"status": 422},
            {"status": 429, "headers": {"Retry-After": "0.1"}},
        ],
    },
    {"method": "POST", "times": 0, "process": True, "delay": 0.01},
]

# The text of each message. The recipes contain it as well.
TEXT = re.compile(r"Order (\S+) is ready\.")


@dataclass(frozen=True)
class Report:
    """What a caller was told about an order."""

    order: str
    # "sent", the outcome of an error, or None if the caller got no answer.
    outcome: str | None
    # The kind of an error.
    kind: str | None = None
    # The id of the message.
    id: str | None = None

    @classmethod
    def of_json(cls, order: str, told: dict[str, Any]) -> Report:
        return cls(order, told["outcome"], told.get("kind"), told.get("id"))

    @property
    def may_be_sent(self) -> bool:
        return self.outcome not in ("not_sent", "rejected")


def compare(server: Server, reports: Iterable[Report]) -> Counter[str]:
    """Fail if a report is false, or if a message was sent twice. Returns the number of reports by outcome."""
    reports = list(reports)
    received: defaultdict[str, list[str]] = defaultdict(list)
    for message in server.messages():
        (order,) = TEXT.fullmatch(message["body"]).groups()  # type: ignore[union-attr]
        received[order].append(message["id"])
    by_order: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_order[report.order].append(report)
    false = [f"{order} was received, and nobody asked for it" for order in received.keys() - by_order.keys()]
    for order, told in by_order.items():
        ids = received[order]
        if len(ids) > 1:
            false.append(f"{order} was sent {len(ids)} times: {told}")
        if ids and not any(report.may_be_sent for report in told):
            false.append(f"{order} was received, but not sent or rejected: {told}")
        for report in told:
            if report.outcome == "sent" and report.id not in ids:
                false.append(f"{order} was not received with the id that was reported: {report}, {ids}")
            if report.outcome == "accepted" and not ids:
                false.append(f"{order} was accepted, and not received: {report}")
    assert not false, "\n".join(false)
    return Counter(str(report.outcome) for report in reports)


def compare_ledger(server: Server, path: Path, reports: Iterable[Report]) -> Counter[str]:
    """Fail if a row of the ledger is false, or if a message has no row. Returns the number of rows by state.

    No process may use the ledger any more: every row without a recorded result is then in doubt.
    """
    export = path.with_suffix(".csv")
    with zexa.Ledger.open(path) as ledger:
        ledger.export(export)
        in_doubt = {row.key for row in ledger.in_doubt()}
    with export.open(encoding="utf-8", newline="") as file:
        states = {row["key"]: "in_doubt" if row["key"] in in_doubt else row["state"] for row in csv.DictReader(file)}
    sent = {TEXT.fullmatch(message["body"])[1] for message in server.messages()}  # type: ignore[index]
    false = []
    for order in sent:
        if states.get(order) not in ("accepted", "in_doubt"):
            false.append(f"{order} was received, and its row is {states.get(order)}")
    for order, state in states.items():
        if state == "accepted" and order not in sent:
            false.append(f"{order} was not received, and its row is {state}")
    for report in reports:
        expected = {"sent": "accepted", "accepted": "accepted", "unknown": "in_doubt"}.get(str(report.outcome))
        # The result of a call that was cancelled, or of another call with this key, may have been recorded later.
        is_final = report.kind not in ("cancelled", "in_progress")
        if is_final and expected and states.get(report.order) != expected:
            false.append(f"the row of {report} is {states.get(report.order)}")
    assert not false, "\n".join(false)
    return Counter(states.values())


def reports_of(lines: Iterable[str]) -> list[Report]:
    """The reports of a program that prints a line before and after each call. A call without a second line has no answer."""
    told = [json.loads(line) for line in lines]
    started = {one["order"] for one in told if "starts" in one}
    reports = [Report.of_json(one["order"], one) for one in told if "starts" not in one]
    return [*reports, *(Report(order, None) for order in started - {report.order for report in reports})]
