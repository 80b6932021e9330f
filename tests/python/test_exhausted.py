"""Processes without file descriptors or threads: nothing is sent, and the same client works when there are some again."""

from __future__ import annotations

import sys

import pytest

from programs.process import run
from sandbox import Server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")


@pytest.mark.parametrize("kind", ["blocking", "async"])
def test_files(server: Server, kind: str) -> None:
    *failures, first, second = run("programs.exhausted", "files", kind, server=server).split()
    assert set(failures) == {"not_sent"}
    assert [first, second] == ["sent", "sent"]
    assert len(server.messages()) == 2


def test_threads(server: Server) -> None:
    # A blocking call to an address needs no thread.
    assert run("programs.exhausted", "threads", "blocking", server=server).split() == ["sent"] * 3
    assert run("programs.exhausted", "threads", "async", server=server).split() == ["not_sent", "not_sent", "sent"]
    assert len(server.messages()) == 4
