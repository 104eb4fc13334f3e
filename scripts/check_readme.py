#!/usr/bin/env python3
"""The README's quick start is the file that the tests build, and every file it links to exists.

--write copies the file into the README.
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- quick-start: (?P<file>\S+) -->\n```c\n)(?P<code>.*?)(\n```)", re.S)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def main() -> int:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    match = BLOCK.search(text)
    if match is None:
        print("README.md has no quick start block")
        return 1
    code = (ROOT / match["file"]).read_text(encoding="utf-8").rstrip("\n")
    if "--write" in sys.argv:
        text = text[: match.start("code")] + code + text[match.end("code"):]
        readme.write_text(text, encoding="utf-8")
    elif match["code"] != code:
        print(f"README.md's quick start differs from {match['file']}; scripts/check_readme.py --write copies it")
        return 1
    pages = [readme, *sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md")), *sorted((ROOT / "samples").rglob("README.md"))]
    broken = [f"{page.relative_to(ROOT)}: {target}" for page in dict.fromkeys(pages)
              for target in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()]
    for line in broken:
        print(f"broken link in {line}")
    print(f"quick start as built, {len(dict.fromkeys(pages))} pages, {len(broken)} broken links")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
