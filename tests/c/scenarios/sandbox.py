"""The sandbox program, and the servers that it runs, one for each scenario."""

import json
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

# Not through a proxy that the environment may name.
OPENER = build_opener(ProxyHandler({}))
# Longer than any request to a control path waits for something.
TIMEOUT = 60


class Refused(Exception):
    """The sandbox does not know what it was asked for."""


class Sandbox:
    """A running sandbox, which ends with this process."""

    def __init__(self, program: Path):
        command = [str(program), "--exit-with-parent"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.control = json.loads(self._process.stdout.readline())["control"]

    def start_server(self, server: dict) -> dict:
        """A server as a scenario describes it: its `url`, `api_key` and `control`, and `ca_file` with TLS."""
        return send("POST", f"{self.control}/instances", server)

    def mismatches(self, expected: dict, actual: dict) -> list[str]:
        """Where what came does not fit the patterns."""
        return send("POST", f"{self.control}/match", {"expected": expected, "actual": actual})["mismatches"]


def send(method: str, url: str, body=None):
    """Makes a request to a control path."""
    data = None if body is None else json.dumps(body).encode("utf-8")
    try:
        with OPENER.open(Request(url, data, method=method), timeout=TIMEOUT) as response:
            return json.loads(response.read() or b"null")
    except HTTPError as error:
        raise Refused(f"the sandbox answers {method} {url} with {error.code}: {error.read().decode()}") from error
