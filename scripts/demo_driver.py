#!/usr/bin/env python3
"""Drives the sample programs through the life of a borrower session and checks each step against the ledger of the
platform. `scripts/demo` builds the programs and calls this."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType

from demo_steps.checks import StepFailed
from demo_steps.report import Report, Result
from demo_steps.steps import NAMES, STEPS, Step
from demo_steps.world import World

EXIT_FAILED = 1
EXIT_USAGE = 2


def parse_arguments() -> argparse.Namespace:
    steps = "\n".join(f"  {step.name:18} {step.sabotage}" for step in STEPS)
    parser = argparse.ArgumentParser(
        prog="scripts/demo", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="A borrower session that survives, shown on this machine with sandbox, partner backend and CLI.",
        epilog=f"steps, and what --sabotage does to each:\n{steps}\n\n"
               "exit codes: 0 all steps as they should be, 1 a step failed, 2 wrong arguments")
    parser.add_argument("--json", action="store_true", help="the last line is the result as JSON")
    parser.add_argument("--sabotage", metavar="STEP", choices=NAMES, help="break one step's premise; it must fail")
    parser.add_argument("--sabotage-each", action="store_true",
                        help="each step twice: sabotaged, when it must fail for the right reason, and as it is")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="keep logs and stores in this new folder")
    parser.add_argument("--step", metavar="NAME", choices=NAMES, action="extend", nargs="+",
                        help="only these steps, in the usual order")
    parser.add_argument("--bin", type=Path, default=Path("build/release/bin"), help="folder of the programs")
    parser.add_argument("--check-arguments", action="store_true", help="only say whether the arguments are right")
    arguments = parser.parse_args()
    if arguments.sabotage and arguments.step and arguments.sabotage not in arguments.step:
        parser.error("--sabotage: this step is not among those of --step")
    if arguments.sabotage and arguments.sabotage_each:
        parser.error("--sabotage and --sabotage-each exclude each other")
    if arguments.keep and arguments.keep.exists():
        parser.error(f"--keep: {arguments.keep} exists")
    return arguments


def run_step(step: Step, world: World, report: Report, sabotage: bool) -> Result:
    report.begin(step.name)
    began = time.monotonic()
    failure: dict[str, str] | None = None
    evidence = {}
    try:
        world.back_to_normal()
        if sabotage:
            report.say(f"SABOTAGE: {step.sabotage}")
        evidence = step.run(world, sabotage)
    except StepFailed as failed:
        failure = {"check": failed.label, "expected": str(failed.expected), "seen": str(failed.seen)}
    except Exception as error:  # a step that breaks has failed; the others still have their say
        where = traceback.extract_tb(error.__traceback__)[-1]
        failure = {"check": "the step runs", "expected": "no exception",
                   "seen": f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"}
    if failure:
        world.forget_device()
    result = Result(step.name, failure is None, round((time.monotonic() - began) * 1000), evidence, failure)
    report.finish(result)
    return result


def judge_sabotage(step: Step, result: Result) -> Result:
    """Red is right here, but only because of the check that is there to notice."""
    seen = "nothing" if result.failure is None else result.failure["check"]
    right = seen == step.noticed_by
    failure = None if right else {"check": "the sabotage is noticed", "expected": step.noticed_by, "seen": seen}
    return Result(f"{step.name} sabotaged", right, result.ms, {"noticed_by": seen}, failure)


def run_steps(arguments: argparse.Namespace, world: World, report: Report) -> list[Result]:
    results = []
    for step in STEPS:
        if arguments.step and step.name not in arguments.step:
            continue
        if arguments.sabotage_each:
            results.append(judge_sabotage(step, run_step(step, world, report, sabotage=True)))
            if not results[-1].ok:
                report.finish(results[-1])
        results.append(run_step(step, world, report, sabotage=step.name == arguments.sabotage))
    return results


def run(arguments: argparse.Namespace, folder: Path) -> int:
    report = Report()
    ok = False
    try:
        world = World(folder, arguments.bin.resolve(), report.say)
        try:
            with open(world.logs / "demo.log", "w", encoding="utf-8") as copy:
                report.copy = copy
                results = run_steps(arguments, world, report)
                report.table(results)
                report.copy = None
        finally:
            world.close()
        ok = all(one.ok for one in results)
    except StepFailed as failed:
        report.line(f"The demo could not begin: {failed}")
        results = []
    keep = arguments.keep is not None or not ok
    if keep:
        report.line(f"Logs and stores: {folder}")
    else:
        shutil.rmtree(folder)
    if arguments.json:
        print(json.dumps({"steps": [one.as_json() for one in results], "ok": ok}), flush=True)
    else:
        report.line("ok" if ok else "FAILED")
    return 0 if ok else EXIT_FAILED


def leave(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    arguments = parse_arguments()
    if arguments.check_arguments:
        return 0
    missing = [name for name in ("credit-cli", "credit-sandbox", "credit-partner-backend")
               if not (arguments.bin / name).is_file()]
    if missing:
        print(f"scripts/demo: not built: {', '.join(missing)} in {arguments.bin}", file=sys.stderr)
        return EXIT_USAGE
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    if arguments.keep:
        arguments.keep.mkdir(parents=True, mode=0o700)
        folder = arguments.keep.resolve()
    else:
        folder = Path(tempfile.mkdtemp(prefix="credit-demo-"))
    try:
        return run(arguments, folder)
    except KeyboardInterrupt:
        print(f"\ninterrupted; logs: {folder}", file=sys.stderr)
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
