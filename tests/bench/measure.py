"""Runs the benchmark programs and reads what they say: timed rounds, instructions, system calls."""
from __future__ import annotations

import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
SCRATCH = BUILD / "scratch"
ROUNDS = 15
ENOUGH = 9
FOREIGN_LIMIT = 0.10


class Failed(Exception):
    """Something could not be measured; the text says what."""


def program(name: str) -> str:
    return str(BUILD / "bin" / name)


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True,
                          timeout=900, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def run_json(command: list[str], **environment: str) -> dict:
    return json.loads(run(command, **environment).strip().splitlines()[-1])


def fresh_folder(name: str) -> Path:
    """An empty folder on the disk the project lies on."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


@dataclass
class Timing:
    """Quiet rounds of one benchmark, in ns per operation."""
    median: float
    rounds: int
    thrown_away: int
    noisy: bool


class Timings:
    """The rounds of one program, in which all its benchmarks took turns."""

    def __init__(self) -> None:
        self.rounds: dict[str, list[tuple[float, float]]] = {}
        self.missed = 0

    def add(self, report: dict) -> None:
        for entry in report["benchmarks"]:
            if entry.get("run_type") != "iteration":
                continue
            if entry.get("error_occurred"):
                raise Failed(f"{entry['name']}: {entry.get('error_message')}")
            name = entry["run_name"].replace("/real_time", "")
            self.rounds.setdefault(name, []).append((entry["real_time"], entry["foreign"]))
            self.missed += int(entry.get("missed", 0))

    def quiet_enough(self) -> bool:
        return all(sum(foreign <= FOREIGN_LIMIT for _, foreign in rounds) >= ENOUGH for rounds in self.rounds.values())

    def of(self, name: str) -> Timing:
        rounds = self.rounds[name]
        # All or none: a floor's quiet rounds must not be set against a subject's noisy ones.
        noisy = not self.quiet_enough()
        taken = [time for time, foreign in rounds if noisy or foreign <= FOREIGN_LIMIT]
        return Timing(statistics.median(taken), len(taken), len(rounds) - len(taken), noisy)


def timed(name: str, only: str = ".", min_time: float = 0.1, tries: int = 3, rounds: int = ROUNDS,
          into: Timings | None = None, **environment: str) -> Timings:
    """Rounds of all benchmarks of a program, in a random order; again where too few of them were quiet."""
    timings = into or Timings()
    for _ in range(tries):
        report = BUILD / f"{name}.json"
        run([program(name), f"--benchmark_filter={only}", f"--benchmark_repetitions={rounds}",
             "--benchmark_enable_random_interleaving=true", f"--benchmark_min_time={min_time}",
             f"--benchmark_out={report}", "--benchmark_out_format=json"], **environment)
        timings.add(json.loads(report.read_text(encoding="utf-8")))
        if timings.quiet_enough():
            break
    return timings


class Watch:
    """The share of the machine's time that others took between two moments, for programs run one after the other."""

    def __init__(self) -> None:
        self.begin = self._read()

    @staticmethod
    def _read() -> tuple[float, float, float]:
        ticks = [int(count) for count in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
        rate = os.sysconf("SC_CLK_TCK")
        own = sum(usage.ru_utime + usage.ru_stime
                  for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)))
        return (sum(ticks) - ticks[3] - ticks[4]) / rate, sum(ticks) / rate, own

    def foreign(self) -> float:
        end = self._read()
        busy, total, own = (end[i] - self.begin[i] for i in range(3))
        return max(0.0, (busy - own) / total) if total > 0 else 1.0


# Of a repeated string instruction callgrind counts every byte as one: filling 56 KiB would count 57,344, where wide stores are
# 1,792. So the C library is told to use wide stores throughout.
NO_REPEATED_INSTRUCTIONS = ("glibc.cpu.x86_rep_stosb_threshold=1000000000:"
                            "glibc.cpu.x86_rep_movsb_threshold=1000000000")


def callgrind(arguments: list[str]) -> dict[str, int]:
    """Instructions by object file (its name without folders) over a whole run."""
    out = BUILD / "callgrind.out"
    run(["valgrind", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no", f"--callgrind-out-file={out}", "-q",
         *arguments], GLIBC_TUNABLES=NO_REPEATED_INSTRUCTIONS)
    costs: dict[str, int] = {}
    where = ""
    skip = False
    cost_line = re.compile(r"^(?:\d+|0x[0-9a-f]+|[+-]\d+|\*) (\d+)$")
    with out.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("ob="):
                where = Path(line[3:]).name
            elif line.startswith("calls="):
                skip = True  # the next line is what the callee cost, and counted there
            else:
                match = cost_line.match(line)
                if match and not skip:
                    costs[where] = costs.get(where, 0) + int(match[1])
                if match:
                    skip = False
    if not costs:
        raise Failed("callgrind counted nothing")
    return costs


def instructions_each(arguments: list[str], few: int, many: int, rest: list[str] | None = None) -> dict[str, float]:
    """Instructions by object of one round more: what start and end cost falls out."""
    small = callgrind([*arguments, str(few), *(rest or [])])
    large = callgrind([*arguments, str(many), *(rest or [])])
    return {name: (large.get(name, 0) - small.get(name, 0)) / (many - few) for name in set(small) | set(large)}


def system_calls_between_marks(arguments: list[str]) -> int:
    """System calls of the thread that sets the marks, between them."""
    trace = BUILD / "strace.out"
    run(["strace", "-f", "-qq", "-o", str(trace), *arguments])
    inside, count, marks = None, 0, 0
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        thread = line.split(maxsplit=1)[0]
        if 'write(-1, "begin"' in line:
            inside, marks = thread, marks + 1
        elif 'write(-1, "end"' in line:
            inside, marks = None, marks + 1
        elif inside == thread:
            count += 1
    if marks != 2:
        raise Failed("the system calls' trace lacks its marks")
    return count


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
