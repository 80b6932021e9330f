"""A FastAPI application that sends a message for each order, under uvicorn."""

import os

import zexa
from fastapi import FastAPI, Response

app = FastAPI()
# One client per process, created when the module is imported. It starts its thread at the first call.
client = zexa.AsyncClient(ledger=os.environ.get("ORDERS_LEDGER"))


@app.post("/{order}")
async def ready(order: str, response: Response) -> dict[str, str]:
    try:
        message = await client.messages.send(
            channel="sms",
            to="+244912345678",
            from_="ZEXA",
            body=f"Order {order} is ready.",
            # If this order is posted again, for example because its answer was lost, it is not sent again.
            idempotency_key=order if "ORDERS_LEDGER" in os.environ else None,
        )
    except zexa.ZexaError as error:
        response.status_code = 502
        return {"outcome": error.outcome, "kind": error.kind}
    return {"outcome": "sent", "id": message.id}
