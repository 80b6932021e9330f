"""
Render the guides as HTML, with an index page that links them and the reference pages.

Links between the guides are checked, including anchors. A link to another file of the repository becomes plain text.

    python xtask/docs/guides.py REPOSITORY VERSION OUTPUT
"""

from __future__ import annotations

import html
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

REFERENCES = {
    "Rust": "rust/zexa/index.html",
    "C": "c/zexa_8h.html",
    "C++": "c/zexa_8hpp.html",
    "Python": "python/zexa.html",
    "Node": "node/index.html",
}
PATTERNS = [
    "README.md",
    "core/README.md",
    "bindings-*/README.md",
    "cli/README.md",
    "docs/*.md",
    "tests/sandbox/README.md",
    "*.md",
]
FORMATTER = HtmlFormatter(nowrap=True)
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
a { color: #0550ae }
code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { background: #f6f8fa; overflow-x: auto; padding: 0.75rem 1rem }
:not(pre) > code { background: #f6f8fa; padding: 0.1em 0.3em }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #d0d7de; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top }
"""


@dataclass
class Guide:
    """A Markdown file of the repository."""

    path: str
    title: str
    tokens: list[Token]
    anchors: list[str] = field(default_factory=list)

    @property
    def page(self) -> str:
        return self.path.removesuffix(".md").replace("/", "-").lower() + ".html"


def main() -> None:
    root, version, output = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    markdown = MarkdownIt("commonmark", {"highlight": highlighted}).enable("table")
    paths = {path.relative_to(root).as_posix(): path for pattern in PATTERNS for path in sorted(root.glob(pattern))}
    guides = {path: read(path, file.read_text(encoding="utf-8"), markdown) for path, file in paths.items()}
    problems = [problem for guide in guides.values() for problem in resolve_links(guide, guides, root)]
    folder = output / "guides"
    folder.mkdir(parents=True, exist_ok=True)
    for guide in guides.values():
        body = markdown.renderer.render(guide.tokens, markdown.options, {})
        write(folder / guide.page, guide.title, f'<p><a href="../index.html">libzexa {version}</a></p>\n{body}')
    write(output / "index.html", f"libzexa {version}", index(guides, version))
    if problems:
        sys.exit("\n".join(problems))


def read(path: str, text: str, markdown: MarkdownIt) -> Guide:
    tokens = markdown.parse(text)
    headings = [(token, tokens[index + 1]) for index, token in enumerate(tokens) if token.type == "heading_open"]
    guide = Guide(path, headings[0][1].content if headings else path, tokens)
    for opening, inline in headings:
        anchor = slug(inline.content)
        opening.attrSet("id", anchor)
        guide.anchors.append(anchor)
    return guide


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def resolve_links(guide: Guide, guides: dict[str, Guide], root: Path) -> list[str]:
    """Replace links to files by links to pages. Return the links that lead nowhere, and anchors that are not unique."""
    problems = [f"{guide.path}: several headings have the anchor #{anchor}" for anchor in repeated(guide.anchors)]
    inlines = (child for token in guide.tokens for child in token.children or [])
    for link in (inline for inline in inlines if inline.type == "link_open"):
        href = str(link.attrs["href"])
        if re.match(r"[a-z]+:", href):
            continue
        path, _, anchor = href.partition("#")
        file = (root / guide.path).parent.joinpath(path).resolve() if path else root.resolve() / guide.path
        name = file.relative_to(root.resolve()).as_posix() if file.is_relative_to(root.resolve()) else ""
        target = guides.get(name)
        if not file.exists() or (target and anchor and anchor not in target.anchors):
            problems.append(f"{guide.path}: the link {href} leads nowhere")
        if target:
            link.attrSet("href", target.page + (f"#{anchor}" if anchor else ""))
        else:
            link.attrs.pop("href")
    return problems


def repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def highlighted(code: str, language: str, _: str) -> str:
    try:
        return highlight(code, get_lexer_by_name(language), FORMATTER)
    except ClassNotFound:
        return html.escape(code)


def index(guides: dict[str, Guide], version: str) -> str:
    references = "".join(f'<li><a href="{page}">{name}</a></li>\n' for name, page in REFERENCES.items())
    pages = "".join(
        f'<li><a href="guides/{guide.page}">{html.escape(guide.title)}</a> ({guide.path})</li>\n'
        for guide in guides.values()
    )
    return f"<h1>libzexa {version}</h1>\n<h2>API reference</h2>\n<ul>\n{references}</ul>\n<h2>Guides</h2>\n<ul>\n{pages}</ul>\n"


def write(file: Path, title: str, body: str) -> None:
    style = STYLE + FORMATTER.get_style_defs("pre")
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>'
    file.write_text(
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}</body></html>\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main()
