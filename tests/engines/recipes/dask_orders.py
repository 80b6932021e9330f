"""Sends one SMS per row of a Parquet file with Dask: `python dask_orders.py orders.parquet`. Run it again after a crash."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import dask
import pyarrow.parquet as pq
import zexa
from distributed import Client, as_completed

# These errors are not about the row. The call is repeated with the same key, which the ledger does not let be sent twice.
LATER = {"connect", "timeout", "in_progress", "rate_limited", "insufficient_credits", "unauthorized"}


@cache  # one client per process
def client() -> zexa.Client:
    return zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)


def send(row: dict[str, str]) -> str:
    while True:
        key, phone, body = row["id"], row["phone"], row["body"]
        try:
            client().messages.send(channel="sms", to=phone, from_="ZEXA", body=body, idempotency_key=key)
            return "accepted"
        except zexa.ZexaError as error:
            if error.kind not in LATER:
                return error.outcome
            time.sleep(error.retry_after or 15)


def send_group(group: int, path: str) -> list[tuple[str, str]]:
    rows = pq.ParquetFile(path).read_row_group(group).to_pylist()
    with ThreadPoolExecutor(16) as pool:
        return list(zip((row["id"] for row in rows), pool.map(send, rows), strict=True))


if __name__ == "__main__":
    groups = range(pq.ParquetFile(sys.argv[1]).num_row_groups)
    dask.config.set({"distributed.scheduler.allowed-failures": 1_000_000})  # a group whose worker dies is sent again
    with Client(n_workers=4) as cluster:
        for sent in as_completed(cluster.map(send_group, groups, path=sys.argv[1])):
            print(*sent.result(), sep="\n", flush=True)
