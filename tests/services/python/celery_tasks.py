"""Celery tasks that send a message for each order. A task whose worker is killed is delivered again."""

import os
from typing import Any

import zexa
from celery import Celery

app = Celery("orders", broker=os.environ["CELERY_BROKER"], backend=os.environ["CELERY_BACKEND"])
app.conf.update(
    # A task is acknowledged after it has ended, and is delivered again if its process is killed. That is safe, because
    # the ledger does not let a key be sent twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
)
# Created when the module is imported. The processes of the pool inherit it.
client = zexa.Client(ledger=os.environ["ORDERS_LEDGER"])


@app.task(bind=True, max_retries=5)
def ready(self: Any, order: str) -> dict[str, str]:
    try:
        message = client.messages.send(
            channel="sms",
            to="+244912345678",
            from_="ZEXA",
            body=f"Order {order} is ready.",
            # The primary key of the row that the message is about.
            idempotency_key=order,
        )
    except zexa.ZexaError as error:
        # Not sent, and may succeed later.
        if error.safe_to_retry and isinstance(error, zexa.RateLimitError | zexa.APIConnectionError):
            raise self.retry(exc=error, countdown=error.retry_after or 60) from error
        return {"outcome": error.outcome, "kind": error.kind}
    return {"outcome": "sent", "id": message.id}
