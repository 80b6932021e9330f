"""Makes the calls of `cargo xtask chaos wire` with `zexa.AsyncClient`, as tasks. A call is cancelled by cancelling its task."""

from __future__ import annotations

import asyncio
import sys

import zexa
from wire import Call, client_options


async def make(call: Call, client: zexa.AsyncClient) -> None:
    client = client.with_options(**call.options())
    try:
        async with asyncio.timeout(call.cancel or None):
            if call.is_bulk:
                async with client.messages.send_many(call.messages(), **call.bulk_options()) as sending:
                    async for result in sending:
                        call.report_row(result)
            elif call.kind == "list":
                async for sender in client.sender_ids.list(per_page=1):
                    call.report(f"item {sender.id}")
            elif call.kind == "wait":
                await client.messages.wait(call.text, until="final")
            else:
                call.report_sent(call.first, await client.messages.send(**next(call.messages())))
    except zexa.ZexaError as error:
        if call.is_single:
            call.report_failed(call.first, error)
        call.report(f"end {error.kind}")
    except TimeoutError as error:
        if call.is_single:
            cancelled = error.__cause__.__context__ if error.__cause__ else None
            if isinstance(cancelled, zexa.ZexaError):
                call.report_failed(call.first, cancelled)
            else:
                # The task was cancelled before the call began.
                call.report(f"row {call.first} not_sent dropped -")
        call.report("end cancelled")
    else:
        call.report("end ok")


async def main() -> None:
    clients = [zexa.AsyncClient(**options) for options in client_options()]
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    # Any other exception ends the program: its call would have no report.
    async with asyncio.TaskGroup() as calls:
        while line := await reader.readline():
            call = Call.parse(line.decode())
            calls.create_task(make(call, clients[call.client]))


asyncio.run(main())
