#!/usr/bin/env python3
"""What scripts/check does; that script says how it is called."""
from __future__ import annotations

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True

from affected import Affected, affected_by  # noqa: E402
from changes import NoBase, base_of, changed_files, language_of  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent

STEPS = ("format", "tidy", "shell", "python", "checks", "tests", "suites")
LOGS = ROOT / "build" / "check-logs"
# clang-tidy takes a dozen seconds for each file; beyond this it would be most of the time.
MOST_TIDY = 8
LAST_LINES = 40
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed", re.MULTILINE)
# Of these checks scripts/check has its own, over the changed files.
OWN = {"format"}
CHECK = re.compile(r"^    one (\w+) (.+)$", re.MULTILINE)
ADDED = re.compile(r"^add_test\(\[=\[(.+?)\]=\] (.*)\)$", re.MULTILINE)
TIDY_FOLDERS = ("core/", "capi/", "platform/")


class Run:
    """Runs steps one after the other and counts."""

    def __init__(self, dry: bool, build: Path) -> None:
        self.dry, self.build = dry, build
        self.passed = self.failed = 0
        self.environment = dict(os.environ)
        self.environment.setdefault("CCACHE_DIR", str(ROOT / "build" / "ccache"))
        self.environment.setdefault("CCACHE_SLOPPINESS",
                                    "pch_defines,time_macros,include_file_mtime,include_file_ctime")
        self.environment.setdefault("CTEST_OUTPUT_ON_FAILURE", "1")

    def log(self, name: str) -> Path:
        return LOGS / f"{name}.log"

    def execute(self, name: str, command: list[str]) -> tuple[int, float]:
        LOGS.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with self.log(name).open("wb") as out:
            try:
                status = subprocess.run(command, cwd=ROOT, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
                                        check=False).returncode
            except OSError as problem:
                out.write(f"{problem}\n".encode())
                status = 127
        return status, time.monotonic() - started

    def say(self, verdict: str, name: str, text: str) -> None:
        print(f"  {verdict:<6} {name}{text}", flush=True)

    def left(self, name: str, why: str) -> None:
        self.say("left", name, f": {why}")

    def fail(self, name: str, took: float) -> None:
        self.failed += 1
        self.say("FAILED", name, f" ({took:.1f} s)")
        for line in self.lines(name)[-LAST_LINES:]:
            print(f"    {line}")

    def lines(self, name: str) -> list[str]:
        return self.log(name).read_text(encoding="utf-8", errors="replace").splitlines()

    def planned(self, name: str, command: list[str]) -> bool:
        if self.dry:
            self.say("would", name, f": {shlex.join(command)}")
        return self.dry

    def one(self, name: str, command: list[str]) -> bool:
        """A check that counts as one; its last line says what it found."""
        if self.planned(name, command):
            return True
        status, took = self.execute(name, command)
        if status != 0:
            self.fail(name, took)
            return False
        self.passed += 1
        last = self.lines(name)[-1:] or [""]
        self.say("ok", name, f" ({took:.1f} s)" + (f": {last[0][:100]}" if last[0] else ""))
        return True


def format_step(run: Run, files: list[str]) -> None:
    changed = [name for name in files if language_of(ROOT, name) == "cpp"]
    if changed:
        run.one("format", ["scripts/lib/check_format", *changed])


def tidy_step(run: Run, files: list[str]) -> None:
    """Headers are looked at through the source of the same name; what is left out is named."""
    wanted: dict[str, None] = {}
    for name in files:
        if not name.startswith(TIDY_FOLDERS) or name.startswith("platform/apple/"):
            continue
        source = Path(name).with_suffix(".cpp")
        if language_of(ROOT, name) == "cpp" and (ROOT / source).is_file():
            wanted[str(source)] = None
    sources = list(wanted)
    if sources[MOST_TIDY:]:
        run.left("tidy", f"{len(sources) - MOST_TIDY} more files; scripts/test --part tidy looks at all of them")
    if sources:
        run.one("tidy", ["scripts/lib/check_tidy", *sources[:MOST_TIDY]])


def shell_step(run: Run, files: list[str]) -> None:
    scripts = [name for name in files if language_of(ROOT, name) == "shell"]
    if not scripts:
        return
    run.one("shell", ["bash", "-c", 'for file; do bash -n "$file" || exit; done; echo "$# scripts parse"', "bash", *scripts])
    if shutil.which("shellcheck"):
        run.one("shellcheck", ["shellcheck", "--external-sources", "--severity=warning", *scripts])
    else:
        run.left("shellcheck", "it is not installed")


def python_step(run: Run, files: list[str]) -> None:
    scripts = [name for name in files if language_of(ROOT, name) == "python"]
    if not scripts:
        return
    # Compiled in memory: nothing is left beside the scripts.
    program = ("import sys; [compile(open(name, 'rb').read(), name, 'exec', dont_inherit=True) for name in sys.argv[1:]]; "
               "print(len(sys.argv) - 1, 'scripts compile')")
    run.one("python", [sys.executable, "-W", "error", "-c", program, *scripts])


def checks_step(run: Run) -> None:
    """The part "checks" of scripts/test, read from there, so that there is one list."""
    body = (ROOT / "scripts" / "test").read_text(encoding="utf-8").partition("\npart_checks() {")[2].partition("\n}\n")[0]
    found = CHECK.findall(body)
    if not found:
        run.failed += 1
        run.say("FAILED", "checks", ": scripts/test has no list of them any more")
    for name, command in found:
        if name not in OWN:
            run.one(name, shlex.split(command))


def registered(run: Run) -> list[dict[str, object]]:
    """The tests in the order in which ctest counts them, with their commands."""
    done = subprocess.run(["ctest", "--test-dir", str(run.build), "--show-only=json-v1"], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    tests = json.loads(done.stdout)["tests"] if done.returncode == 0 else []
    # ctest keeps the command of a program that is not built yet to itself; what CMake wrote for it does not.
    written = "\n".join(path.read_text(encoding="utf-8") for path in run.build.rglob("CTestTestfile.cmake"))
    commands = {name: re.findall(r'"([^"]*)"', rest) for name, rest in ADDED.findall(written)}
    return [{"name": test["name"], "command": test.get("command") or commands.get(test["name"], [])} for test in tests]


def programs_in(command: list[str], build: Path) -> set[str]:
    """The programs of the build that a test's command names."""
    place = str(build / "bin") + "/"
    return {part[len(place):] for part in command if part.startswith(place)}


def chosen(run: Run, what: Affected) -> tuple[list[int], set[str]]:
    """Numbers of the tests as ctest counts them, and the programs they take."""
    numbers, programs = [], set(what.programs)
    for number, test in enumerate(registered(run), start=1):
        uses = programs_in(test["command"], run.build)
        by_name = any(fnmatch.fnmatchcase(test["name"], pattern) for pattern in what.tests)
        if by_name:
            programs |= uses or {"credit"}  # one that names no program looks at the library
        if by_name or uses & what.programs:
            numbers.append(number)
    return numbers, programs


def configure(run: Run) -> bool:
    if run.build == ROOT / "build" / "release":
        command = ["cmake", "--preset", "release", "-DCREDIT_BUILD_TESTS=ON"]
    else:
        command = ["cmake", str(run.build)]
    status, took = run.execute("configure", command)
    if status != 0:
        run.fail("configure", took)
    return status == 0


def build_step(run: Run, programs: set[str]) -> bool:
    jobs = str(os.cpu_count() or 1)
    command = ["cmake", "--build", str(run.build), "-j", jobs, "--target", *sorted(programs)]
    status, took = run.execute("build", command)
    if status != 0:
        run.fail("build", took)
        return False
    run.say("built", " ".join(sorted(programs)), f" ({took:.1f} s)")
    return True


def tests_step(run: Run, what: Affected) -> None:
    if not what.programs and not what.tests:
        return
    if run.dry:
        run.say("would", "tests", f": {' '.join(sorted(what.programs | what.tests))}, in {run.build.name}")
        return
    if not configure(run):
        return
    programs = chosen(run, what)[1]
    if programs and not build_step(run, programs):
        return
    numbers = chosen(run, what)[0]
    known = programs_known(run)
    for program in sorted(what.programs - known):
        run.failed += 1
        run.say("FAILED", program, ": this build has no such test program")
    if not numbers:
        run.left("tests", f"none of {' '.join(sorted(what.programs | what.tests))} is in {run.build.name}")
        return
    ctest(run, numbers)


def programs_known(run: Run) -> set[str]:
    return set().union(*(programs_in(test["command"], run.build) for test in registered(run)))


def ctest(run: Run, numbers: list[int]) -> None:
    report, picked = LOGS / "tests.xml", LOGS / "tests.txt"
    report.unlink(missing_ok=True)
    picked.write_text(",".join(["0", "0", "0", *map(str, numbers)]) + "\n", encoding="utf-8")
    status, took = run.execute("tests", ["ctest", "--test-dir", str(run.build), "-j", str(os.cpu_count() or 1), "-I",
                                         str(picked), "--output-junit", str(report)])
    counted = subprocess.run([sys.executable, "scripts/lib/junit_counts.py", str(report)], cwd=ROOT, capture_output=True,
                             text=True, check=False)
    passed, failed, skipped = map(int, counted.stdout.split()) if counted.returncode == 0 else (0, 1, 0)
    if status != 0 and failed == 0:
        failed = 1
    run.passed, run.failed = run.passed + passed, run.failed + failed
    run.say("tests" if failed == 0 else "FAILED", run.build.name,
            f": {passed} passed, {failed} failed, {skipped} skipped ({took:.1f} s)")
    if failed:
        quiet = re.compile(r"^ *\d+/\d+ Test.*Passed|^ *Start +\d+:")
        for line in [line for line in run.lines("tests") if not quiet.match(line)][-3 * LAST_LINES:]:
            print(f"    {line}")


def suites_step(run: Run, what: Affected) -> None:
    for suite in sorted(what.suites):
        command = shlex.split(suite.replace("{build}", str(run.build)))
        name = command[0].replace("/", "_")
        if run.planned(name, command):
            continue
        status, took = run.execute(name, command)
        counts = COUNTS.findall("\n".join(run.lines(name)))
        if status == 77:
            run.left(name, next((line for line in run.lines(name) if "SKIPPED" in line), "its toolchain is not here"))
        elif status != 0 or not counts or int(counts[-1][0]) == 0:
            run.fail(name, took)
        else:
            run.passed += int(counts[-1][0])
            run.say("tests", name, f": {counts[-1][0]} passed, {counts[-1][1]} failed ({took:.1f} s)")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/check", add_help=False, allow_abbrev=False)
    parser.add_argument("--base", metavar="REVISION")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--only", metavar="STEPS", default=",".join(STEPS))
    parser.add_argument("--build", metavar="DIR", type=Path, default=ROOT / "build" / "release")
    given = parser.parse_args()
    unknown = [step for step in given.only.split(",") if step not in STEPS]
    if unknown:
        parser.error(f"no step is called '{unknown[0]}' (there are: {' '.join(STEPS)})")
    given.build = given.build.resolve()
    if given.build != ROOT / "build" / "release" and not (given.build / "CMakeCache.txt").is_file():
        parser.error("--build names no folder that CMake has configured")
    return given


def main() -> int:
    given = arguments()
    steps = given.only.split(",")
    try:
        base = base_of(ROOT, given.base)
        names = changed_files(ROOT, base)
    except NoBase as problem:
        print(f"scripts/check: {problem}", file=sys.stderr)
        return 2
    files = [name for name in names if (ROOT / name).is_file()]
    what = affected_by(ROOT, names)
    started = time.monotonic()
    print(f"{len(names)} files differ from {base[:12]}")
    run = Run(given.dry_run, given.build)
    if "format" in steps:
        format_step(run, files)
    if "shell" in steps:
        shell_step(run, files)
    if "python" in steps:
        python_step(run, files)
    if "checks" in steps:
        checks_step(run)
    if "tidy" in steps:
        tidy_step(run, files)
    if "tests" in steps:
        tests_step(run, what)
    if "suites" in steps:
        suites_step(run, what)
    if what.parts:
        run.left("for scripts/test", " ".join(f"--part {part}" for part in sorted(what.parts)))
    if given.dry_run:
        print("nothing was run")
        return 0
    print(f"took {time.monotonic() - started:.1f} s")
    print(f"{run.passed} passed, {run.failed} failed")
    return 1 if run.failed or not run.passed else 0


if __name__ == "__main__":
    sys.exit(main())
