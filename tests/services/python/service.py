"""A service whose tasks send messages until SIGTERM or Ctrl-C. It then cancels the calls in flight and reports their outcomes."""

import asyncio
import itertools
import json
import os
import signal

import zexa


def say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


async def ready(client: zexa.AsyncClient, order: str) -> None:
    say({"order": order, "starts": True})
    try:
        message = await client.messages.send(
            channel="sms", to="+244912345678", from_="ZEXA", body=f"Order {order} is ready.", idempotency_key=order
        )
    except asyncio.CancelledError as cancelled:
        # The error of the call: a `CancelledError`, or another if the call has just failed. Without one, the call had not begun.
        context = cancelled.__context__
        outcome, kind = (context.outcome, context.kind) if isinstance(context, zexa.ZexaError) else ("not_sent", None)
        say({"order": order, "outcome": outcome, "kind": kind})
        raise
    except zexa.ZexaError as error:
        say({"order": order, "outcome": error.outcome, "kind": error.kind})
    else:
        say({"order": order, "outcome": "sent", "id": message.id})


async def send_until_cancelled(client: zexa.AsyncClient, name: str) -> None:
    for number in itertools.count():
        await ready(client, f"{name}-{number}")


async def main() -> None:
    task = asyncio.current_task()
    assert task
    # asyncio.run() handles Ctrl-C in the same way.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with zexa.AsyncClient(ledger=os.environ["ORDERS_LEDGER"]) as client:
        await asyncio.gather(*(send_until_cancelled(client, f"task{number}") for number in range(4)))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except asyncio.CancelledError:
        pass
