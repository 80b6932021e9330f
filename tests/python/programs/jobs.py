"""The jobs of pool workers. The client is a global of this module: workers inherit it, or create it when they import the module."""

from __future__ import annotations

import zexa

from programs.support import new_client, send

client = new_client()


def job(number: int) -> zexa.Message:
    return send(client, f"job {number}")


def lookup(name: str) -> zexa.Message:
    return client.messages.get(name)
