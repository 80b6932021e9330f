"""Plays many scenarios concurrently, because they mostly wait."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from pathlib import Path
from types import FrameType
from typing import Any

from sandbox import Sandbox
from scenarios.files import Play
from scenarios.play import AttemptHandler, play, play_async

# Seconds. The longest scenario takes a few seconds. On a busy machine, those that begin first take many times as long, because all share a processor.
TIMEOUT = 180
# Threads for plays with the blocking client.
THREADS = 32
# Event loops, and concurrent plays in each.
LOOPS = 2
TASKS = 16
LOGGER = logging.getLogger("zexa")


class Stage:
    """Plays scenarios in the background, and provides their results."""

    def __init__(self, sandbox: Sandbox, plays: list[Play]):
        self._sandbox = sandbox
        self._found: dict[Play, Future[list[str]]] = {one: Future() for one in plays}
        self._threads = ThreadPoolExecutor(THREADS, "scenario")
        self._attempts = AttemptHandler()
        LOGGER.addHandler(self._attempts)
        LOGGER.setLevel(logging.DEBUG)
        for one in plays:
            if not one.mode.is_async:
                self._threads.submit(self._play, one)
        shared = [one for one in plays if one.mode.is_async]
        for number in range(LOOPS):
            threading.Thread(target=self._run_loop, args=(shared[number::LOOPS],), daemon=True).start()

    def found(self, one: Play) -> list[str]:
        """The deviations of a play."""
        future = self._found[one]
        try:
            # Others may be played first, each with the same timeout.
            return future.result(TIMEOUT * 5)
        except NotDone:
            return ["was not played: its thread or event loop is blocked"]

    def end(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        LOGGER.removeHandler(self._attempts)
        LOGGER.setLevel(logging.NOTSET)

    def _play(self, one: Play) -> None:
        """Play on a separate thread, which is abandoned if the call does not end."""
        found = [f"did not end within {TIMEOUT} seconds"]

        def run() -> None:
            found[:] = play(self._sandbox, one.scenario, one.mode)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(TIMEOUT)
        frame = sys._current_frames().get(thread.ident or 0)
        if thread.is_alive() and frame is not None:
            found.append("it waits at " + ", ".join(place(at) for at, _ in reversed([*traceback.walk_stack(frame)])))
        self._found[one].set_result(list(found))

    def _run_loop(self, plays: list[Play]) -> None:
        asyncio.run(self._play_all(plays))

    async def _play_all(self, plays: list[Play]) -> None:
        # For requests to the control path.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(TASKS * 2))
        semaphore = asyncio.Semaphore(TASKS)

        async def play_one(one: Play) -> None:
            async with semaphore:
                task = asyncio.ensure_future(play_async(self._sandbox, one.scenario, one.mode))
                done, _ = await asyncio.wait({task}, timeout=TIMEOUT)
                hangs = [f"did not end within {TIMEOUT} seconds", f"it waits at {places(task.get_coro())}"]
                self._found[one].set_result(task.result() if done else hangs)

        await asyncio.gather(*map(play_one, plays))


def place(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def places(awaited: Any) -> str:
    """Where a coroutine waits: its place, and those of the coroutines that it awaits. The last one may not be written in Python."""
    found = []
    while frame := getattr(awaited, "cr_frame", None):
        found.append(place(frame))
        awaited = awaited.cr_await
    return ", ".join([*found, repr(awaited)])
