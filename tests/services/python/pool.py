"""Sends messages from processes of a pool, which end after ten messages. Use: pool.py fork|spawn|forkserver COUNT"""

import json
import multiprocessing
import sys

import zexa

# Forked processes inherit the client. Those that are spawned import this module, and create their own.
client = zexa.Client()


def ready(order: str) -> dict[str, str]:
    try:
        message = client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body=f"Order {order} is ready.")
    except zexa.ZexaError as error:
        return {"order": order, "outcome": error.outcome, "kind": error.kind}
    return {"order": order, "outcome": "sent", "id": message.id}


if __name__ == "__main__":
    orders = [f"order-{number}" for number in range(int(sys.argv[2]))]
    context = multiprocessing.get_context(sys.argv[1])
    with context.Pool(3, maxtasksperchild=10) as pool:
        for result in pool.imap_unordered(ready, orders):
            print(json.dumps(result), flush=True)
        pool.close()
        pool.join()
