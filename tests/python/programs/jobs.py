"""What the workers of pools do, with a client that is a global of this module: one that did not inherit it imports it."""

from __future__ import annotations

import zexa

from programs.support import new_client, send

client = new_client()


def job(number: int) -> zexa.Message:
    return send(client, f"job {number}")


def lookup(name: str) -> zexa.Message:
    return client.messages.get(name)
