"""Plays many scenarios at a time: they spend their time waiting."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone

from sandbox import Sandbox
from scenarios.files import Play
from scenarios.play import AttemptHandler, play, play_async

# Seconds. A scenario that takes longer hangs. The longest takes a few seconds, and several times as long on a busy machine.
LONGEST = 60
# Plays of the blocking client, each on a thread of its own.
THREADS = 32
# Event loops, each with so many plays at a time.
LOOPS = 2
TASKS = 16
LOGGER = logging.getLogger("zexa")


class Stage:
    """All that is to be played, and what comes of it as it is done."""

    def __init__(self, sandbox: Sandbox, plays: list[Play]):
        self._sandbox = sandbox
        self._found: dict[Play, Future[list[str]]] = {one: Future() for one in plays}
        self._threads = ThreadPoolExecutor(THREADS, "scenario")
        self._attempts = AttemptHandler()
        LOGGER.addHandler(self._attempts)
        LOGGER.setLevel(logging.DEBUG)
        for one in plays:
            if not one.way.is_async:
                self._threads.submit(self._play, one)
        shared = [one for one in plays if one.way.is_async]
        for number in range(LOOPS):
            threading.Thread(target=self._run_loop, args=(shared[number::LOOPS],), daemon=True).start()

    def found(self, one: Play) -> list[str]:
        """What did not fit."""
        future = self._found[one]
        try:
            # Others may have to be played first, but they too end in time.
            return future.result(LONGEST * 10)
        except NotDone:
            return ["it was never played to its end: the thread or the event loop that it runs on is held up"]

    def end(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        LOGGER.removeHandler(self._attempts)
        LOGGER.setLevel(logging.NOTSET)

    def _play(self, one: Play) -> None:
        """Plays on a thread of its own, which is left behind where the call does not end."""
        found = [f"it has not ended after {LONGEST} seconds"]

        def run() -> None:
            found[:] = play(self._sandbox, one.scenario, one.way)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(LONGEST)
        self._found[one].set_result(list(found))

    def _run_loop(self, plays: list[Play]) -> None:
        asyncio.run(self._play_all(plays))

    async def _play_all(self, plays: list[Play]) -> None:
        # The control paths are waited for on threads.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(TASKS * 2))
        places = asyncio.Semaphore(TASKS)

        async def play_one(one: Play) -> None:
            async with places:
                task = asyncio.ensure_future(play_async(self._sandbox, one.scenario, one.way))
                done, _ = await asyncio.wait({task}, timeout=LONGEST)
                found = task.result() if done else [f"it has not ended after {LONGEST} seconds"]
                self._found[one].set_result(found)

        await asyncio.gather(*map(play_one, plays))
