"""Makes the calls of `cargo xtask chaos wire` with `zexa.Client`, on several threads: `calls.py WORKERS`.

A blocking call cannot be cancelled from another thread. Bulk runs can.
"""

from __future__ import annotations

import os
import sys
import threading

import zexa
from wire import Call, client_options

CLIENTS = [zexa.Client(**options) for options in client_options()]


def send_many(call: Call, client: zexa.Client) -> None:
    with client.messages.send_many(call.messages(), **call.bulk_options()) as sending:
        # From another thread: without a connection, there may be no result for a long time.
        timer = threading.Timer(call.cancel, sending.cancel)
        timer.start()
        for result in sending:
            call.report_row(result)
            if timer.finished.is_set() and int(call.number) % 3 == 0:
                # Nobody waits for the results of the rows in flight.
                call.report("end cancelled")
                return
        timer.cancel()
    call.report("end ok")


def make(call: Call) -> None:
    client = CLIENTS[call.client].with_options(**call.options())
    try:
        if call.is_bulk:
            send_many(call, client)
            return
        if call.kind == "list":
            for sender in client.sender_ids.list(per_page=1):
                call.report(f"item {sender.id}")
        elif call.kind == "wait":
            client.messages.wait(call.text, until="final")
        else:
            call.report_sent(call.first, client.messages.send(**next(call.messages())))
    except zexa.ZexaError as error:
        if call.is_single:
            call.report_failed(call.first, error)
        call.report(f"end {error.kind}")
    else:
        call.report("end ok")


# `sys.stdin` is not thread-safe.
reading = threading.Lock()


def read_line() -> str:
    with reading:
        return sys.stdin.readline()


def fail(raised: threading.ExceptHookArgs) -> None:
    """Ends the program: its other threads would leave the call that raised without a report."""
    sys.__excepthook__(raised.exc_type, raised.exc_value or raised.exc_type(), raised.exc_traceback)
    sys.stderr.flush()
    os._exit(1)


threading.excepthook = fail


def work() -> None:
    while line := read_line():
        make(Call.parse(line))


threads = [threading.Thread(target=work) for _ in range(int(sys.argv[1]))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
