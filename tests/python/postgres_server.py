"""A PostgreSQL server in a temporary folder, or a skipped test if it is not installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest

from programs.process import TIMEOUT, Process, until

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


class Postgres:
    """A server in a folder, whose path must be short. It can be killed and started again."""

    def __init__(self, folder: Path, *, timeout: float = TIMEOUT):
        initdb, self._server, self._ready = _program("initdb"), _program("postgres"), _program("pg_isready")
        self._folder = folder
        self._timeout = timeout
        self._user = _other_user()
        self._process: Process | None = None
        password = folder / "password"
        password.write_text(PASSWORD)
        for path in (folder, password):
            if self._user:
                os.chown(path, self._user["user"], self._user["group"])
        options = ["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256", "--username=zexa"]
        command = [initdb, *options, f"--pwfile={password}", str(folder / "data")]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **self._user)
        # Without the name of a ledger.
        self.url = f"postgres://zexa:{quote(PASSWORD, safe='')}@{quote(str(folder), safe='')}/postgres"

    def start(self) -> None:
        """Start the server. Returns when it accepts connections."""
        listen = ["-k", str(self._folder), "-h", "", "-c", "fsync=off", "-c", "shared_buffers=16MB"]
        command = [self._server, "-D", str(self._folder / "data"), *listen]
        self._process = Process(command, folder=self._folder, user=self._user, timeout=self._timeout)
        answers = [self._ready, "-q", "-h", str(self._folder)]
        until("the server accepts connections", lambda: subprocess.run(answers, check=False).returncode == 0)

    def kill(self) -> None:
        """End the server without a checkpoint, as in a crash. Returns when it has ended."""
        assert self._process is not None
        self._process.signal(signal.SIGQUIT)
        self._process.end(errors=None)
        self.close()

    def close(self) -> None:
        if self._process is not None:
            self._process.__exit__(None, None, None)
            self._process = None


@contextmanager
def postgres() -> Iterator[str]:
    """A running server. Returns a URL without the name of a ledger."""
    with TemporaryDirectory() as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server.url
        finally:
            server.close()
