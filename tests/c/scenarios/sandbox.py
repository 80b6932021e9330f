"""The sandbox program, with one instance for each scenario."""

import json
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

# Ignores the proxy variables of the environment.
OPENER = build_opener(ProxyHandler({}))
# Seconds. Longer than any control request waits.
TIMEOUT = 60


class SandboxError(Exception):
    """The sandbox rejected a control request."""


class Sandbox:
    """A running sandbox, which exits with this process."""

    def __init__(self, program: Path):
        command = [str(program), "--exit-with-parent"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.control = json.loads(self._process.stdout.readline())["control"]

    def start_server(self, server: dict) -> dict:
        """Starts an instance for a scenario. Returns its `url`, `api_key`, `control`, and with TLS the paths of its files."""
        return send("POST", f"{self.control}/instances", server)

    def mismatches(self, expected: dict, actual: dict) -> list[str]:
        """Returns the mismatches between patterns and actual values."""
        return send("POST", f"{self.control}/match", {"expected": expected, "actual": actual})["mismatches"]


def send(method: str, url: str, body=None):
    """Sends a control request."""
    data = None if body is None else json.dumps(body).encode("utf-8")
    try:
        with OPENER.open(Request(url, data, method=method), timeout=TIMEOUT) as response:
            return json.loads(response.read() or b"null")
    except HTTPError as error:
        raise SandboxError(
            f"the sandbox responded to {method} {url} with {error.code}: {error.read().decode()}"
        ) from error
