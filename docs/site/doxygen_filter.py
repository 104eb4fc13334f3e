#!/usr/bin/env python3
"""Doxygen's input filter for credit.h: ordinary comments become documentation, and nothing in them is markup.

A comment behind a declaration on its line belongs to it; any other belongs to the next declaration. Line numbers stay."""
from __future__ import annotations

import re
import sys
from pathlib import Path

COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
SPECIAL = re.compile(r"[\\@<>&$#%\"]")


def plain(text: str) -> str:
    """The comment's text with everything escaped that doxygen would read as a command or as HTML."""
    return SPECIAL.sub(lambda found: "\\" + found[0], text)


def filtered(source: str) -> str:
    out: list[str] = []
    at = 0
    for found in COMMENT.finditer(source):
        before = source[at:found.start()]
        out.append(before)
        line = source[source.rfind("\n", 0, found.start()) + 1:found.start()]
        text = found[1]
        banner = text.lstrip().startswith(("----", "clang-format"))
        if banner or line.lstrip().startswith("#"):
            out.append(found[0])
        else:
            out.append(("/**<" if line.strip() else "/**") + plain(text) + "*/")
        at = found.end()
    out.append(source[at:])
    return "".join(out)


if __name__ == "__main__":
    sys.stdout.write(filtered(Path(sys.argv[1]).read_text(encoding="utf-8")))
