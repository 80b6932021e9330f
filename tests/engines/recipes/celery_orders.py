"""A Celery task that sends one SMS per order. Start it with `celery -A celery_orders worker --concurrency 4`."""

import os
from typing import Any

import zexa
from celery import Celery

VISIBILITY_TIMEOUT = int(os.environ.get("VISIBILITY_TIMEOUT", "120"))
app = Celery("orders", broker=os.environ["BROKER_URL"])
app.conf.update(
    # A task is acknowledged at its end, and delivered again if its process was killed.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # After this time, which exceeds the deadline, the tasks of a lost worker are delivered again. Checked every 10 s.
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT, "unacked_restore_throttle": 1},
)
# Created before the pool forks. Its processes inherit it.
client = zexa.Client(ledger=os.environ["LEDGER_URL"], timeout=10, deadline=60)
# Errors about the order. After others, the call is repeated with its key: the ledger sends no key twice.
FINAL = {"invalid_request", "validation", "key_reused", "in_doubt", "decode", "server"}


@app.task(bind=True, max_retries=None)
def ready(self: Any, order: int, phone: str) -> str:
    try:
        client.messages.send(
            channel="sms",
            to=phone,
            from_="ZEXA",
            body=f"Order {order} is ready.",
            idempotency_key=f"order-{order}-ready",  # from the row in the shop's database, not from the task
        )
    except zexa.ZexaError as error:
        if error.kind in FINAL:
            return error.outcome
        raise self.retry(exc=error, countdown=error.retry_after or 15) from error
    return "accepted"
