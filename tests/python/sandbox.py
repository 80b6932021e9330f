"""The sandbox program, and the servers that it runs, one for each test."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

# Not through a proxy that the environment may name.
OPENER = build_opener(ProxyHandler({}))
# Seconds. Longer than any request to a control path waits for something.
TIMEOUT = 60


class Refused(Exception):
    """The sandbox does not know what it was asked for."""


class Sandbox:
    """A running sandbox, which ends with this process at the latest."""

    def __init__(self, program: Path):
        command = [str(program), "--exit-with-parent"]
        # A process group of its own: Ctrl-C is for the tests alone.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        self.control: str = json.loads(self._process.stdout.readline())["control"]

    def start_server(self, server: dict[str, Any] | None = None) -> Server:
        """A server with `state` and `faults` of its own, as scenarios describe it."""
        return Server(send("POST", f"{self.control}/instances", server or {}))

    def mismatches(self, expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
        """Where what came does not fit the patterns."""
        found: list[str] = send("POST", f"{self.control}/match", {"expected": expected, "actual": actual})["mismatches"]
        return found

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


class Server:
    """One server of the sandbox: what a client needs to reach it, and its control path."""

    def __init__(self, started: dict[str, Any]):
        self.url = started["url"]
        self.api_key = started["api_key"]
        self.control = started["control"]
        self.ca_file = started.get("ca_file")
        # Whether its clients enable HTTP/2.
        self.http2: bool = started.get("http2", False)

    @property
    def options(self) -> dict[str, Any]:
        """The options of a client for this server."""
        options = {"base_url": self.url, "api_key": self.api_key}
        if self.ca_file:
            options["ca_file"] = self.ca_file
        if self.http2:
            options["http2"] = True
        return options

    def requests(self, at_least: int = 0) -> list[dict[str, Any]]:
        """All requests that it received, in order, once there are so many."""
        requests: list[dict[str, Any]] = self.get(f"requests?at_least={at_least}")["requests"]
        return requests

    def messages(self) -> list[dict[str, Any]]:
        """All messages that exist in it, in order."""
        messages: list[dict[str, Any]] = self.get("messages")["messages"]
        return messages

    def contacts(self) -> list[dict[str, Any]]:
        contacts: list[dict[str, Any]] = self.get("contacts")["contacts"]
        return contacts

    def state(self) -> dict[str, Any]:
        """Its time, balance, counts, `connections` ever accepted and `open_connections`."""
        state: dict[str, Any] = self.get("state")
        return state

    def fault(self, **fault: Any) -> None:
        """Makes it misbehave, such as `fault(method="POST", status=503)`."""
        send("POST", f"{self.control}/faults", fault)

    def advance(self, seconds: float) -> None:
        """Moves its time ahead."""
        send("POST", f"{self.control}/advance", {"seconds": seconds})

    def get(self, what: str) -> Any:
        return send("GET", f"{self.control}/{what}")

    def end(self) -> None:
        send("DELETE", self.control)


def send(method: str, url: str, body: Any = None) -> Any:
    """Makes a request to a control path."""
    data = None if body is None else json.dumps(body).encode("utf-8")
    try:
        with OPENER.open(Request(url, data, method=method), timeout=TIMEOUT) as response:
            return json.loads(response.read() or b"null")
    except HTTPError as error:
        raise Refused(f"the sandbox answers {method} {url} with {error.code}: {error.read().decode()}") from error
