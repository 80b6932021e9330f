"""Fixtures: a server of the sandbox that injects faults, and the servers of an engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fixtures import environment, sandbox
from programs.process import until
from sandbox import Sandbox, Server
from servers import servers

__all__ = ["environment", "sandbox"]

# All messages take a while, so that some are in flight when a process is killed. Some requests meet a fault.
FAULTS: list[dict[str, Any]] = [
    {
        "method": "POST",
        "times": 0,
        "probability": 0.2,
        "seed": 11,
        "any_of": [
            {"process": True, "delay": 0.5},
            {"process": True, "status": 503},
            {"process": True, "then": "reset"},
            {"process": True, "then": "cut", "at": "body"},
        ],
    },
    {"method": "POST", "times": 0, "process": True, "delay": 0.05},
]


@dataclass(frozen=True)
class Engine:
    """Where the processes of an engine find everything."""

    server: Server
    database: str
    broker: str
    ledger: str

    def wait_for(self, requests: int) -> None:
        """Wait until the server has received this number of requests."""
        until(f"{requests} requests", lambda: self.server.state()["requests"] >= requests)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ZEXA_BASE_URL": self.server.url,
            "ZEXA_API_KEY": self.server.api_key,
            "DATABASE_URL": self.database,
            "BROKER_URL": self.broker,
            "LEDGER_URL": self.ledger,
            "ZEXA_LIMITER": f"{self.broker}/1",
        }


@pytest.fixture
def engine(sandbox: Sandbox) -> Iterator[Engine]:
    """A new sandbox server, database and broker."""
    # 429s come from a real limit: with random ones, the common rate would fall until none comes any more.
    state = {"credits": 1e6, "rate_limit": {"requests": 100, "per_seconds": 1}}
    server = sandbox.start_server({"state": state, "faults": FAULTS})
    with servers() as (postgres, redis):
        yield Engine(server, postgres.url, redis.url, f"{postgres.url}?ledger=orders")
    server.end()
