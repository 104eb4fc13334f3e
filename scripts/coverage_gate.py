#!/usr/bin/env python3
"""Fails when a branch of the given files was never taken both ways.

    coverage_gate.py [--root DIR] [--regions] EXPORT.json FILE...

EXPORT.json is what `llvm-cov export` writes; FILE is a path relative to the root (default: the working directory).
Seeded mistakes (core/base/mutant.h) are left out: they are constant false in the library, and the simulator's own table
shows that each is reached and caught. Lines of a CREDIT_CHECK(...) are left out: its failing side is what must never happen. They are counted, and a check
that no test even reached counts as missed. A macro's branches belong to the line that uses it; the instances of a
template count as one.
Prints for every file what was missed and `coverage FILE branches N/M checks K`, where M counts both ways of every branch.
With --regions an uncovered region without a branch (a function never called) fails as well; it is always listed.
"""
import argparse
import json
import os
import re
import sys

CODE, EXPANSION = 0, 1
BRANCHES = (4, 5, 6)  # with and without MC/DC
CHECK = re.compile(r"\bCREDIT_CHECK\s*\(")
MUTANT_STATEMENT = re.compile(r"\s*if \(mutant\(")
MUTANT_FUNCTION = re.compile(r"// Only a seeded mistake|// Seeded mistakes")
MUTANT_TERM = re.compile(r"!?(mutant|careless)\(")


def check_lines(text):
    """The lines (from 1) of every CREDIT_CHECK(...), to its closing parenthesis."""
    lines = set()
    for match in CHECK.finditer(text):
        depth, end = 1, match.end()
        while depth > 0 and end < len(text):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        first = text.count("\n", 0, match.start()) + 1
        last = text.count("\n", 0, end) + 1
        lines.update(range(first, last + 1))
    return lines


def mutant_lines(lines):
    """The lines (from 1) of statements and functions that only a seeded mistake runs."""
    found, number = set(), 0
    while number < len(lines):
        line, first = lines[number], number
        if MUTANT_FUNCTION.match(line):
            while lines[number] != "}":
                number += 1
        elif MUTANT_STATEMENT.match(line):
            indent = line[: len(line) - len(line.lstrip())]
            while not lines[number].rstrip().endswith(("{", ";")):
                number += 1
            if lines[number].rstrip().endswith("{"):
                while not lines[number].startswith(indent + "}"):
                    number += 1
        else:
            number += 1
            continue
        number += 1
        found.update(range(first + 1, number + 1))
    return found


def starts(place):
    return tuple(region[:2] for region in place)


class FileReport:
    def __init__(self, name, text):
        self.name = name
        self.lines = text.splitlines()
        self.marked = check_lines(text)
        self.mutants = mutant_lines(self.lines)
        self.branches = {}  # place -> [times true, times false]
        self.regions = {}   # place -> times
        self.checks = {}    # place -> times

    def is_mutant(self, place):
        line, column = place[0][:2]
        return line in self.mutants or bool(MUTANT_TERM.match(self.lines[line - 1][column - 1:]))

    def add_region(self, place, count):
        if self.is_mutant(place):
            return
        table = self.checks if self.is_check(place) else self.regions
        # Only the outermost place of a check tells whether it was reached.
        if table is self.regions or len(place) == 1:
            table[place] = table.get(place, 0) + count

    def add_branch(self, place, true, false):
        if self.is_check(place) or self.is_mutant(place):
            return
        times = self.branches.setdefault(place, [0, 0])
        times[0] += true
        times[1] += false

    def is_check(self, place):
        return place[0][0] in self.marked

    def missed(self):
        lines = []
        for place, times in sorted(self.branches.items()):
            for outcome, count in zip(("true", "false"), times):
                if count == 0:
                    lines.append(f"{self.where(place)}: branch never {outcome}")
        for place, count in sorted(self.checks.items()):
            if count == 0:
                lines.append(f"{self.where(place)}: check never reached")
        return lines

    def missed_regions(self):
        # The compiler counts the start of a macro that begins with `case` as never reached; what is inside knows better.
        entered = {starts(place)[:depth] for place, count in self.regions.items() if count > 0
                   for depth in range(1, len(place) + 1)}
        return [f"{self.where(place)}: region never entered"
                for place in sorted(self.regions) if starts(place) not in entered]

    def where(self, place):
        inner = "".join(f" in macro at {line}:{column}" for line, column, *_ in place[1:])
        return f"{self.name}:{place[0][0]}:{place[0][1]}{inner}"

    def summary(self):
        taken = sum(1 for times in self.branches.values() for count in times if count > 0)
        check_count = len({place[0][0] for place in self.checks})
        return f"coverage {self.name} branches {taken}/{2 * len(self.branches)} checks {check_count}"


def expansions(function):
    """Maps the number of a macro's inner 'file' to the region that expands it."""
    return {region[6]: region for region in function["regions"] if region[7] == EXPANSION}


def resolve(region, file_id, parents):
    """The number of the real file and the region's place in it: the way from the outermost macro use inwards."""
    place = [tuple(region[:4])]
    while file_id in parents:
        parent = parents[file_id]
        place.insert(0, tuple(parent[:4]))
        file_id = parent[5]
    return file_id, tuple(place)


def collect(export, reports):
    for data in export["data"]:
        for function in data["functions"]:
            files = [os.path.realpath(name) for name in function["filenames"]]
            if not any(name in reports for name in files):
                continue
            parents = expansions(function)
            for region in function["regions"]:
                file_id, place = resolve(region, region[5], parents)
                report = reports.get(files[file_id])
                if report and region[7] in (CODE, EXPANSION):
                    report.add_region(place, region[4])
            for branch in function["branches"]:
                file_id, place = resolve(branch, branch[6], parents)
                report = reports.get(files[file_id])
                if report and branch[8] in BRANCHES:
                    report.add_branch(place, branch[4], branch[5])


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--root", default=".")
    parser.add_argument("--regions", action="store_true")
    parser.add_argument("export")
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()

    reports = {}
    for name in arguments.files:
        path = os.path.realpath(os.path.join(arguments.root, name))
        with open(path, encoding="utf-8") as source:
            reports[path] = FileReport(name, source.read())
    with open(arguments.export, encoding="utf-8") as source:
        collect(json.load(source), reports)

    failed = False
    for report in reports.values():
        missed, regions = report.missed(), report.missed_regions()
        if not report.regions:
            missed.append(f"{report.name}: not in the export at all")
        for line in missed + regions:
            print(line)
        print(report.summary())
        failed = failed or bool(missed) or (arguments.regions and bool(regions))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
