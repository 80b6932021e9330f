"""Imports the package, and reports imported modules, threads and open files."""

import os
import sys


def holdings() -> dict[str, list[str]]:
    """The threads and open files of this process."""
    held = []
    for name in os.listdir("/proc/self/fd"):
        try:
            held.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            pass  # the descriptor of the listing itself
    return {"threads": os.listdir("/proc/self/task"), "open": sorted(held)}


modules, held = set(sys.modules), holdings()
import zexa

imported = set(sys.modules) - modules
after_import = holdings()
clients = [zexa.Client(api_key="zx_any"), zexa.AsyncClient(api_key="zx_any")]
after_clients = holdings()
for client in clients:
    assert all(
        getattr(client, name) for name in ("messages", "sender_ids", "campaigns", "contacts", "webhooks", "credits")
    )
made = set(sys.modules) - modules - imported

import json

found = {"imported": sorted(imported), "made": sorted(made)}
changed = {"import": after_import, "clients": after_clients}
print(json.dumps({**found, "changed": [what for what, after in changed.items() if after != held]}))
