"""The outcome of interrupted and cancelled calls, and the response in their details."""

from __future__ import annotations

import asyncio
import gc
import logging
import pickle
import time
import weakref
from typing import Any

import pytest
import zexa

from examples import SMS
from sandbox import Sandbox, Server


def context_of(error: BaseException) -> zexa.CancelledError:
    """Before Python 3.11, awaiting a cancelled task raises a new error, whose context is the error of the task."""
    context = error.__context__
    if type(context) is asyncio.CancelledError:
        context = context.__context__
    assert type(context) is zexa.CancelledError
    return context


def test_details_contain_a_response_that_arrived(server: Server) -> None:
    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            task = asyncio.create_task(client.messages.send(**SMS))
            await asyncio.sleep(0)
            # Block the loop, so that it does not process the response.
            server.requests(at_least=1)
            await_answer(server)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            error = context_of(caught.value)
            if error.outcome == "accepted":  # otherwise the response had not arrived yet
                assert error.details["id"] == server.messages()[0]["id"]
            else:
                assert error.outcome == "unknown"

    asyncio.run(main())


def await_answer(server: Server) -> None:
    """Send another request. When its response has arrived, that of the first has arrived, too."""
    zexa.Client(**server.options).credits.get()


def test_interrupt_after_the_response_has_outcome_accepted(client: zexa.Client, server: Server) -> None:
    class Interrupted(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise KeyboardInterrupt

    logger = logging.getLogger("zexa")
    handler = Interrupted()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.messages.send(**SMS)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    error = context_of(caught.value)
    assert (error.outcome, error.details["id"]) == ("accepted", server.messages()[0]["id"])


def test_nothing_is_sent_if_the_loop_cannot_wait(async_client: zexa.AsyncClient, server: Server) -> None:
    """For example under another framework than asyncio."""
    coroutine = async_client.messages.send(**SMS)
    with pytest.raises(RuntimeError, match="no running event loop"):
        coroutine.send(None)
    with pytest.raises(RuntimeError, match="cannot reuse"):
        coroutine.send(None)
    assert server.requests() == []


def test_two_tasks_await_one_coroutine(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"path": "/credits", "delay": 0.2, "times": 0}]})

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            coroutine = client.credits.get()
            tasks = [asyncio.create_task(coroutine) for _ in range(2)]
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, RuntimeError | zexa.Credits) for result in results)
            assert any(isinstance(result, RuntimeError) for result in results)

    asyncio.run(main())


def test_loop_closed_during_a_call_is_freed(sandbox: Sandbox) -> None:
    server = sandbox.start_server({"faults": [{"path": "/messages", "delay": 0.2, "times": 0}]})

    async def begin(client: zexa.AsyncClient) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(client.messages.send(**SMS))
        while not server.requests():
            await asyncio.sleep(0.01)
        return task

    client = zexa.AsyncClient(**server.options)
    loops = []
    for _ in range(5):
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        loop.run_until_complete(begin(client))
        loops.append(weakref.ref(loop))
        loop.close()
    del loop
    until = time.monotonic() + 20
    while sum(loop() is not None for loop in loops) > 1 and time.monotonic() < until:
        asyncio.run(client.credits.get())  # registering a new loop removes closed ones
        gc.collect()
    assert sum(loop() is not None for loop in loops) <= 1


def test_numbers_survive_pickling() -> None:
    for number in (0.1 + 0.2, 123456789.12345679, 5e-324, 1.7976931348623157e308):
        event = zexa.parse_event(f'{{"data": {{"number": {number!r}}}}}')
        assert event.data["number"] == number
        assert pickle.loads(pickle.dumps(event)) == event
