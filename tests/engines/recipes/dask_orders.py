"""Sends one SMS per row of a Parquet file with Dask. Run `python dask_orders.py orders.parquet` again after a crash."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dask
import pyarrow.parquet as pq
import zexa
from distributed import Client, as_completed

# Errors about the row. After others, the call is repeated with its key: the ledger sends no key twice.
FINAL = {"invalid_request", "validation", "key_reused", "in_doubt", "decode", "server"}


def send(client: zexa.Client, row: dict[str, Any]) -> tuple[str, str]:
    while True:
        try:
            client.messages.send(channel="sms", from_="ZEXA", **row)  # to, body, idempotency_key
            return row["idempotency_key"], "accepted"
        except zexa.ZexaError as error:
            if error.kind in FINAL:
                return row["idempotency_key"], error.outcome
            time.sleep(error.retry_after or 15)


def send_group(group: int, path: str) -> list[tuple[str, str]]:
    client = zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)
    with client, pq.ParquetFile(path) as file, ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda row: send(client, row), file.read_row_group(group).to_pylist()))


if __name__ == "__main__":
    dask.config.set({"distributed.scheduler.allowed-failures": 1_000_000})  # a group whose worker dies is sent again
    groups = range(pq.ParquetFile(sys.argv[1]).num_row_groups)
    with Client(n_workers=4) as cluster:
        for sent in as_completed(cluster.map(send_group, groups, path=sys.argv[1])):
            print(*sent.result(), sep="\n", flush=True)
