#!/usr/bin/env python3
"""Runs the fleet simulation and reports; scripts/fleet builds what this runs, and says what the arguments mean."""
from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys

from model import CLIENTS, ROOT, SCENARIOS, Failed, Fleet, Run, highest, run_all, HOUR

PAGE = ROOT / "docs" / "fleet.md"
TABLE = re.compile(r"(<!-- fleet: begin -->\n).*?(<!-- fleet: end -->)", re.S)
# T17: either of the two, and the refreshes.
PEAK, WITHIN = 3.2, 300
LOW_PEAK, LOW_WITHIN = 1.5, 1200
REFRESHES = 1.02


def times(value: float) -> str:
    return f"{value:.1f}x"


def span(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms < 100_000 else f"{ms / 1000:,.0f} s"


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def calm_rows(fleet: Fleet) -> list[str]:
    rows = ["| client | refreshes sent per device-day | of the least possible | radio woken per device-day | of these for tokens alone |"
            " calls failed | sessions lost |", "|---|---|---|---|---|---|---|"]
    for client in CLIENTS:
        run = fleet.runs[("calm", client)]
        said = run.said
        rows.append(f"| {client} | {run.per_device_day('refreshes_sent'):.3f} | {said['refreshes_sent'] / said['least_refreshes']:.4f} |"
                    f" {run.per_device_day('radio'):.2f} | {run.per_device_day('radio_for_tokens'):.3f} |"
                    f" {share(said['calls_failed'], said['calls'])} | {said['sessions_lost']:,} |")
    return rows


def trouble_rows(fleet: Fleet, scenario: str) -> list[str]:
    rows = ["| client | peak while it lasts (10 s) | peak after it (10 s) | recovered: 99 % | the last | calls failed |"
            " longest wait | sessions lost | healed |", "|---|---|---|---|---|---|---|---|---|"]
    for client in CLIENTS:
        run = fleet.runs[(scenario, client)]
        said, peaks = run.said, fleet.peaks(run)
        rows.append(f"| {client} | {times(peaks.during)} ({times(peaks.during_10)}) | {times(peaks.after)} ({times(peaks.after_10)}) |"
                    f" {span(said['drain']['p99_ms'])} | {span(said['drain']['max_ms'])} |"
                    f" {share(said['trouble_failed'], said['trouble_calls'])} | {span(said['waits']['max_ms'])} |"
                    f" {said['sessions_lost']:,} | {said['sessions_healed']:,} |")
    return rows


def sibling_rows(fleet: Fleet) -> list[str]:
    rows = ["| client | session requests per device-day | calls failed | sessions lost | healed |", "|---|---|---|---|---|"]
    for client in CLIENTS:
        run = fleet.runs[("siblings", client)]
        said = run.said
        starts = sum(said["start_load"]) / said["devices"] / run.days
        rows.append(f"| {client} | {starts:.4f} | {share(said['calls_failed'], said['calls'])} | {said['sessions_lost']:,} |"
                    f" {said['sessions_healed']:,} |")
    return rows


def what_of(run: Run) -> str:
    return run.said["what"][0].upper() + run.said["what"][1:]


def target(fleet: Fleet) -> dict:
    outage, calm = fleet.runs[("outage", "sdk")], fleet.runs[("calm", "sdk")].said
    peak, drained = fleet.peaks(outage).after, outage.said["drain"]["max_ms"] / 1000
    refreshes = calm["refreshes_sent"] / calm["least_refreshes"]
    recovers = (peak <= PEAK and drained <= WITHIN) or (peak <= LOW_PEAK and drained <= LOW_WITHIN)
    return {"value": {"peak": round(peak, 3), "recovered_s": round(drained, 1), "refreshes": round(refreshes, 4)},
            "target": {"peak": PEAK, "recovered_s": WITHIN, "refreshes": REFRESHES},
            "ok": recovers and refreshes <= REFRESHES}


def report(fleet: Fleet, heading: str) -> str:
    calm = fleet.runs[("calm", "sdk")]
    busiest = highest(calm.seconds(fleet.hour, fleet.hour + HOUR), 1) / fleet.normal
    aim = target(fleet)
    value = aim["value"]
    lines = [heading, "",
             f"Normal is {fleet.normal:.1f} requests a second: the mean of the SDK's in the hour from 20:00 of an ordinary day, in which the"
             f" busiest second has {times(busiest)}.", "",
             f"T17: after an outage of 10 minutes the peak is {times(value['peak'])} of normal (target: {PEAK}x) and the last device"
             f" has recovered after {value['recovered_s']:.0f} s (target: {WITHIN} s); refreshes are {value['refreshes']:.4f} of the least"
             f" possible (target: {REFRESHES}): {'met' if aim['ok'] else 'missed'}.", "", f"### {what_of(calm)}", ""]
    lines += calm_rows(fleet)
    for scenario in SCENARIOS:
        run = fleet.runs[(scenario, "sdk")]
        if run.start is None:
            continue
        lines += ["", f"### {what_of(run)} (`{scenario}`)", "", *trouble_rows(fleet, scenario)]
    siblings = fleet.runs[("siblings", "sdk")]
    lines += ["", f"### {what_of(siblings)} (`siblings`)", "", *sibling_rows(fleet)]
    return "\n".join(lines) + "\n"


def commit() -> str:
    """The commit whose core was run, and whether that core had been changed since."""
    def git(*command: str) -> str:
        return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    name = git("rev-parse", "--short", "HEAD")
    if not name:
        return "outside of git"
    return f"commit {name}" + (" and changes to it" if git("status", "--porcelain", "core") else "")


def write(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(page):
        raise Failed("docs/fleet.md has lost its markers")
    PAGE.write_text(TABLE.sub(lambda match: match[1] + text + match[2], page), encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/fleet", allow_abbrev=False)
    parser.add_argument("--devices", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=2, help="length of the scenarios that run for whole days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=SECONDS", help="another number for the SDK's policy")
    parser.add_argument("--jobs", type=int, default=None, help="runs at a time; default: one for each processor")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument("--plots", action="store_true", help="draw docs/images/fleet-*.png")
    parser.add_argument("--write", action="store_true", help="update the tables of docs/fleet.md")
    given = parser.parse_args()
    if not 1000 <= given.devices <= 10_000_000:
        parser.error("--devices: from 1,000 to 10,000,000")
    if not 1 <= given.days <= 30:
        parser.error("--days: from 1 to 30")
    if given.set and given.write:
        parser.error("--write is for the policy as it is")
    return given


def main() -> int:
    given = arguments()
    try:
        of_commit = commit()  # as it was built; work may go on in the meantime
        fleet = run_all(given.devices, given.seed, given.days, given.set, given.jobs)
        changed = f", with {', '.join(given.set)}" if given.set else ""
        text = report(fleet, f"{given.devices:,} devices, seed {given.seed}, {of_commit}{changed}; ordinary days and siblings: {given.days} days,"
                             " the others from 18:00 to midnight with the trouble from 20:00 on.")
        print(text, file=sys.stderr if given.json else sys.stdout, flush=True)
        if given.write:
            write(text)
        if given.plots:
            import plots
            plots.draw(fleet)
    except Failed as failure:
        print(f"scripts/fleet: {failure}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps({"T17": target(fleet)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
