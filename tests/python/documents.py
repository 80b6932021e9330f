"""What the Python in the READMEs and the examples are run with: a server in the environment, and one that receives webhooks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.request import Request

import zexa

from examples import SMS
from programs.process import Program, until
from sandbox import OPENER, TIMEOUT, Sandbox, Server

ROOT = Path(__file__).resolve().parents[2]


def surroundings(folder: Path, server: Server) -> dict[str, str]:
    """The environment of a program in the folder, whose reader has set it as the README says."""
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    # Of a width, where a program asks for it, and as for a log.
    return {"ZEXA_BASE_URL": server.url, "ZEXA_API_KEY": server.api_key, "PYTHONPATH": path, "COLUMNS": "100"}


def run(folder: Path, module: str, server: Server, *arguments: str, errors: str | None = "") -> str:
    """Runs a program of the folder to its end, which has to be a good one. Gives what it printed."""
    with Program(module, *arguments, environment=surroundings(folder, server)) as program:
        return program.end(errors=errors)


class Receiver:
    """An application under uvicorn, to which a server posts its events at /zexa."""

    def __init__(self, program: Program, sandbox: Sandbox):
        self.program = program
        self.server = sandbox.start_server({"state": {"allow_http_webhooks": True}})
        until("uvicorn listens", lambda: "Uvicorn running on " in program.errors())
        found = re.search(r"Uvicorn running on (http://\S+)", program.errors())
        assert found
        self.url = f"{found[1]}/zexa"

    def have_events_posted(self) -> zexa.Message:
        """The test event, and those of a message that is delivered."""
        with zexa.Client(**self.server.options) as client:
            # The package takes no http:// for a webhook, which is why it is registered by another way.
            client.request("POST", "/webhooks", body={"url": self.url, "events": ["*"]})
            message = client.messages.send(**SMS)
        self.server.advance(60)
        return message

    def post(self, body: bytes) -> int:
        """Posts it as Zexa would, and gives the status of the answer."""
        with OPENER.open(Request(self.url, body), timeout=TIMEOUT) as response:
            status: int = response.status
        return status


def uvicorn(folder: Path, module: str, server: Server) -> Program:
    """The application `app` of a module in the folder, at a port that is free."""
    arguments = (f"{module}:app", "--port", "0", "--no-access-log")
    return Program("uvicorn", *arguments, environment=surroundings(folder, server))
