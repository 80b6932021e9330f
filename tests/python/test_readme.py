"""The Python snippets in the guides: each runs in its own process, against its own server, and passes ruff and mypy."""

from __future__ import annotations

import ast
import builtins
import os
import re
import shutil
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

GUIDE = "bindings-python/README.md"
BULK = "docs/bulk.md"
PAGES = ("README.md", GUIDE, BULK)
# The languages that a block may have. A Python snippet with another label, or with none, would not run.
LANGUAGES = {"python", "js", "ts", "rust", "c", "cpp", "sh", "sql", "toml", "text"}


@dataclass(frozen=True)
class Block:
    """A block of Python, and the number of its first line."""

    page: str
    line: int
    text: str

    @property
    def module(self) -> str:
        return re.sub(r"\W", "_", f"{self.page.removesuffix('.md').lower()}_{self.line}")

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, f"{self.page}, line {self.line}")

    @property
    def only_defines(self) -> bool:
        """Whether the block only defines names, so that running it calls nothing."""
        kinds = (ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.AsyncFunctionDef)
        return all(isinstance(statement, kinds) for statement in self.tree.body)

    @property
    def sends(self) -> bool:
        """Whether the block sends messages."""
        return "messages.send(" in self.text or "messages.send_many(" in self.text

    @property
    def waits(self) -> bool:
        """Whether the block awaits outside of functions, as in a notebook."""
        code = compile(self.text, self.module, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return bool(code.co_flags & 0x80)

    @property
    def program(self) -> str:
        """The block as a complete program: imports the package and creates the client if the block does not."""
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
        """The names that the block uses and does not define."""
        nodes = list(ast.walk(self.tree))
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        defined = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        defined |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        defined |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        defined |= {node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name}
        imports = (node.names for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
        defined |= {name.asname or name.name for names in imports for name in names}
        return used - defined - set(dir(builtins))

    @property
    def prints(self) -> list[str]:
        """The expected output: the comments after print()."""
        return re.findall(r"^ *print\(.*\)  # (.+)$", self.text, re.MULTILINE)


def fences(page: str) -> Iterator[tuple[str, int, str]]:
    """All blocks of a page: the language, the number of the first line, and the text."""
    begin: tuple[str, int] | None = None
    lines: list[str] = []
    for number, line in enumerate((ROOT / page).read_text("utf-8").splitlines(), 1):
        if "```" not in line and "~~~" not in line:
            lines.append(line)
        elif begin is None:
            begin, lines = (line.removeprefix("```"), number + 1), []
        else:
            assert line == "```", f"{page}, line {number}: the block ends with {line!r}"
            yield *begin, "".join(f"{line}\n" for line in lines)
            begin = None
    assert begin is None, f"{page}: the block at line {begin} is not closed"


BLOCKS = [Block(page, line, text) for page in PAGES for language, line, text in fences(page) if language == "python"]
each_block = pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.module)


def block_of_the_guide(words: str) -> Block:
    """The one block of the Python guide that contains these words."""
    (found,) = [block for block in BLOCKS if block.page == GUIDE and words in block.text]
    return found


def write(folder: Path, block: Block) -> None:
    """Write the block as a module, next to the files that it reads."""
    for file in (ROOT / "tests" / "guides").iterdir():
        shutil.copy(file, folder)
    (folder / f"{block.module}.py").write_text(block.program, "utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_names_its_language(page: str) -> None:
    """A block without a language, or an indented block, would not run."""
    languages = {language for language, _, _ in fences(page)}
    assert "python" in languages
    assert languages <= LANGUAGES
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    assert not re.search(r"^(    |\t)", text, re.MULTILINE), "indented block"


def test_anchors_of_the_guide() -> None:
    """No two headings have the same anchor, and every link within the page leads to a heading."""
    text = re.sub(r"^```.*?^```", "", (ROOT / GUIDE).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert len(anchors) == len(set(anchors))
    links = re.findall(r"\]\(([^)]*)\)", text)
    assert links
    assert [link for link in links if link.removeprefix("#") not in anchors and not link.startswith("https://")] == []


@each_block
def test_block_runs(block: Block, server: Server, tmp_path: Path) -> None:
    assert block.missing <= {"zexa", "client"}
    write(tmp_path, block)
    errors = None if "import logging" in block.text else ""
    printed = run(tmp_path, block.module, server, errors=errors)
    assert set(block.prints) <= set(printed.splitlines())
    requests = [f"{request['method']} {request['path']}" for request in server.requests()]
    # A block that opens a ledger reads a file, and makes no requests.
    if not block.only_defines and "zexa.Ledger.open(" not in block.text:
        assert requests
        assert ("POST /v1/messages" in requests) == block.sends, requests


@each_block
def test_block_is_formatted(block: Block) -> None:
    checked(["ruff", "format", "--diff", "--stdin-filename", f"{block.module}.py", "-"], input=block.text)


def test_blocks_pass_ruff_and_mypy(tmp_path: Path) -> None:
    """The order of imports is not checked, because `Block.program` may add some."""
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


def test_each_branch_of_the_error_handling(server: Server, tmp_path: Path) -> None:
    """A fault for each branch of the block."""
    block = block_of_the_guide('"not sent:", error)\n    elif')
    write(tmp_path, block)
    faults = {
        "not sent: validation_error": {},
        "out of credits": {"status": 422, "body": {"error": "insufficient_credits", "message": "none left"}},
        "sent, but the response was lost: decode": {"status": 201, "body": {}},
        "may have been sent: ": {"process": True, "then": "reset"},
    }
    for words, fault in faults.items():
        if fault:
            server.fault(method="POST", path="/messages", **fault)
        assert run(tmp_path, block.module, server).startswith(words)


def test_log_is_as_shown(server: Server, tmp_path: Path) -> None:
    """Except for the elapsed time."""
    block = block_of_the_guide("logging.basicConfig(")
    write(tmp_path, block)
    (shown,) = re.findall(r"credits.get\(\)  # (.*)", block.text)
    command = [sys.executable, "-m", block.module]
    environment = {**os.environ, **surroundings(tmp_path, server)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    pattern = re.escape(shown).replace(r"1\.2", r"\d+\.\d")
    assert re.fullmatch(pattern, done.stderr.rstrip("\n")), done.stderr


def test_webhook_receiver(sandbox: Sandbox, server: Server, tmp_path: Path) -> None:
    block = block_of_the_guide("zexa.parse_event(")
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


@pytest.mark.parametrize("running", [True, False], ids=["running sandbox", "started sandbox"])
def test_sandbox_fixtures(
    sandbox: Sandbox, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: bool
) -> None:
    block = block_of_the_guide("def test_")
    write(tmp_path, block)
    # On the PATH, as after `cargo install`.
    (tmp_path / "zexa-sandbox").symlink_to(os.environ.get("ZEXA_SANDBOX") or ROOT / "target/debug/zexa-sandbox")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    if running:
        monkeypatch.setenv("ZEXA_SANDBOX_CONTROL", sandbox.control)
        monkeypatch.setenv("PATH", "")
    printed = run(tmp_path, "pytest", server, "-p", "no:cacheprovider", f"{tmp_path / block.module}.py")
    assert "1 passed" in printed
