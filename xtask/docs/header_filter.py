"""
Print a header in the form in which Doxygen reads it. Line numbers do not change.

The first comment becomes the description of the file. Declarations that are not part of the interface are removed: defaulted copy
operations, inherited constructors, and undocumented `explicit` constructors, which only the library calls.

    python xtask/docs/header_filter.py FILE
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

INTERNAL = [
    r"^    using error::error;$",
    r"^    [\w ]+&?(?:operator=)?\(const \w+ &\) = default;$",
    r"^    explicit [^;]*?\{\}$",
]


def main() -> None:
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    text = re.sub(r"^/\*$", "/** @file", text, count=1, flags=re.MULTILINE)
    for pattern in INTERNAL:
        text = re.sub(pattern, without_internal, text, flags=re.MULTILINE)
    sys.stdout.write(text)


def without_internal(match: re.Match[str]) -> str:
    before = match.string[: match.start()].rstrip().rpartition("\n")[2].strip()
    is_documented = before.startswith("///") or before.endswith("*/")
    return match[0] if is_documented else "\n" * match[0].count("\n")


if __name__ == "__main__":
    main()
