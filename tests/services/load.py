"""Load: threads that hand in orders, and collect the answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException
from types import TracebackType

from orders import Report
from programs.process import TIMEOUT

# The number of concurrent callers.
CALLERS = 8


def http(port: int, path: str = "") -> Callable[[str], Report]:
    """Returns a function that posts an order to a server. If the connection breaks, the order has no answer."""

    def post(order: str) -> Report:
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        try:
            connection.request("POST", f"{path}/{order}", headers={"Connection": "close"})
            response = connection.getresponse()
            text = response.read()
        except (OSError, HTTPException):
            return Report(order, None)
        finally:
            connection.close()
        if response.status in (500, 503):
            # An answer of the server, because the application has not answered.
            return Report(order, None)
        assert response.status in (200, 502), f"{response.status}: {text.decode()}"
        return Report.of_json(order, json.loads(text))

    return post


class Load:
    """Hands in orders from several threads. Use it in a `with` block, at whose end all orders are answered."""

    def __init__(self, post: Callable[[str], Report], orders: int | Iterator[str]):
        self._post = post
        names = (f"order-{number}" for number in range(orders)) if isinstance(orders, int) else orders
        self._orders = iter(names)
        self._changed = threading.Condition()
        self._failures: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run) for _ in range(CALLERS)]
        self.reports: list[Report] = []

    def wait_for(self, count: int) -> None:
        """Wait for this number of answers."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self.reports) >= count or self._failures, TIMEOUT)
        assert arrived and not self._failures, f"{len(self.reports)} answers, {self._failures}"

    @property
    def unanswered(self) -> list[str]:
        """The orders that were not answered."""
        return [report.order for report in self.reports if report.outcome is None]

    def _next(self) -> str | None:
        with self._changed:
            return next(self._orders, None)

    def _run(self) -> None:
        try:
            while (order := self._next()) is not None:
                report = self._post(order)
                with self._changed:
                    self.reports.append(report)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001
            with self._changed:
                self._failures.append(error)
                self._changed.notify_all()

    def __enter__(self) -> Load:  # noqa: PYI034
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for thread in self._threads:
            thread.join()
        if error is None:
            assert not self._failures, self._failures
