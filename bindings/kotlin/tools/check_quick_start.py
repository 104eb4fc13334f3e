#!/usr/bin/env python3
"""Every code block of the guide is the whole of a file that the tests compile, or lies in one between its markers."""
from __future__ import annotations

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"<!-- quick-start: (?P<name>\S+) -->\n```(?:kotlin|java)\n(?P<code>.*?)```", re.DOTALL)


def main() -> int:
    guide, sources = Path(sys.argv[1]), [Path(place) for place in sys.argv[2:]]
    blocks = list(BLOCK.finditer(guide.read_text(encoding="utf-8")))
    wrong = 0
    for block in blocks:
        files = [file for place in sources for file in place.parent.rglob(block["name"])]
        if len(files) != 1 or block["code"].strip() not in files[0].read_text(encoding="utf-8"):
            print(f"{guide.name}: the block of {block['name']} is not what the tests compile")
            wrong += 1
    fences = len(re.findall(r"^```(?:kotlin|java)$", guide.read_text(encoding="utf-8"), re.MULTILINE))
    print(f"{len(blocks)} blocks, {wrong} wrong, {fences - len(blocks)} unchecked")
    return 1 if wrong or not blocks or fences != len(blocks) else 0


if __name__ == "__main__":
    sys.exit(main())
