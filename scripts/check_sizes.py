#!/usr/bin/env python3
"""No source file over 500 lines: one noun, one file."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT = 500
ROOT = Path(__file__).resolve().parent.parent
# The public header is one file on purpose: it is the product's table of contents.
EXEMPT = {"capi/include/credit/credit.h", "tests/abi/old_client/include/credit/credit.h"}
SUFFIXES = {".c", ".h", ".cpp", ".hpp", ".py", ".swift", ".kt"}


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.splitlines()
    files = [name for name in listed if Path(name).suffix in SUFFIXES and name not in EXEMPT and (ROOT / name).is_file()]
    long = []
    for name in files:
        lines = len((ROOT / name).read_text(encoding="utf-8").splitlines())
        if lines > LIMIT:
            long.append(f"{name}: {lines} lines")
    for line in long:
        print(line)
    print(f"{len(files)} files, {len(long)} over {LIMIT} lines")
    return 1 if long or not files else 0


if __name__ == "__main__":
    sys.exit(main())
