#!/usr/bin/env python3
"""Types what docs/integrate.md says into a shell, and looks at what it answers."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

PATIENCE_SECONDS = 150
# In this order, other lines in between.
EXPECTED = [
    "401", "403", "200",  # nobody, somebody else's borrower, one's own
    "foreign_borrower",
    "start: ok", "token: ok", "HTTP 200",
    "start: ok", "the backend died: 137", "200",
    "{'rotations': 1, 'replays': 1, 'reuse_verdicts': 0}",
    "KYC_PENDING", "401", "WEBHOOK_SIGNATURE_INVALID",
    '"state":"active"', "200", '"state":"refused"',
    "/lab/embed", "/lab/embed", "HTTP 200",
    "live environment", "exit code 2",
]


def blocks(page: Path) -> list[str]:
    """What is typed; the build is the caller's business."""
    found = re.findall(r"^```sh\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return [block for block in found if not block.startswith("cmake ")]


def first_missing(output: str) -> str | None:
    rest = output
    for text in EXPECTED:
        before, found, rest = rest.partition(text)
        if not found:
            return text
    return None


def same_journey(output: str) -> bool:
    journeys = re.findall(r"^([0-9a-f-]{36}) https://\S+/lab/embed", output, re.M)
    return len(journeys) == 2 and journeys[0] == journeys[1]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True, help="of the source tree")
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="integrate-walk-"))
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "LLVM_PROFILE_FILE")
            if name in os.environ}
    script = "set -eu\n" + "\n".join(blocks(arguments.root / "docs" / "integrate.md"))
    shell = subprocess.Popen(["bash", "-c", script], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, start_new_session=True,
                             env=kept | {"HOME": str(folder), "TMPDIR": str(folder), "bin": str(arguments.bin.resolve())})
    try:
        output, _ = shell.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        output = "no end within the patience of the test"
    finally:
        # Servers of a walk that broke off belong to its process group.
        try:
            os.killpg(shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        shell.wait()
        shutil.rmtree(folder, ignore_errors=True)
    problem = None
    if shell.returncode != 0:
        problem = f"the shell ended with {shell.returncode}"
    elif first_missing(output) is not None:
        problem = f"not there, or not in its place: {first_missing(output)}"
    elif not same_journey(output):
        problem = "the hosted page was not resumed with the same journey"
    if problem:
        print(output)
        print(f"docs/integrate.md: {problem}", file=sys.stderr)
        return 1
    print(f"docs/integrate.md: {len(blocks(arguments.root / 'docs' / 'integrate.md'))} blocks, "
          f"{len(EXPECTED)} answers as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
