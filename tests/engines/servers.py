"""The servers of an engine: PostgreSQL with the ledger and the orders, and Redis as a broker. Both can be killed and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from postgres_server import Postgres
from programs.process import TIMEOUT
from redis_server import Redis


@contextmanager
def servers(*, timeout: float = TIMEOUT) -> Iterator[tuple[Postgres, Redis]]:
    """Running servers. They are killed after the timeout, in seconds."""
    # The path of a socket must be short.
    with TemporaryDirectory() as data, TemporaryDirectory() as broker:
        postgres, redis = Postgres(Path(data), timeout=timeout), Redis(Path(broker), is_durable=True, timeout=timeout)
        try:
            postgres.start()
            redis.start()
            yield postgres, redis
        finally:
            redis.kill()
            postgres.close()
