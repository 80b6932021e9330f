"""A WSGI application that sends a message for each order, under gunicorn or mod_wsgi."""

import json
import os
from collections.abc import Callable
from typing import Any

import zexa

# One client per process, created when the module is imported. Forked workers inherit it.
client = zexa.Client(ledger=os.environ.get("ORDERS_LEDGER"))


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    order = environ["PATH_INFO"].removeprefix("/")
    result: dict[str, str]
    try:
        message = client.messages.send(
            channel="sms",
            to="+244912345678",
            from_="ZEXA",
            body=f"Order {order} is ready.",
            # If this order is posted again, for example because its answer was lost, it is not sent again.
            idempotency_key=order if "ORDERS_LEDGER" in os.environ else None,
        )
    except zexa.ZexaError as error:
        status, result = "502 Bad Gateway", {"outcome": error.outcome, "kind": error.kind}
    else:
        status, result = "200 OK", {"outcome": "sent", "id": message.id}
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(result).encode()]
