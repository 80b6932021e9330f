"""The bulk runs of the async client. asyncio pulls the rows, and the extension module sends them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import pathlib

    from . import _types
    from ._zexa import BulkStats, CreateResult, SendResult, _CreateSteps, _SendSteps
else:
    from ._lazy import pathlib
    from ._lazy import types as _types
    from ._zexa import BulkStats, CreateResult, SendResult

__all__ = ["AsyncCreateMany", "AsyncSendMany"]


class _AsyncRun:
    """A run, with the source of its rows."""

    __module__ = "zexa"

    def __init__(self, run: _SendSteps | _CreateSteps, rows: _types.Any) -> None:
        self._run = run
        self._is_async = hasattr(rows, "__aiter__")
        self._rows: _types.Any = rows.__aiter__() if self._is_async else run.rows(rows)
        # Pulls a row from an async iterable.
        self._pulling: asyncio.Task[None] | None = None
        self._is_busy = False
        self._has_ended = False

    def __aiter__(self) -> _types.Self:
        return self

    async def _next(self) -> _types.Any:
        if self._is_busy:
            raise RuntimeError("anext(): another task is already waiting for the next result of this run")
        self._is_busy = True
        try:
            while not self._has_ended:
                step = self._step()
                if step is True:
                    self._pull()
                elif step is False:
                    await self._run.changed()
                else:
                    return step
            raise StopAsyncIteration
        finally:
            self._is_busy = False

    def _step(self) -> SendResult | CreateResult | bool:
        try:
            return self._run.step(self._pulling is None)
        except BaseException:
            self._has_ended = True
            raise

    def _pull(self) -> None:
        """Pull a row, or start a task that pulls it."""
        if self._is_async:
            import asyncio

            self._pulling = asyncio.get_running_loop().create_task(self._pull_async())
            return
        try:
            self._run.push(next(self._rows))
        except StopIteration:
            self._run.end()
        except BaseException as raised:  # noqa: BLE001 (it is raised at the end)
            self._run.fail_source(raised)

    async def _pull_async(self) -> None:
        try:
            self._run.push(await self._rows.__anext__())
        except StopAsyncIteration:
            self._run.end()
        except BaseException as raised:  # noqa: BLE001 (it is raised at the end)
            self._run.fail_source(raised)
        finally:
            self._pulling = None
            self._run.wake()

    def stats(self) -> BulkStats:
        """Return the progress so far."""
        return self._run.stats()

    @property
    def ledger(self) -> pathlib.Path | str | None:
        """Absolute path of the ledger, or its URL without the password as a string. `None` without a ledger."""
        return self._run.ledger

    @property
    def ledger_created(self) -> bool:
        """Whether the run has created the ledger."""
        return self._run.ledger_created

    def stop(self) -> None:
        """Stop the run: pull and send no further row. The results of the rows in flight still follow."""
        self._run.stop()

    def cancel(self) -> None:
        """Stop the run and cancel the rows in flight. Their results still follow."""
        self._run.cancel()

    async def close(self) -> None:
        """Cancel the run and end the iteration. `async with` does this at the end.

        Rows that were not sent will not be sent. With a ledger, waits until rows that may have been sent are recorded, at
        most for the timeout of an attempt.
        """
        self._run.cancel()
        self._has_ended = True
        if self._pulling is not None:
            import asyncio

            self._pulling.cancel()
            await asyncio.wait([self._pulling])
        # Another task that waits for a result notices that the run is closed.
        while not self._is_busy and not self._run.is_settled:
            await self._run.changed()

    async def __aenter__(self) -> _types.Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: object = None,
        /,
    ) -> None:
        # A forked child leaves the run to its parent.
        if self._run.is_own:
            await self.close()

    def __repr__(self) -> str:
        ledger = "" if self.ledger is None else f"ledger={str(self.ledger)!r}"
        return f"{type(self).__name__}({ledger})"


class AsyncSendMany(_AsyncRun):
    """A run of `messages.send_many()` of the async client: an async iterator over its results, and a context manager.

    The run goes on only while the results are taken. A forked child cannot use a run that its parent began.
    """

    __module__ = "zexa"

    async def __anext__(self) -> SendResult:
        result: SendResult = await self._next()
        return result


class AsyncCreateMany(_AsyncRun):
    """A run of `contacts.create_many()` of the async client: an async iterator over its results, and a context manager.

    The run goes on only while the results are taken. A forked child cannot use a run that its parent began.
    """

    __module__ = "zexa"

    async def __anext__(self) -> CreateResult:
        result: CreateResult = await self._next()
        return result
