"""The sandbox program, and its servers, one for each test."""

from __future__ import annotations

import json
import subprocess
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# Seconds. Longer than any request to the control path waits.
TIMEOUT = 60


class Refused(Exception):
    """The sandbox rejected a request to its control path."""


class Control:
    """Sends requests to the control path of a sandbox, from any thread."""

    def __init__(self, url: str, *, reuses_connections: bool):
        self._host = urlsplit(url).netloc
        self._reuses_connections = reuses_connections
        self._idle: list[HTTPConnection] = []

    def send(self, method: str, url: str, body: Any = None) -> Any:
        """Send a request, and return the JSON of the response."""
        target = url.removeprefix(f"http://{self._host}")
        data = None if body is None else json.dumps(body).encode("utf-8")
        connection = self._idle_connection() or HTTPConnection(self._host, timeout=TIMEOUT)
        try:
            connection.request(method, target, data)
            response = connection.getresponse()
            text = response.read()
        except BaseException:
            connection.close()
            raise
        if self._reuses_connections:
            self._idle.append(connection)
        else:
            connection.close()
        if response.status >= 400:
            raise Refused(f"the sandbox responded to {method} {url} with {response.status}: {text.decode()}")
        return json.loads(text or b"null")

    def close(self) -> None:
        """Close the idle connections, and later the others."""
        self._reuses_connections = False
        while connection := self._idle_connection():
            connection.close()

    def _idle_connection(self) -> HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None


class Sandbox:
    """A running sandbox, which ends with this process."""

    def __init__(self, program: Path):
        command = [str(program), "--exit-with-parent"]
        # In a separate process group, which Ctrl-C does not reach.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        assert self._process.stdout is not None
        self.control: str = json.loads(self._process.stdout.readline())["control"]
        self._requests = Control(self.control, reuses_connections=True)

    def start_server(self, server: dict[str, Any] | None = None) -> Server:
        """A new server with the `state` and `faults` of a scenario."""
        return Server(self._requests.send("POST", f"{self.control}/instances", server or {}), self._requests)

    def mismatches(self, expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
        """The mismatches between patterns and actual values."""
        body = {"expected": expected, "actual": actual}
        found: list[str] = self._requests.send("POST", f"{self.control}/match", body)["mismatches"]
        return found

    def end(self) -> None:
        self._requests.close()
        self._process.kill()
        self._process.communicate()


class Server:
    """One server of the sandbox: its URL, its key, and its control path."""

    def __init__(self, started: dict[str, Any], requests: Control | None = None):
        self.url = started["url"]
        self.api_key = started["api_key"]
        self.control: str = started["control"]
        self._requests = requests or Control(self.control, reuses_connections=False)
        self.ca_file = started.get("ca_file")
        # A client certificate that the server accepts.
        self.client_cert_file = started.get("client_cert_file")
        self.client_key_file = started.get("client_key_file")
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
        """All received requests in order. Waits until there are at least this number."""
        requests: list[dict[str, Any]] = self.get(f"requests?at_least={at_least}")["requests"]
        return requests

    def messages(self) -> list[dict[str, Any]]:
        """All messages in order."""
        messages: list[dict[str, Any]] = self.get("messages")["messages"]
        return messages

    def contacts(self) -> list[dict[str, Any]]:
        contacts: list[dict[str, Any]] = self.get("contacts")["contacts"]
        return contacts

    def state(self) -> dict[str, Any]:
        """Time, balance, counts, the number of accepted `connections`, and `open_connections`."""
        state: dict[str, Any] = self.get("state")
        return state

    def fault(self, **fault: Any) -> None:
        """Inject a fault, such as `fault(method="POST", status=503)`."""
        self._requests.send("POST", f"{self.control}/faults", fault)

    def reset_faults(self) -> None:
        """Remove all faults."""
        self._requests.send("DELETE", f"{self.control}/faults")

    def advance(self, seconds: float) -> None:
        """Advance the clock."""
        self._requests.send("POST", f"{self.control}/advance", {"seconds": seconds})

    def set_credits(self, credits: float) -> None:
        """Set the balance."""
        self._requests.send("POST", f"{self.control}/credits", {"credits": credits})

    def get(self, what: str) -> Any:
        return self._requests.send("GET", f"{self.control}/{what}")

    def end(self) -> None:
        self._requests.send("DELETE", self.control)
