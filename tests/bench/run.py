#!/usr/bin/env python3
"""Measures the targets and reports; scripts/bench builds what this runs, and says what the arguments mean."""
from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path

from measure import ROOT, Failed, Watch, say
from targets import COUNTED, TARGETS, Part, Result

# What was counted when this was last looked at: it may not grow unnoticed. Instructions may by this share, which is what
# another patch release of the compiler makes of the same code; everything else not at all.
EXACT = Path(__file__).with_name("exact.json")
SLACK = 0.05
PAGE = ROOT / "docs" / "performance.md"
TABLE = re.compile(r"(<!-- bench: begin -->\n).*?(<!-- bench: end -->)", re.S)


def figure(value: float, unit: str) -> str:
    if unit == "x":
        return f"{value:.2f}x"
    text = f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:,.2f}"
    return f"{text} {unit}".strip()


def cell(parts: list[Part], show) -> str:
    if len(parts) == 1:
        return show(parts[0])
    return "; ".join(f"{part.name} {show(part)}" for part in parts)


def row(name: str, result: Result) -> str:
    measured = cell(result.parts, lambda part: figure(part.value, part.unit))
    wanted = cell(result.parts, lambda part: ("" if part.op == "==" else part.op + " ") + figure(part.limit, part.unit))
    missed = [part.name for part in result.parts if not part.ok()]
    verdict = "met" if not missed else "missed" if len(missed) == len(result.parts) else "missed: " + ", ".join(missed)
    if result.noisy:
        verdict += " (noisy)"
    return f"| {name} | {result.what} | {measured} | {wanted} | {verdict} |"


def table(results: dict[str, Result], heading: str) -> str:
    lines = [heading, "", "| | what | measured | target | |", "|---|---|---|---|---|"]
    lines += [row(name, result) for name, result in results.items()]
    lines.append("")
    lines += [f"- {name}: {note}" for name, result in results.items() for note in result.notes]
    return "\n".join(lines) + "\n"


def as_json(result: Result) -> dict:
    if len(result.parts) == 1:
        out = {"value": round(result.parts[0].value, 4), "target": result.parts[0].limit, "ok": result.ok()}
    else:
        out = {"value": {part.name: round(part.value, 4) for part in result.parts},
               "target": {part.name: part.limit for part in result.parts}, "ok": result.ok()}
    return {**out, "noisy": True} if result.noisy else out


def machine() -> str:
    names = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    model = names[0].strip() if names else os.uname().machine
    return f"{os.cpu_count()} processors ({model})"


def write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(page):
        raise Failed("docs/performance.md has lost its markers")
    PAGE.write_text(TABLE.sub(lambda match: match[1] + text + match[2], page), encoding="utf-8")


def grown(counted: dict[str, float]) -> bool:
    """Prints "N passed, N failed"; a count that is not held, or held and not counted, has failed."""
    held = json.loads(EXACT.read_text(encoding="utf-8"))
    failed = 0
    for name in sorted(held.keys() | counted.keys()):
        limit = held.get(name, -1) * (1 + SLACK if "instructions" in name else 1)
        fine = counted.get(name, float("inf")) <= limit
        failed += 0 if fine else 1
        print(f"{'ok    ' if fine else 'FAILED'} {name}: {counted.get(name, 'not counted')}, held at {held.get(name, 'nothing')}")
    print(f"{len(held.keys() | counted.keys()) - failed} passed, {failed} failed", flush=True)
    return failed > 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--write", action="store_true", help="update the table of docs/performance.md")
    parser.add_argument("--exact", action="store_true", help="only what is counted and not timed")
    parser.add_argument("--gate", action="store_true", help="fail if something counted has grown over tests/bench/exact.json")
    parser.add_argument("--record", action="store_true", help="write what was counted to tests/bench/exact.json")
    parser.add_argument("--only", default="", help="targets, for example T1,T5")
    given = parser.parse_args()
    chosen = [name for name in given.only.split(",") if name] or list(COUNTED if given.exact else TARGETS)
    unknown = [name for name in chosen if name not in TARGETS]
    if unknown:
        parser.error(f"no target {', '.join(unknown)} is measured here; there are {', '.join(TARGETS)}")
    if (given.gate or given.record) and not given.exact:
        parser.error("--gate and --record go with --exact")
    if given.write and set(chosen) != set(TARGETS):
        parser.error("--write needs all targets")
    given.chosen = [name for name in TARGETS if name in chosen]
    return given


def main() -> int:
    given = arguments()
    watch = Watch()
    results: dict[str, Result] = {}
    failures = []
    for name in given.chosen:
        say(f"measuring {name}")
        try:
            results[name] = TARGETS[name]()
        except Failed as failure:
            failures.append(f"{name}: {failure}")
    try:
        others = watch.foreign()
        noisy = [name for name, result in results.items() if result.noisy]
        heading = f"Measured on {machine()}; over the whole run others took {others * 100:.0f} % of the machine's time."
        if noisy:
            heading += (f" {', '.join(noisy)}: fewer than 9 rounds were quiet (others at most 10 %), so all rounds were taken, and the"
                        " figures say little.")
        text = table(results, heading)
        print(text, file=sys.stderr if given.json else sys.stdout, flush=True)
        if given.write and not failures:
            write(text)
    except Failed as failure:
        failures.append(str(failure))
    for text in failures:
        print(f"scripts/bench: {text}", file=sys.stderr)
    if given.json:
        print(json.dumps({name: as_json(result) for name, result in results.items()}))
    if failures:
        return 2
    counted = {name: value for result in results.values() for name, value in result.counts.items()}
    if given.record:
        EXACT.write_text(json.dumps(counted, indent=4) + "\n", encoding="utf-8")
    return 1 if given.gate and grown(counted) else 0


if __name__ == "__main__":
    sys.exit(main())
