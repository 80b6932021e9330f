"""A PostgreSQL server in a temporary folder, or a skipped test if it is not installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest

from programs.process import Process, until

PASSWORD = "zx_top_secret/+"


def _program(name: str) -> str:
    """The path of a program of the server. Debian does not add it to the PATH."""
    folders = [os.environ.get("PATH", ""), *sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True)]
    program = shutil.which(name, path=os.pathsep.join(folders))
    if program is None:
        pytest.skip(f"{name} is not installed: apt-get install postgresql")
    return program


def _other_user() -> dict[str, Any]:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def postgres() -> Iterator[str]:
    """A running server. Returns a URL without the name of a ledger."""
    initdb, server, ready = _program("initdb"), _program("postgres"), _program("pg_isready")
    user = _other_user()
    # The path of a socket must be short.
    with TemporaryDirectory() as folder:
        data = Path(folder, "data")
        password = Path(folder, "password")
        password.write_text(PASSWORD)
        for path in (folder, password):
            if user:
                os.chown(path, user["user"], user["group"])
        options = ["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", "--username=zexa"]
        command = [initdb, *options, f"--pwfile={password}", str(data)]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **user)
        listen = ["-k", folder, "-h", "", "-c", "fsync=off", "-c", "shared_buffers=16MB"]
        with Process([server, "-D", data, *listen], folder=Path(folder), user=user):
            answers = [ready, "-q", "-h", folder]
            until("the server accepts connections", lambda: subprocess.run(answers, check=False).returncode == 0)
            yield f"postgres://zexa:{quote(PASSWORD, safe='')}@{quote(folder, safe='')}/postgres"
