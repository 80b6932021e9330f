"""Runs the snippets of the guides and the examples: with a server in the environment, and as a webhook receiver."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import zexa

from examples import SMS
from programs.process import Program, until
from sandbox import TIMEOUT, Sandbox, Server

ROOT = Path(__file__).resolve().parents[2]
# Ignores proxies in the environment.
OPENER = build_opener(ProxyHandler({}))


def surroundings(folder: Path, server: Server) -> dict[str, str]:
    """The environment of a program in the folder, as the guide describes it."""
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    # A fixed width, for programs that determine the width of the terminal.
    return {"ZEXA_BASE_URL": server.url, "ZEXA_API_KEY": server.api_key, "PYTHONPATH": path, "COLUMNS": "100"}


def run(folder: Path, module: str, server: Server, *arguments: str, errors: str | None = "") -> str:
    """Run a program of the folder, which must succeed, and return its output."""
    with Program(module, *arguments, environment=surroundings(folder, server), folder=folder) as program:
        return program.end(errors=errors)


class Receiver:
    """An application under uvicorn that receives events at /zexa."""

    def __init__(self, program: Program, sandbox: Sandbox):
        self.program = program
        self.server = sandbox.start_server({"state": {"allow_http_webhooks": True}})
        until("uvicorn listens", lambda: "Uvicorn running on " in program.errors())
        found = re.search(r"Uvicorn running on (http://\S+)", program.errors())
        assert found
        self.url = f"{found[1]}/zexa"

    def have_events_posted(self) -> zexa.Message:
        """Make a server post the test event, and the events of a delivered message."""
        with zexa.Client(**self.server.options) as client:
            # `webhooks.create()` rejects http:// URLs.
            client.request("POST", "/webhooks", body={"url": self.url, "events": ["*"]})
            message = client.messages.send(**SMS)
        self.server.advance(60)
        return message

    def post(self, body: bytes) -> int:
        """Post a body like Zexa, and return the status of the response."""
        with OPENER.open(Request(self.url, body), timeout=TIMEOUT) as response:
            status: int = response.status
        return status


def uvicorn(folder: Path, module: str, server: Server) -> Program:
    """The application `app` of a module in the folder, on a free port."""
    arguments = (f"{module}:app", "--port", "0", "--no-access-log")
    return Program("uvicorn", *arguments, environment=surroundings(folder, server))
