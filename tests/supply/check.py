"""See tests/supply/run, which starts this in the right environment."""
from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import bom  # noqa: E402
import hardening  # noqa: E402
import versions  # noqa: E402


class Count:
    passed = failed = 0

    def add(self, ok: bool, what: str, report: str = "") -> None:
        self.passed, self.failed = self.passed + ok, self.failed + (not ok)
        print(f"  {'ok    ' if ok else 'FAILED'} {what}")
        if not ok and report:
            print("".join(f"         {line}\n" for line in report.splitlines()), end="")


def check_bom(count: Count, build: Path, schema: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / "first.json", Path(name) / "second.json"]
        for file in files:
            done = subprocess.run([str(ROOT / "scripts/sbom"), "--build", str(build), "--out", str(file)],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                count.add(False, "bill of materials: made", done.stdout + done.stderr)
                return
        count.add(files[0].read_bytes() == files[1].read_bytes(), "bill of materials: the same bytes for the same build")
        bom.check(files[0], ROOT / "docs/THIRD-PARTY-NOTICES.md", count.add, schema)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--no-schema", action="store_true")
    given = parser.parse_args()
    started, count = time.monotonic(), Count()
    library = given.build / "lib/libcredit.so"
    if not library.exists():
        print(f"there is no {library}; build credit first\n0 passed, 1 failed")
        return 1
    found = versions.problems(ROOT)
    count.add(not found, "versions: all say the same", "\n".join(found))
    count.add(versions.of_library(library) == versions.version_of(ROOT), "versions: the built library's, too")
    versions.planted(ROOT, count.add)
    found = hardening.problems(library, ROOT, shared=True)
    count.add(not found, "hardening: libcredit.so", "\n".join(found))
    for program in sorted(given.build.glob("bin/credit-*")):
        if program.name in ("credit-cli", "credit-sandbox", "credit-partner-backend"):
            found = hardening.problems(program, ROOT, shared=False)
            count.add(not found, f"hardening: {program.name}", "\n".join(found))
    hardening.planted(count.add)
    check_bom(count, given.build, not given.no_schema)
    print(f"took {time.monotonic() - started:.1f} s")
    print(f"{count.passed} passed, {count.failed} failed")
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
