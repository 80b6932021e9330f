"""Outbox relay: sends one SMS for each row of the table `outbox`. Any number of relays may run."""

import os
import time

import psycopg
import zexa

client = zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)
# These errors are not about the row. The call is repeated with the same key, which the ledger does not let be sent twice.
LATER = {"connect", "timeout", "in_progress", "rate_limited", "insufficient_credits", "unauthorized"}
NEXT = """SELECT id, phone, body FROM outbox WHERE outcome IS NULL AND due <= now()
    ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED"""
DEFER = "UPDATE outbox SET due = now() + make_interval(secs => %s) WHERE id = %s"
DONE = "UPDATE outbox SET outcome = %s, message_id = %s WHERE id = %s"


def relay(database: psycopg.Connection) -> bool:
    with database.transaction():  # locks the row; the ledger commits its claim on its own connection
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
        while True:  # if the database is lost, the relay ends, and its supervisor starts it again
            if not relay(connection):
                time.sleep(1)
