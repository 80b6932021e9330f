"""Outbox relay: sends one SMS per row of `outbox`. Any number may run, each with a supervisor that restarts it."""

import os
import time

import psycopg
import zexa

client = zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)
# Errors that are not about the row. Repeating the call with its key is safe: the ledger sends no key twice.
LATER = {"connect", "timeout", "in_progress", "rate_limited", "insufficient_credits", "unauthorized"}
NEXT = """SELECT id, phone, body FROM outbox WHERE outcome IS NULL AND due <= now()
    ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED"""
DEFER = "UPDATE outbox SET due = now() + make_interval(secs => %s) WHERE id = %s"
DONE = "UPDATE outbox SET outcome = %s, message_id = %s WHERE id = %s"


def relay(database: psycopg.Connection) -> bool:
    with database.transaction():  # locks the row; the ledger has its own connection
        row = database.execute(NEXT).fetchone()
        if row is None:
            return False
        number, phone, body = row
        key = f"outbox-{number}"
        try:
            message = client.messages.send(channel="sms", to=phone, from_="ZEXA", body=body, idempotency_key=key)
            database.execute(DONE, ("accepted", message.id, number))
        except zexa.ZexaError as error:
            if error.kind in LATER:
                database.execute(DEFER, (error.retry_after or 15, number))
            else:
                database.execute(DONE, (error.outcome, None, number))
        return True


if __name__ == "__main__":
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while True:
            if not relay(connection):
                time.sleep(1)
