"""Ways to exit while threads are in calls: exits.py WAY. A line on stdin starts the exit."""

import itertools
import json
import os
import signal
import sys
import threading

import zexa

client = zexa.Client(ledger=os.environ["ORDERS_LEDGER"])


def say(line: dict[str, object]) -> None:
    # In one write, so that the lines of threads do not mix.
    os.write(1, (json.dumps(line) + "\n").encode())


def ready(order: str) -> None:
    say({"order": order, "starts": True})
    try:
        message = client.messages.send(
            channel="sms", to="+244912345678", from_="ZEXA", body=f"Order {order} is ready.", idempotency_key=order
        )
    except zexa.ZexaError as error:
        say({"order": order, "outcome": error.outcome, "kind": error.kind})
    else:
        say({"order": order, "outcome": "sent", "id": message.id})


def send_from(name: str) -> None:
    for number in itertools.count():
        ready(f"{name}-{number}")


def exit_in_handler(number: int, frame: object) -> None:
    sys.exit(3)


def main(way: str) -> None:
    for number in range(4):
        threading.Thread(target=send_from, args=(f"thread{number}",), daemon=True).start()
    if way == "handler":
        # The signal interrupts the call of the main thread.
        signal.signal(signal.SIGTERM, exit_in_handler)
        send_from("main")
    sys.stdin.readline()
    if way == "thread":
        # Ends this thread only.
        thread = threading.Thread(target=sys.exit, args=(4,))
        thread.start()
        thread.join()
    if way == "_exit":
        os._exit(3)
    sys.exit(3)


if __name__ == "__main__":
    main(sys.argv[1])
