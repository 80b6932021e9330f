"""The logger `zexa`: records of attempts and warnings, and the environment variable ZEXA_LOG."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import os
import re
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zexa

from examples import CONTACT, PRIVATE, SMS
from sandbox import Server


def records_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "zexa"]


def test_each_attempt_is_a_record(client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.fault(method="GET", status=503)
    with caplog.at_level(logging.DEBUG, "zexa"):
        message = client.messages.send(**SMS)
        client.messages.get(message.id)
    sent, failed, got = records_of(caplog)
    assert re.fullmatch(r"POST /messages attempt 1: 201 ok in \d+\.\d ms", sent.getMessage())
    assert re.fullmatch(r"GET /messages/\{id\} attempt 1: 503 server in \d+\.\d ms request \S+", failed.getMessage())
    assert re.fullmatch(r"GET /messages/\{id\} attempt 2: 200 ok in \d+\.\d ms", got.getMessage())
    assert [record.levelno for record in (sent, failed, got)] == [logging.DEBUG, logging.INFO, logging.DEBUG]
    assert {record.exc_info for record in (sent, failed, got)} == {None}


def test_attributes_of_a_record(client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.fault(method="GET", status=503)
    with caplog.at_level(logging.DEBUG, "zexa"):
        client.credits.get()
    failed, got = records_of(caplog)
    names = ("zexa_method", "zexa_path", "zexa_attempt", "zexa_status", "zexa_error")
    assert [getattr(failed, name) for name in names] == ["GET", "/credits", 1, 503, "server"]
    assert [getattr(got, name) for name in names] == ["GET", "/credits", 2, 200, None]
    assert (type(failed.zexa_request_id), got.zexa_request_id) == (str, None)  # type: ignore[attr-defined]
    for record in (failed, got):
        assert type(record.zexa_elapsed_ms) is float  # type: ignore[attr-defined]
        assert 0 < record.zexa_elapsed_ms < 10_000  # type: ignore[attr-defined]


def test_record_without_a_response(caplog: pytest.LogCaptureFixture) -> None:
    client = zexa.Client(api_key="k", base_url="http://127.0.0.1:9", max_retries=0)
    with caplog.at_level(logging.DEBUG, "zexa"), pytest.raises(zexa.APIConnectionError):
        client.credits.get()
    (record,) = records_of(caplog)
    assert "no response (connect)" in record.getMessage()
    assert (record.zexa_status, record.zexa_error) == (None, "connect")  # type: ignore[attr-defined]


def test_records_of_the_async_client(
    async_client: zexa.AsyncClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault(method="GET", status=503)
    with caplog.at_level(logging.DEBUG, "zexa"):
        asyncio.run(get_credits(async_client))
    records = records_of(caplog)
    assert [(record.zexa_attempt, record.zexa_status) for record in records] == [(1, 503), (2, 200)]  # type: ignore[attr-defined]
    # Handlers run on the thread of the loop, as they may have to.
    assert {record.thread for record in records} == {threading.get_ident()}


async def get_credits(client: zexa.AsyncClient) -> None:
    await client.credits.get()


def test_every_page_of_a_list_is_a_record(client: zexa.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "zexa"):
        assert len(list(client.contacts.list(per_page=1))) == 5
    assert len(records_of(caplog)) >= 5


def test_every_page_of_an_async_list_is_a_record(
    async_client: zexa.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        assert len([contact async for contact in async_client.contacts.list(per_page=1)]) == 5

    with caplog.at_level(logging.DEBUG, "zexa"):
        asyncio.run(main())
    assert len(records_of(caplog)) >= 5


SHORT_PAGE = {"data": [], "meta": {"total": 2, "page": 1, "per_page": 50}}
SHORT = "GET /contacts: the list ended with fewer items than the total that the API reported"


def test_incomplete_list_is_a_warning(client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.fault(path="/contacts", times=0, status=200, body=SHORT_PAGE)
    with caplog.at_level(logging.WARNING, "zexa"):
        assert list(client.contacts.list(search="912345678")) == []
    (record,) = records_of(caplog)
    assert (record.levelno, record.getMessage()) == (logging.WARNING, SHORT)
    assert (record.zexa_method, record.zexa_path) == ("GET", "/contacts")  # type: ignore[attr-defined]
    assert not hasattr(record, "zexa_attempt")
    caplog.clear()
    with caplog.at_level(logging.ERROR, "zexa"):
        assert list(client.contacts.list()) == []
    assert records_of(caplog) == []


def test_unexpected_field_is_one_warning(client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    body = {"id": "msg_1", "status": "queued", "channel": "sms", "to": {"number": "912345678"}}
    server.fault(path="/messages/*", times=0, status=200, body=body)
    with caplog.at_level(logging.WARNING, "zexa"):
        for _ in range(2):
            assert client.with_options(timeout=9).messages.get("msg_1").to is None
    assert [(record.levelno, record.getMessage()) for record in records_of(caplog)] == [
        (logging.WARNING, f"GET /messages/{{id}}: {text}")
        for text in (
            "`to` of `Message` has an unexpected form; its raw value is in `extra`",
            "the response lacks the documented field `created_at` of `Message`",
        )
    ]


def test_incomplete_async_list_is_a_warning(
    async_client: zexa.AsyncClient, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    async def read() -> None:
        assert [contact async for contact in async_client.contacts.list()] == []

    server.fault(path="/contacts", times=0, status=200, body=SHORT_PAGE)
    with caplog.at_level(logging.DEBUG, "zexa"):
        asyncio.run(read())
    *attempts, warning = records_of(caplog)
    assert [record.levelno for record in attempts] == [logging.DEBUG, logging.DEBUG]
    assert (warning.levelno, warning.getMessage()) == (logging.WARNING, SHORT)


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING, logging.CRITICAL + 1])
def test_no_record_of_success_above_debug(client: zexa.Client, caplog: pytest.LogCaptureFixture, level: int) -> None:
    with caplog.at_level(level, "zexa"):
        client.credits.get()
    assert records_of(caplog) == []


def test_level_can_be_changed(client: zexa.Client, caplog: pytest.LogCaptureFixture) -> None:
    for level, count in [(logging.INFO, 0), (logging.DEBUG, 1), (logging.INFO, 1), (logging.DEBUG, 2)]:
        with caplog.at_level(level, "zexa"):
            client.credits.get()
        assert len(records_of(caplog)) == count


def test_logging_disabled(client: zexa.Client, caplog: pytest.LogCaptureFixture) -> None:
    logging.disable(logging.CRITICAL)
    try:
        client.credits.get()
    finally:
        logging.disable(logging.NOTSET)
    assert records_of(caplog) == []


def test_nothing_private_is_logged(client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "zexa"):
        message = client.messages.send(**SMS)
        client.messages.get(message.id)
        contact = client.contacts.create(**CONTACT)
        list(client.contacts.list(search="Ana Domingos"))
        client.contacts.delete(contact.id)
        client.request("GET", "/contacts", query={"search": "+244923456789"})
        with pytest.raises(zexa.ValidationError):
            client.messages.send(**{**SMS, "to": "912345678"})
    records = records_of(caplog)
    assert len(records) == 6
    shown = " ".join(f"{record.getMessage()} {record.__dict__}" for record in records)
    assert not [secret for secret in (*PRIVATE, server.api_key, message.id, contact.id) if secret in shown]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_broken_filter_does_not_affect_a_call(client: zexa.Client, server: Server) -> None:
    with broken_filter():
        assert client.messages.send(**SMS).status == "queued"
    assert len(server.messages()) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_broken_filter_does_not_affect_an_async_call(async_client: zexa.AsyncClient, server: Server) -> None:
    async def main() -> None:
        assert (await async_client.messages.send(**SMS)).status == "queued"

    with broken_filter():
        asyncio.run(main())
    assert len(server.messages()) == 1


@contextmanager
def broken_filter() -> Iterator[None]:
    def broken(record: logging.LogRecord) -> bool:
        raise RuntimeError("broken filter")

    logger = logging.getLogger("zexa")
    logger.addFilter(broken)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(logging.NOTSET)
        logger.removeFilter(broken)


SEND = """
client = zexa.Client()
client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="the code is 4711")
"""
LINE = "POST /messages attempt 1: 201 ok in "


def errors_of(server: Server, program: str, level: str | None) -> str:
    """The stderr output of a program with this ZEXA_LOG."""
    environment = {**os.environ, "ZEXA_BASE_URL": server.url, "ZEXA_API_KEY": server.api_key}
    if level is not None:
        environment["ZEXA_LOG"] = level
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    assert not [secret for secret in (*PRIVATE, server.api_key) if secret in done.stderr], done.stderr
    return done.stderr


def test_zexa_log(server: Server) -> None:
    assert errors_of(server, "import zexa" + SEND, "debug").count(LINE) == 1


def test_zexa_log_with_configured_logging(server: Server) -> None:
    before = "import logging, zexa\nlogging.basicConfig(level=logging.DEBUG)"
    after = "import zexa, logging\nimport logging\nlogging.basicConfig(level='DEBUG')"
    own = "import zexa, logging\nlogging.getLogger('zexa').addHandler(logging.StreamHandler())"
    for program in (before, after, own):
        assert errors_of(server, program + SEND, "debug").count(LINE) == 1


def test_zexa_log_of_an_async_program(server: Server) -> None:
    program = """
        import asyncio, zexa
        async def main():
            async with zexa.AsyncClient() as client:
                await client.messages.send(channel="sms", to="+244912345678", from_="ZEXA", body="the code is 4711")
        asyncio.run(main())
    """
    assert errors_of(server, program, "debug").count(LINE) == 1


@pytest.mark.parametrize("level", [None, "", "warning", "INFO"])
def test_no_output_by_default(server: Server, level: str | None) -> None:
    assert errors_of(server, "import zexa" + SEND, level) == ""


def test_invalid_zexa_log_is_a_warning(server: Server) -> None:
    written = errors_of(server, "import zexa" + SEND, "chatty")
    assert "ZEXA_LOG" in written
    assert "chatty" in written
    assert LINE not in written


def test_package_does_not_configure_logging(server: Server) -> None:
    program = """
        import logging, zexa
        assert logging.getLogger().handlers == []
        assert logging.getLogger().level == logging.WARNING
        assert logging.getLogger("zexa").propagate
        assert logging.getLogger("zexa").level == logging.NOTSET
    """
    assert errors_of(server, program, None) == ""


def test_failed_attempts_are_logged_at_info(
    client: zexa.Client, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault(method="GET", status=503)
    with caplog.at_level(logging.INFO, "zexa"):
        client.credits.get()
    (failed,) = records_of(caplog)
    assert failed.zexa_status == 503  # type: ignore[attr-defined]


def test_attributes_of_the_application_are_kept(
    client: zexa.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = logging.getLogRecordFactory()

    def with_request_id(*args: Any, **options: Any) -> logging.LogRecord:
        record = factory(*args, **options)
        record.request_id = "of the application"
        return record

    logging.setLogRecordFactory(with_request_id)
    try:
        with caplog.at_level(logging.DEBUG, "zexa"):
            client.credits.get()
    finally:
        logging.setLogRecordFactory(factory)
    assert [record.request_id for record in records_of(caplog)] == ["of the application"]  # type: ignore[attr-defined]


def test_records_are_written_in_the_context_of_the_task(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    request: contextvars.ContextVar[int] = contextvars.ContextVar("request")
    seen = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(request.get())

    async def handle(client: zexa.AsyncClient, number: int) -> None:
        request.set(number)
        await client.credits.get()

    async def main() -> None:
        async with zexa.AsyncClient(**server.options) as client:
            for number in range(3):
                await asyncio.create_task(handle(client, number))

    handler = Handler()
    logging.getLogger("zexa").addHandler(handler)
    try:
        with caplog.at_level(logging.DEBUG, "zexa"):
            asyncio.run(main())
    finally:
        logging.getLogger("zexa").removeHandler(handler)
    assert seen == [0, 1, 2]
