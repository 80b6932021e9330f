"""The bulk run in Python that `cargo xtask chaos kill` kills: `send.py LEDGER ROWS CONCURRENCY`.

Sends the rows that `src/main.rs` describes, prints the number of results, and exits with 3 if the run has stopped by itself.
"""

from __future__ import annotations

import sys

import zexa

STOPPED = 3
# Every row with a multiple of this number is rejected, because its sender is not approved.
REJECTED = 40


def message(row: int) -> zexa.SendMessageRow:
    return {
        "channel": "sms",
        "to": f"+2449{row:08}",
        "from_": "BANNED" if row % REJECTED == REJECTED - 1 else "ZEXA",
        "body": "Hello",
        "idempotency_key": f"row-{row}",
    }


def main(ledger: str, rows: str, concurrency: str) -> int:
    client = zexa.Client()
    results = 0
    try:
        with client.messages.send_many(
            map(message, range(int(rows))), ledger=ledger, concurrency=int(concurrency)
        ) as sending:
            for _ in sending:
                results += 1
    except zexa.StoppedError as error:
        print(error)
        return STOPPED
    print(results)
    return 0


sys.exit(main(*sys.argv[1:]))
