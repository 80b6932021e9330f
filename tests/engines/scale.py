"""The demonstration of `cargo xtask scale`: Celery workers share a ledger and a limiter, while everything is killed.

Workers are killed five times each at random moments, and Redis and PostgreSQL are killed and started again once each. At the end,
the record of the sandbox is compared with the ledger.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

import redis
import zexa
from celery import Celery

from checks import Orders, phones, unsettled
from postgres_server import Postgres
from programs.process import Process
from redis_server import Redis
from sandbox import Sandbox, Server
from servers import servers

RECIPES = Path(__file__).resolve().parent / "recipes"
WORKERS = 4
# Each has this number of processes.
PROCESSES = 4
KILLS_PER_WORKER = 5
# Messages per second that the account may send.
LIMIT = 50
# Seconds. The last tasks of killed workers are delivered again after the visibility timeout and up to 10 s.
VISIBILITY_TIMEOUT = 70
# The part of the messages after which nothing is killed any more, so that the throughput does not depend on this timeout.
CALM = 0.7
# Seconds after which a run that hangs ends, for each message.
PATIENCE = 0.2


class Scale:
    """A run: its servers and workers."""

    def __init__(self, options: argparse.Namespace, server: Server, postgres: Postgres, redis: Redis):
        self.options = options
        self.server, self.postgres, self.redis = server, postgres, redis
        self.ledger = f"{postgres.url}?ledger=scale"
        self.workers: list[Process] = []
        self.begin = time.monotonic()

    def start_worker(self) -> Process:
        environment = {
            "ZEXA_BASE_URL": self.server.url,
            "ZEXA_API_KEY": self.server.api_key,
            "BROKER_URL": self.redis.url,
            "LEDGER_URL": self.ledger,
            "VISIBILITY_TIMEOUT": str(VISIBILITY_TIMEOUT),
        }
        if self.options.limiter:
            environment["ZEXA_LIMITER"] = f"{self.redis.url}/1"
        flags = ["--concurrency", str(PROCESSES), "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
        command = [sys.executable, "-m", "celery", "-A", "celery_orders", "worker", *flags]
        return Process(command, environment=environment, folder=RECIPES, timeout=self.patience)

    @property
    def patience(self) -> float:
        return 300 + int(self.options.messages) * PATIENCE

    def events(self) -> list[tuple[int, str]]:
        """What is killed, by the number of messages that the server has received before."""
        moments = random.Random(self.options.seed)
        names = [f"worker {number}" for number in range(WORKERS)] * KILLS_PER_WORKER + ["Redis", "PostgreSQL"]
        end = int(self.options.messages * CALM)
        return sorted((moments.randrange(1, end), name) for name in names)

    def kill(self, name: str) -> None:
        """Kill a worker or a server, and start it again."""
        if name == "Redis":
            self.redis.kill()
            self.redis.start()
        elif name == "PostgreSQL":
            self.postgres.kill()
            self.postgres.start()
        else:
            number = int(name.split()[1])
            self.workers[number].__exit__(None, None, None)
            self.workers[number] = self.start_worker()

    def wait_for(self, count: int) -> None:
        """Wait until the server has received this number of messages."""
        while (received := self.server.state()["messages"]) < count:
            self.check_time(f"{received} messages were received")
            time.sleep(0.02)

    def check_time(self, state: str) -> None:
        if time.monotonic() - self.begin > self.patience:
            sys.exit(f"The run does not end: {state}.")

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.begin:7.1f} s  {text}", flush=True)

    def hand_in(self, orders: dict[int, str]) -> None:
        with Celery(broker=self.redis.url) as app, app.pool.acquire(block=True) as connection:
            for order, phone in orders.items():
                app.send_task("celery_orders.ready", [order, phone], connection=connection, ignore_result=True)

    def is_idle(self) -> bool:
        """Whether the broker has no task, waiting or delivered."""
        with redis.Redis.from_url(self.redis.url) as broker:
            return not broker.llen("celery") and not broker.hlen("unacked")

    def finish(self, ledger: zexa.Ledger, orders: dict[int, str], keys: dict[str, str]) -> None:
        """Wait until all orders are settled. Celery loses tasks of killed workers, so orders without a result are handed in again."""
        while (settled := count_settled(ledger)) < len(orders):
            self.check_time(f"{settled} orders are settled")
            if self.is_idle():
                left = unsettled(ledger, keys.values())
                self.say(f"{len(left)} tasks were lost by the broker, and are handed in again")
                self.hand_in({order: phone for order, phone in orders.items() if keys[phone] in left})
            time.sleep(0.5)

    def run(self) -> int:
        """Run all, print a report, and return the exit status."""
        zexa.Client(**self.server.options, ledger=self.ledger).close()  # creates the ledger
        orders = dict(enumerate(phones(self.options.messages)))
        keys = {phone: f"order-{order}-ready" for order, phone in orders.items()}
        self.hand_in(orders)
        self.say(f"{len(orders)} orders were handed in")
        try:
            self.workers = [self.start_worker() for _ in range(WORKERS)]
            self.wait_for(1)
            begin = time.monotonic()
            for moment, name in self.events():
                self.wait_for(moment)
                self.say(f"{moment} messages: {name} is killed")
                self.kill(name)
            with zexa.Ledger.open(self.ledger) as ledger:
                self.finish(ledger, orders, keys)
            seconds = time.monotonic() - begin
        finally:
            for worker in self.workers:
                worker.__exit__(None, None, None)
        return self.report(Orders.of(self.server, self.ledger, keys), seconds)

    def report(self, orders: Orders, seconds: float) -> int:
        counts, state = orders.counts(), self.server.state()
        received, requests = state["messages"], state["requests"]
        throughput = received / seconds
        print(f"\nlimit            {LIMIT}/s, limiter: {'on' if self.options.limiter else 'off'}")
        print(f"duplicates       {orders.duplicates}")
        print(f"accepted         {counts['accepted']}")
        print(f"in doubt         {counts['in_doubt']}")
        print(f"accepted + in doubt of all orders: {counts['accepted'] + counts['in_doubt']} of {len(orders.keys)}")
        print(f"throughput       {throughput:.1f}/s in {seconds:.0f} s: {throughput / LIMIT:.1%} of the limit")
        print(
            f"429              {requests - received} of {requests} attempts: {(requests - received) / requests:.2%}",
            flush=True,
        )
        problems = orders.problems()
        print(*problems, sep="\n", end="", file=sys.stderr)
        return 1 if problems else 0


def count_settled(ledger: zexa.Ledger) -> int:
    counts = ledger.counts()
    return counts.accepted + counts.in_doubt


def main() -> int:
    parser = argparse.ArgumentParser(prog="cargo xtask scale")
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--no-limiter", dest="limiter", action="store_false")
    options = parser.parse_args()
    sandbox = Sandbox(Path(os.environ["ZEXA_SANDBOX"]))
    state = {"credits": 1e9, "rate_limit": {"requests": LIMIT, "per_seconds": 1}}
    server = sandbox.start_server({"state": state})
    with servers(timeout=300 + options.messages * PATIENCE) as (postgres, redis_server):
        status = Scale(options, server, postgres, redis_server).run()
    sandbox.end()
    return status


if __name__ == "__main__":
    sys.exit(main())
