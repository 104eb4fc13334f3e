#!/usr/bin/env python3
"""The Swift code that docs/swift.md shows is the code that the tests compile, line by line.

A block that follows `<!-- from: FILE NAME -->` must stand in FILE between `// begin NAME` and `// end NAME`.
"""

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs/swift.md"


def piece(file: str, name: str) -> str:
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.search(rf"^ *// begin {re.escape(name)}\n(.*?)^ *// end {re.escape(name)}$", text, re.S | re.M)
    return textwrap.dedent(found.group(1)).strip() if found else ""


def main() -> int:
    guide = GUIDE.read_text(encoding="utf-8")
    shown = re.findall(r"<!-- from: (\S+) (\S+) -->\n+```swift\n(.*?)```", guide, re.S)
    wrong = [f"{name} of {file} is not what the guide shows" for file, name, code in shown if piece(file, name) != code.strip()]
    blocks = guide.count("```swift")
    if not shown or blocks != len(shown):
        wrong.append(f"{blocks} blocks of Swift in the guide, {len(shown)} of them compiled by the tests")
    for line in wrong:
        print(line)
    print(f"{len(shown)} blocks, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
