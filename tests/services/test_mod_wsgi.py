"""mod_wsgi: two applications in one process share an interpreter, and its processes are recycled and reloaded under load."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import zexa

from load import Load, http
from orders import Report, compare
from ports import free_port
from processes import HERE, children, environment, wait_until_replaced
from programs.process import Process, until
from sandbox import Server

MODULES = Path("/usr/lib/apache2/modules")
# Debian's mod_wsgi runs Debian's Python. The wheel supports all versions of Python, so that they need not agree.
APPLICATION = "from wsgi_app import application\n"


def apache_program() -> str:
    program = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None or not (MODULES / "mod_wsgi.so").exists():
        pytest.skip("Apache is not installed with mod_wsgi: apt-get install apache2 libapache2-mod-wsgi-py3")
    return program


class Apache:
    """A running server."""

    def __init__(self, process: Process, port: int, folder: Path):
        self.process = process
        self.port = port
        self._folder = folder

    def errors(self) -> str:
        """The log of Apache and of the applications."""
        log = self._folder / "error.log"
        return self.process.errors() + (log.read_text() if log.exists() else "")

    def applications(self) -> set[int]:
        """The processes of the applications."""
        return {pid for pid in children(self.process.pid) if self._command(pid).startswith("(wsgi:shop)")}

    def _command(self, pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return ""

    def stop(self) -> None:
        self.process.signal(signal.SIGTERM)
        self.process.end(errors=None)
        errors = self.errors()
        assert "exit signal" not in errors and "Fatal Python error" not in errors, errors


@contextmanager
def apache(server: Server, application_group: str) -> Iterator[Apache]:
    program = apache_program()
    # Apache serves requests as another user, who must be able to read the folder.
    with TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        shutil.copytree(Path(zexa.__file__).parent, folder / "zexa", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "python" / "wsgi_app.py", folder)
        for application in ("shop", "bank"):
            (folder / f"{application}.wsgi").write_text(APPLICATION)
        text = (HERE / "apache.conf").read_text()
        values = {
            "port": str(port),
            "folder": name,
            "modules": str(MODULES),
            "user": "User www-data\nGroup www-data" if os.geteuid() == 0 else "",
            "application_group": application_group,
        }
        for key, value in values.items():
            text = text.replace("{" + key + "}", value)
        (folder / "apache.conf").write_text(text)
        # Apache passes its environment to the applications.
        variables = {**environment(server), "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        with Process([program, "-D", "FOREGROUND", "-f", f"{name}/apache.conf"], environment=variables) as process:
            running = Apache(process, port, folder)
            until("the applications run", lambda: len(running.applications()) == 2)
            yield running


def test_two_applications_in_one_interpreter(server: Server) -> None:
    with apache(server, "%{GLOBAL}") as running:
        shop, bank = http(running.port, "/shop"), http(running.port, "/bank")

        def post(order: str) -> Report:
            return (shop if int(order.rpartition("-")[2]) % 2 else bank)(order)

        first = running.applications()
        with Load(post, 160) as load:
            load.wait_for(50)
            running.process.signal(signal.SIGUSR1)
            wait_until_replaced(first, running.applications)
        running.stop()
    assert compare(server, load.reports)["sent"] > 80


def test_a_second_interpreter_is_rejected_with_the_remedy(server: Server) -> None:
    with apache(server, "%{RESOURCE}") as running:
        posts = [http(running.port, path) for path in ("/shop", "/bank")]
        reports = [post(f"order-{number}") for number in range(30) for post in posts]
        running.stop()
        errors = running.errors()
    # Which application is the first differs between the processes.
    assert "WSGIApplicationGroup %{GLOBAL}" in errors
    assert any(report.outcome == "sent" for report in reports) and any(report.outcome is None for report in reports)
