"""The Python in the READMEs: each block runs in a process of its own, against a server of its own, and is clean."""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest

from documents import ROOT, Receiver, run, surroundings, uvicorn
from sandbox import Sandbox, Server

READMES = ("README.md", "bindings-python/README.md")
# All that a block there may be of. Python by another name, or by none, would not be run.
LANGUAGES = {"python", "js", "ts", "rust", "c", "cpp", "sh", "toml"}


@dataclass(frozen=True)
class Block:
    """A block of Python, and the number of its first line."""

    readme: str
    line: int
    text: str

    @property
    def module(self) -> str:
        return re.sub(r"\W", "_", f"{self.readme.removesuffix('.md').lower()}_{self.line}")

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, f"{self.readme}, line {self.line}")

    @property
    def only_defines(self) -> bool:
        """Whether it leaves it to others to call what it has."""
        kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.AsyncFunctionDef)
        return all(isinstance(statement, kinds) for statement in self.tree.body)

    @property
    def waits(self) -> bool:
        """Whether it awaits outside of functions, as one may in a notebook."""
        code = compile(self.text, self.module, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return bool(code.co_flags & 0x80)

    @property
    def program(self) -> str:
        """The block, behind what its reader has by then and it does not say again: the package, and a client."""
        lines = self.text.splitlines(keepends=True)
        imports = [statement for statement in self.tree.body if isinstance(statement, ast.Import | ast.ImportFrom)]
        end = max((statement.end_lineno or 0 for statement in imports), default=0)
        head, body = "".join(lines[:end]), "".join(lines[end:])
        if missing := self.missing:
            head += "import zexa\n"
        if "client" in missing:
            body = f"client = zexa.{'AsyncClient' if self.waits else 'Client'}()\n{body}"
        if self.waits:
            head += "import asyncio\n"
            body = f"async def main() -> None:\n{textwrap.indent(body, '    ')}\n\nasyncio.run(main())\n"
        return f"{head}\n{body}"

    @property
    def missing(self) -> set[str]:
        """The names that it uses and does not have."""
        nodes = list(ast.walk(self.tree))
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        had = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        had |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        had |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        had |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
        imports = (node.names for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
        had |= {name.asname or name.name for names in imports for name in names}
        return used - had - set(dir(builtins))

    @property
    def prints(self) -> list[str]:
        """What it says that it prints: the comments behind print()."""
        return re.findall(r"^ *print\(.*\)  # (.+)$", self.text, re.MULTILINE)


def fences(readme: str) -> Iterator[tuple[str, int, str]]:
    """All blocks: the language, the number of the first line, and the text."""
    begin: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate((ROOT / readme).read_text("utf-8").splitlines(), 1):
        if "```" not in line and "~~~" not in line:
            lines.append(line)
        elif begin is None:
            begin, lines = (line.removeprefix("```"), number + 1), []
        else:
            assert line == "```", f"{readme}, line {number}: the block ends with {line!r}"
            yield *begin, "".join(f"{line}\n" for line in lines)
            begin = None
    assert begin is None, f"{readme}: the block at line {begin} has no end"


BLOCKS = [
    Block(readme, line, text) for readme in READMES for language, line, text in fences(readme) if language == "python"
]
each_block = pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.module)


def the_block_with(words: str) -> Block:
    (found,) = [block for block in BLOCKS if words in block.text]
    return found


def write(folder: Path, block: Block) -> None:
    (folder / f"{block.module}.py").write_text(block.program, "utf-8")


@pytest.mark.parametrize("readme", READMES)
def test_every_block_is_of_a_language(readme: str) -> None:
    """One that is not would be run by nobody."""
    languages = {language for language, _, _ in fences(readme)}
    assert "python" in languages
    assert languages <= LANGUAGES
    text = re.sub(r"^```.*?^```", "", (ROOT / readme).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^(    |\t)", text, re.MULTILINE), "there is an indented block"


@each_block
def test_a_block_runs(block: Block, server: Server, tmp_path: Path) -> None:
    assert block.missing <= {"zexa", "client"}
    write(tmp_path, block)
    errors = None if "import logging" in block.text else ""
    printed = run(tmp_path, block.module, server, errors=errors)
    assert set(block.prints) <= set(printed.splitlines())
    requests = [f"{request['method']} {request['path']}" for request in server.requests()]
    if not block.only_defines:
        assert requests
        assert ("POST /v1/messages" in requests) == ("messages.send(" in block.text), requests


@each_block
def test_a_block_is_formatted(block: Block) -> None:
    checked(["ruff", "format", "--diff", "--stdin-filename", f"{block.module}.py", "-"], input=block.text)


def test_the_blocks_are_clean(tmp_path: Path) -> None:
    """So say ruff and mypy --strict. The order of imports is not that of a block where it has been given some."""
    for block in BLOCKS:
        write(tmp_path, block)
    checked(
        ["ruff", "check", "--quiet", "--no-cache", "--config", str(ROOT / "ruff.toml"), "--ignore", "I001", "."],
        tmp_path,
    )
    cache = ROOT / "target" / "python" / "mypy"
    checked(["mypy", "--strict", "--no-error-summary", "--cache-dir", str(cache), "."], tmp_path)


def checked(arguments: list[str], folder: Path = ROOT, input: str = "") -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, input=input, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_errors_are_told_apart(server: Server, tmp_path: Path) -> None:
    """Each way that the block has, for a fault that leads there."""
    block = the_block_with('"not sent:", error)\n    elif')
    write(tmp_path, block)
    faults = {
        "not sent: validation_error": {},
        "time to top up": {"status": 422, "body": {"error": "insufficient_credits", "message": "none left"}},
        "sent, and its answer was lost: decode": {"status": 201, "body": {}},
        "it may have been sent: ": {"process": True, "then": "reset"},
    }
    for words, fault in faults.items():
        if fault:
            server.fault(method="POST", path="/messages", **fault)
        assert run(tmp_path, block.module, server).startswith(words)


def test_the_log_is_as_shown(server: Server, tmp_path: Path) -> None:
    """But for the time that it takes."""
    block = the_block_with("logging.basicConfig(")
    write(tmp_path, block)
    (shown,) = re.findall(r"credits.get\(\)  # (.*)", block.text)
    command = [sys.executable, "-m", block.module]
    environment = {**os.environ, **surroundings(tmp_path, server)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    pattern = re.escape(shown).replace(r"1\.2", r"\d+\.\d")
    assert re.fullmatch(pattern, done.stderr.rstrip("\n")), done.stderr


def test_the_receiver_takes_events(sandbox: Sandbox, server: Server, tmp_path: Path) -> None:
    block = the_block_with("FastAPI")
    write(tmp_path, block)
    with uvicorn(tmp_path, block.module, server) as program:
        receiver = Receiver(program, sandbox)
        message = receiver.have_events_posted()
        program.expect(f"message.delivered {message.id} delivered")
        with pytest.raises(HTTPError) as refused:
            receiver.post(b"no event")
        assert refused.value.code == 400
        refused.value.close()
        assert [delivery["attempts"][0]["status"] for delivery in receiver.server.get("deliveries")["deliveries"]] == [
            204,
            204,
        ]


@pytest.mark.parametrize("running", [True, False], ids=["with one that runs", "with one that is started"])
def test_the_tests_pass(
    sandbox: Sandbox, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    block = the_block_with("def test_")
    write(tmp_path, block)
    # Where a shell would find it.
    (tmp_path / "zexa-sandbox").symlink_to(os.environ.get("ZEXA_SANDBOX") or ROOT / "target/debug/zexa-sandbox")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    if running:
        monkeypatch.setenv("ZEXA_SANDBOX_CONTROL", sandbox.control)
        monkeypatch.setenv("PATH", "")
    printed = run(tmp_path, "pytest", server, "-p", "no:cacheprovider", f"{tmp_path / block.module}.py")
    assert "1 passed" in printed
