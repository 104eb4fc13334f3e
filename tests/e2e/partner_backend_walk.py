#!/usr/bin/env python3
"""Types what docs/integrate.md says into a shell, and looks at what it answers."""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
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
    "doctor: ok", "crash_safety", "replay", "doctor: ok", "replay", "crash_safety_up_to", "partner", "session_goes_on", "yes",
    "/lab/embed", "/lab/embed", "HTTP 200",
    "live environment", "exit code 2",
]


def blocks(page: Path, language: str = "sh") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)


def typed(page: Path) -> list[str]:
    return [block for block in blocks(page) if not block.startswith("cmake ")]


def problem_of_the_build(page: Path, root: Path, programs: Path) -> str | None:
    """Building is the caller's business; that the preset and the programs exist is not."""
    found = [block for block in blocks(page) if block.startswith("cmake ")]
    presets = json.loads((root / "CMakePresets.json").read_text(encoding="utf-8"))
    known = {preset["name"] for preset in presets["configurePresets"]}
    wanted = re.findall(r"--preset (\S+)", "".join(found))
    targets = re.findall(r"--target (.+)", "".join(found))
    if len(found) != 1 or len(wanted) != 1 or not set(wanted) <= known or f"build/{wanted[0]} " not in found[0]:
        return "the block that builds names no preset that is there"
    missing = [name for name in targets[0].split() if not (programs / name).is_file()] if targets else ["--target"]
    return f"the block that builds names {missing[0]}, and no such program was built" if missing else None


def problem_of_the_check(page: Path) -> str | None:
    """The receiver's check of a signature: the right one under either secret, and nothing else."""
    names: dict = {}
    exec("\n".join(blocks(page, "python")), names)  # noqa: S102: it is the page's own text
    secrets, body = [b"whsec_old", b"whsec_new"], '{"event_id":"evt_1"}'.encode()
    for secret in secrets:
        right = hmac.new(secret, b"1700000000." + body, hashlib.sha256).hexdigest()
        cases = [("1700000000", right, body, True), ("1700000001", right, body, False),
                 ("1700000000", right, body + b" ", False), ("1700000000", right[:-1], body, False),
                 ("1700000000", right.upper(), body, False), ("1700000000", "\u00fc" * 64, body, False),
                 ("1700000000", "", body, False)]
        for timestamp, signature, raw, genuine in cases:
            if names["is_genuine"](timestamp, signature, raw, secrets) is not genuine:
                return f"is_genuine is wrong about {signature!r}"
    return None


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
    page = arguments.root / "docs" / "integrate.md"
    script = "set -eu\n" + "\n".join(typed(page))
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
    problem = problem_of_the_build(page, arguments.root, arguments.bin) or problem_of_the_check(page)
    if problem:
        pass
    elif shell.returncode != 0:
        problem = f"the shell ended with {shell.returncode}"
    elif first_missing(output) is not None:
        problem = f"not there, or not in its place: {first_missing(output)}"
    elif not same_journey(output):
        problem = "the hosted page was not resumed with the same journey"
    if problem:
        print(output)
        print(f"docs/integrate.md: {problem}", file=sys.stderr)
        return 1
    print(f"docs/integrate.md: {len(typed(page))} blocks typed, {len(EXPECTED)} answers as expected; "
          "the one that builds and the one in Python checked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
