"""A WSGI application that sends a message before the server forks its workers, and one for each request."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from programs.support import new_client, send

client = new_client()
send(client, "before the fork")


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    message = send(client, environ["PATH_INFO"])
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"pid": os.getpid(), "id": message.id}).encode()]
