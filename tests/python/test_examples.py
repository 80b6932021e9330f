"""The examples: each runs as a program, and prints the expected output."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zexa

from documents import ROOT, Receiver, run, surroundings, uvicorn
from programs.process import STRICT
from sandbox import Sandbox, Server

FOLDER = ROOT / "bindings-python" / "examples"
ID = r"msg_\w+"


def test_every_example_has_a_test() -> None:
    tests = Path(__file__).read_text("utf-8")
    names = {path.stem for path in FOLDER.glob("*.py")}
    assert names
    assert {name for name in names if f'"{name}"' not in tests} == set()


def paths(server: Server) -> list[str]:
    return [f"{request['method']} {request['path'].removeprefix('/v1')}" for request in server.requests()]


def test_first_message(server: Server) -> None:
    printed = run(FOLDER, "first_message", server)
    assert re.fullmatch(rf"{ID} is queued\n", printed)
    assert len(server.messages()) == 1


@pytest.mark.parametrize("name", ["first_message", "async_messages", "contacts", "errors", "demo"])
def test_failure_is_one_line(name: str, server: Server) -> None:
    server.fault(status=401, times=0)
    environment = {**os.environ, **surroundings(FOLDER, server)}
    command = [sys.executable, *STRICT, str(FOLDER / f"{name}.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"unauthorized: .*\n", done.stderr)


def test_async_messages(sandbox: Sandbox) -> None:
    """The number of concurrent requests is bounded, and a failure does not affect the other messages."""
    server = sandbox.start_server({"state": {"contacts_count": 50}})
    server.fault(method="POST", skip=3, process=True, then="reset")
    server.fault(method="POST", times=0, delay=0.1)
    lines = run(FOLDER, "async_messages", server, "lst_demo").splitlines()
    assert len(lines) == 50
    sent = [line for line in lines if re.fullmatch(rf"Contact \d+: {ID} is queued", line)]
    lost = [line for line in lines if re.match(r"Contact \d+: unknown: connect: ", line)]
    assert (len(sent), len(lost)) == (49, 1)
    assert lines == sorted(lines)
    assert len(server.messages()) == 50
    assert server.state()["connections"] <= 11
    server.end()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({}, f"done: {ID} is queued"),
        (
            {"status": 422, "body": {"error": "validation_error", "message": "no such number"}},
            "fix the input: no such number",
        ),
        ({"status": 429, "headers": {"Retry-After": "900"}}, "send it again in 900 s"),
        ({"status": 403}, "send it again later: .* rejected after 1 attempt.*"),
        (
            {"process": True, "then": "cut", "at": "body", "bytes": 10},
            "done: sent, but the response was lost: decode: .*",
        ),
        ({"process": True, "then": "reset"}, "check before sending again: connect: .*"),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
def test_each_branch_of_the_error_handling(server: Server, fault: dict[str, object], words: str) -> None:
    if fault:
        server.fault(method="POST", **fault)
    printed = run(FOLDER, "errors", server, "+244912345678")
    assert re.fullmatch(rf"\+244912345678: {words}\n", printed)


def test_valid_and_invalid_number(server: Server) -> None:
    first, second = run(FOLDER, "errors", server).splitlines()
    assert ": done: " in first
    assert re.match(r"912345678: fix the input: \W*to\W.*E\.164 number", second)
    assert paths(server) == ["POST /messages"]


def test_contacts(server: Server) -> None:
    printed = run(FOLDER, "contacts", server).splitlines()
    assert re.fullmatch(r"added cnt_\w+", printed[0])
    assert printed[1] == "adding it again returns the same: True"
    assert printed[2:8] == [f"  Contact 000{n}, +24492000000{n}" for n in range(1, 6)] + [
        "  Ana Domingos, +244923456789"
    ]
    assert printed[8] == "the first page contains 4 of 6"
    assert printed[9] == printed[0].replace("added", "deleted")
    assert len(server.contacts()) == 5


def test_webhook_receiver(sandbox: Sandbox, server: Server) -> None:
    with uvicorn(FOLDER, "webhook_receiver", server) as program:
        receiver = Receiver(program, sandbox)
        message = receiver.have_events_posted()
        posted = receiver.server.get("deliveries")["deliveries"]
        assert [attempt["status"] for delivery in posted for attempt in delivery["attempts"]] == [204, 204]
        event = zexa.Event.from_json('{"id": "evt_x", "event": "campaign.sent", "data": 5}')
        assert [receiver.post(event.to_json().encode()) for _ in range(2)] == [204, 204]
        logged = re.findall(r"INFO: +(\w+\.\w+.*)", program.errors())
    assert logged[-2:] == [f"message.delivered: message {message.id} is delivered", "campaign.sent"]
    assert len(logged) == 3


@pytest.fixture
def stepping(sandbox: Sandbox) -> Iterator[Server]:
    """A server whose clock advances with each request, so that a slow program sees every status, too."""
    server = sandbox.start_server({"state": {"speed": "manual"}})
    ended = threading.Event()

    def step() -> None:
        seen = 0
        while not ended.is_set():
            requests = len(server.get(f"requests?at_least={seen + 1}&within=1")["requests"])
            if requests > seen:
                seen = requests
                server.advance(0.2)

    thread = threading.Thread(target=step)
    thread.start()
    yield server
    ended.set()
    thread.join()
    server.end()


def test_demo_with_redirected_output(stepping: Server) -> None:
    server = stepping
    printed = run(FOLDER, "demo", server)
    assert "\x1b" not in printed
    assert printed.startswith(f"Zexa in Python, with {server.url}\n")
    check_demo(printed, server)
    assert re.search(r"^ +\d+/25  sending$", printed, re.MULTILINE)
    assert len(re.findall(r"^ +25/25  \w+$", printed, re.MULTILINE)) == 1


def test_demo_in_a_terminal(stepping: Server) -> None:
    """With colours and a progress bar, which is one line that is drawn repeatedly."""
    server = stepping
    terminal, program_side = pty.openpty()
    environment = {**os.environ, **surroundings(FOLDER, server), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, str(FOLDER / "demo.py")]
    with subprocess.Popen(
        command, env=environment, stdin=program_side, stdout=program_side, stderr=program_side
    ) as program:
        os.close(program_side)
        shown = b"".join(iter(lambda: read(terminal), b"")).decode()
    os.close(terminal)
    assert program.returncode == 0, shown
    assert shown.count("\r\x1b[2K") > 3
    plain = re.sub(r"\x1b\[[\d;?]*\w", "", shown).replace("\r", "\n")
    assert re.search(r"━{5,40}.* 40/40 sent", plain)
    assert re.search(r"━{5,40}.* 25/25 completed", plain)
    check_demo(plain, server)


def read(terminal: int) -> bytes:
    """Read from a terminal. When its program ends, reading raises an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def check_demo(printed: str, server: Server) -> None:
    """Check the output that both modes share."""
    for status in ("queued", "sent", "delivered"):
        assert re.search(rf"^ +\d+\.\d s  {status}$", printed, re.MULTILINE)
    for line in ("  20 contacts added to lst_demo", "   23 delivered", "    1 failed", "    1 undeliverable"):
        assert line in printed.splitlines()
    assert "  40 accepted of 40, " in printed
    assert "4184 (66 used)" in printed
    assert "outcome     rejected: nothing was sent" in printed
    assert len(server.messages()) == 66


def test_demo_without_a_base_url(server: Server) -> None:
    environment = {**os.environ, **surroundings(FOLDER, server), "ZEXA_BASE_URL": ""}
    command = [sys.executable, *STRICT, str(FOLDER / "demo.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ZEXA_BASE_URL is not set.")
