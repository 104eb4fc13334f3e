"""Runs the fleet's scenarios side by side and works out what a table of them says."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build" / "fleet" / "bin" / "credit-fleet"

SCENARIOS = ["calm", "outage", "region", "keys", "verdicts", "clock", "siblings"]
CLIENTS = ["sdk", "sdk-no-provider", "fixed-margin", "no-jitter", "every-second", "every-401"]
# Load after a trouble's end is looked at for so long.
AFTERMATH = 3600
HOUR = 3600
DAY = 86400


class Failed(Exception):
    """A run could not be made; the text says why."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@dataclass
class Run:
    """One scenario with one client, as the program reported it."""

    said: dict
    load: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.load = [a + b for a, b in zip(self.said["refresh_load"], self.said["start_load"])]

    def seconds(self, start: int, end: int) -> list[int]:
        """Requests in each second between two times of the run."""
        first = self.said["from_s"]
        return self.load[max(start - first, 0):max(end - first, 0)]

    @property
    def start(self) -> int | None:
        return self.said.get("start_s") if "end_s" in self.said else None

    @property
    def end(self) -> int | None:
        return self.said.get("end_s")

    @property
    def days(self) -> float:
        return (self.said["to_s"] - self.said["from_s"]) / DAY

    def per_device_day(self, name: str) -> float:
        return self.said[name] / self.said["devices"] / self.days


def highest(load: list[int], width: int) -> float:
    """The highest mean over `width` seconds in a row."""
    if len(load) < width:
        return 0.0
    running = sum(load[:width])
    best = running
    for i in range(width, len(load)):
        running += load[i] - load[i - width]
        best = max(best, running)
    return best / width


@dataclass
class Peaks:
    """Load as multiples of an ordinary day's mean in the same hour."""

    during: float
    during_10: float
    after: float
    after_10: float


class Fleet:
    """All runs, and what is ordinary."""

    def __init__(self, runs: dict[tuple[str, str], Run]) -> None:
        self.runs = runs
        calm = runs[("calm", "sdk")]
        # The hour in which trouble begins, on the first day.
        self.hour = 20 * HOUR
        self.normal = sum(calm.seconds(self.hour, self.hour + HOUR)) / HOUR

    def peaks(self, run: Run) -> Peaks | None:
        if run.start is None:
            return None
        during, after = run.seconds(run.start, run.end), run.seconds(run.end, run.end + AFTERMATH)
        return Peaks(*(highest(load, width) / self.normal for load, width in
                       ((during, 1), (during, 10), (after, 1), (after, 10))))


def one(scenario: str, client: str, devices: int, seed: int, days: int, changes: list[str]) -> Run:
    command = [str(PROGRAM), "--scenario", scenario, "--client", client, "--devices", str(devices), "--seed", str(seed),
               "--days", str(days)]
    for change in changes if client.startswith("sdk") else []:
        command += ["--set", change]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    say(f"  {scenario}, {client}")
    return Run(json.loads(done.stdout))


def run_all(devices: int, seed: int, days: int, changes: list[str], jobs: int | None) -> Fleet:
    wanted = [(scenario, client) for scenario in SCENARIOS for client in CLIENTS]
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        futures = {key: pool.submit(one, *key, devices, seed, days, changes) for key in wanted}
        return Fleet({key: future.result() for key, future in futures.items()})
