"""Outbox relay: sends one SMS per row of `outbox`. Any number may run, each with a supervisor that restarts it."""

import os
import signal
import threading

import psycopg
import zexa

client = zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)
# Errors about the row. After others, the call is repeated with its key: the ledger sends no key twice.
FINAL = {"invalid_request", "validation", "key_reused", "in_doubt", "decode", "server"}
NEXT = """SELECT id, phone, body FROM outbox WHERE outcome IS NULL AND due <= now()
    ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED"""
DEFER = "UPDATE outbox SET due = now() + make_interval(secs => %s) WHERE id = %s"
DONE = "UPDATE outbox SET outcome = %s, message_id = %s WHERE id = %s"


def relay(database: psycopg.Connection) -> float:  # the seconds to wait before the next row
    with database.transaction():  # locks the row; the ledger has its own connection
        for number, phone, body in database.execute(NEXT):
            sms = {"channel": "sms", "to": phone, "from_": "ZEXA", "body": body}
            try:
                message = client.messages.send(**sms, idempotency_key=f"outbox-{number}")
                database.execute(DONE, ("accepted", message.id, number))
            except zexa.ZexaError as error:
                if error.kind in FINAL:
                    database.execute(DONE, (error.outcome, None, number))
                else:
                    database.execute(DEFER, (error.retry_after or 15, number))
                return 1 if error.kind == "server" else 0  # an outage must not put many rows in doubt
            return 0
    return 1


stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())  # the row in progress is completed
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    while not stop.wait(relay(connection)):
        pass
