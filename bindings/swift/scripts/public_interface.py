#!/usr/bin/env python3
"""Compares the public interface, as the compiler writes it, with the one that was accepted.

    public_interface.py INTERFACE ACCEPTED [--accept]
"""

import difflib
import re
import sys
from pathlib import Path


def public_lines(interface: str) -> list[str]:
    """Declarations only: what names the compiler, its options or the parts of Foundation differs between toolchains."""
    lines = []
    for line in interface.splitlines():
        if not line.strip() or line.lstrip().startswith(("//", "import ", "@_exported import", "#if", "#endif")):
            continue
        if re.search(r"\b(private|internal|fileprivate) (let|var)\b", line):
            continue  # stored properties are written because they have a size; nobody outside can name them
        lines.append(line.replace("FoundationEssentials.", "Foundation.").rstrip())
    return lines


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--accept"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    now = public_lines(Path(arguments[0]).read_text(encoding="utf-8"))
    accepted = Path(arguments[1])
    if len(now) < 100:
        sys.exit(f"only {len(now)} lines of interface: nothing to compare")
    if "CCredit" in "\n".join(now):
        sys.exit("the C library shows in the public interface")
    if "--accept" in sys.argv:
        accepted.write_text("\n".join(now) + "\n", encoding="utf-8")
    before = accepted.read_text(encoding="utf-8").splitlines() if accepted.exists() else []
    difference = list(difflib.unified_diff(before, now, "accepted", "now", lineterm="", n=1))
    for line in difference:
        print(line)
    print(f"{len(now)} lines, " + ("changed: run bindings/swift/test --accept if this is meant" if difference else "unchanged"))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
