#!/usr/bin/env python3
"""The guide knows every error code and every event of the journal, and nothing else.

- docs/guide/errors.md: each credit_code of the header once, with its value and with R and N as core/base/code.h has them;
- docs/guide/signed-out.md: each event of core/session/journal.h once, in its tables;
- docs/guide/tuning.md: each number of credit_policy once;
- every page of the guide: functions, types and constants it names stand in the header (or, environment variables and programs,
  in the sample or the tests), rules and tests it names in docs/protocol.md; and it has less than 150 lines.

    check_error_guide.py [--prove]     --prove also spoils the pages in memory, each in one way, and must find it

Prints counts; exits non-zero on a mismatch."""
from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
LONGEST_PAGE = 149

CODE = re.compile(r"^\s+X\((\w+), (\d+), (true|false), (true|false)\)", re.M)
HEADER_CODE = re.compile(r"^    CREDIT_(\w+) = (\d+)", re.M)
ERROR_ROW = re.compile(r"^\| `CREDIT_(\w+)` (\d+) \|([RN ]*)\| ([^|]+) \| ([^|]+) \|$", re.M)
EVENT = re.compile(r"^\s+X\((\w+), \d+\)", re.M)
EVENT_ROW = re.compile(r"^\| `(\w+)` \|(?: [^|]+\|){2}$", re.M)
NAME = re.compile(r"\b(?:credit|CREDIT)_[A-Za-z0-9_]+\*?")
TEST = re.compile(r"\b[A-Z]\w+\.(?:R\d+_)+\w*")
RULE = re.compile(r"\bR\d+\b")
POLICY_FIELD = re.compile(r"^    u?int(?:32|64)_t (\w+);", re.M)


def read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def between(text: str, begin: str, end: str) -> str:
    start = text.index(begin)
    return text[start:text.index(end, start)]


def differences(what: str, wanted: set[str], found: list[str]) -> list[str]:
    """Faults of a list of names that has to hold each wanted one once."""
    faults = [f"{what}: {name} is missing" for name in sorted(wanted - set(found))]
    faults += [f"{what}: {name} does not exist" for name in sorted(set(found) - wanted)]
    return faults + [f"{what}: {name} stands there {count} times" for name, count in Counter(found).items() if count > 1]


def check_errors(header: str, page: str) -> tuple[int, list[str]]:
    codes = {name: (int(value), retryable == "true", dead == "true")
             for name, value, retryable, dead in CODE.findall(read("core", "base", "code.h"))}
    declared = between(header, "CREDIT_ENUM(credit_code) {", "};")
    in_header = {name.lower(): int(value) for name, value in HEADER_CODE.findall(declared)}
    faults = []
    if in_header != {name: value for name, (value, _, _) in codes.items()}:
        faults.append("errors: credit.h and core/base/code.h have different codes")
    rows = ERROR_ROW.findall(page)
    faults += differences("errors.md", set(codes), [name.lower() for name, *_ in rows])
    for name, value, marks, _, _ in rows:
        code = codes.get(name.lower())
        if code is not None and code != (int(value), "R" in marks, "N" in marks):
            faults.append(f"errors.md: {name} has (value, R, N) {code}")
    return len(rows), faults


def check_events(page: str) -> tuple[int, list[str]]:
    events = set(EVENT.findall(between(read("core", "session", "journal.h"), "#define CREDIT_JOURNAL_EVENTS", "// clang-format on")))
    rows = EVENT_ROW.findall(page)
    return len(rows), differences("signed-out.md", events, rows)


def check_policy(header: str, page: str) -> tuple[int, list[str]]:
    fields = set(POLICY_FIELD.findall(between(header, "typedef struct credit_policy {", "} credit_policy;"))) - {"struct_size"}
    rows = EVENT_ROW.findall(page)
    return len(rows), differences("tuning.md", fields, rows)


def check_tables(header: str, pages: dict[str, str]) -> tuple[list[int], list[str]]:
    """How many codes, events and numbers stand on the pages, and what is wrong with them."""
    results = (check_errors(header, pages["errors.md"]), check_events(pages["signed-out.md"]), check_policy(header, pages["tuning.md"]))
    counts = [count for count, _ in results]
    faults = [fault for _, found in results for fault in found]
    # A check that found nothing to check would pass for ever.
    return counts, faults + [f"no {what} found" for what, count in zip(("codes", "events", "numbers"), counts) if count == 0]


def known_words() -> tuple[str, str]:
    """Where the names in the guide have to stand: code, and the rules with their tests."""
    places = [ROOT / "capi" / "include" / "credit" / "credit.h", *sorted((ROOT / "samples" / "cli").glob("*.c")),
              *sorted((ROOT / "tests").glob("*/*.cmake"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in places), read("docs", "protocol.md")


def check_words(name: str, text: str, code: str, rules: str) -> list[str]:
    """Names on a page that do not exist. What stands before a star may be the beginning of one."""
    patterns = {word: rf"\b{word[:-1]}" if word.endswith("*") else rf"\b{word}\b" for word in NAME.findall(text)}
    faults = [f"{name}: {word} does not exist" for word, pattern in sorted(patterns.items()) if not re.search(pattern, code)]
    faults += [f"{name}: no test is called {test}" for test in sorted(set(TEST.findall(text))) if test not in rules]
    return faults + [f"{name}: there is no rule {rule}" for rule in sorted(set(RULE.findall(text))) if f"**{rule}**" not in rules]


def spoiled(pages: dict[str, str]) -> dict[str, dict[str, str]]:
    """The pages with one mistake each, by its name."""
    first = {name: next(line for line in text.splitlines(keepends=True) if rule.match(line))
             for (name, text), rule in zip(pages.items(), (ERROR_ROW, EVENT_ROW, EVENT_ROW))}
    out = {}
    for name, row in first.items():
        text = pages[name]
        out[f"{name}: a row less"] = pages | {name: text.replace(row, "", 1)}
        out[f"{name}: a row twice"] = pages | {name: text.replace(row, row + row, 1)}
        out[f"{name}: another name"] = pages | {name: text.replace(row, re.sub(r"`(\w+)`", r"`\1x`", row, count=1), 1)}
        out[f"{name}: no table"] = pages | {name: text.replace("| `", "| ")}
    errors = pages["errors.md"]
    out["errors.md: another value"] = pages | {"errors.md": errors.replace("` 1101 |", "` 1199 |", 1)}
    out["errors.md: retryable or not"] = pages | {"errors.md": errors.replace("` 1102 | R |", "` 1102 | |", 1)}
    out["errors.md: needs a new session or not"] = pages | {"errors.md": errors.replace("` 2001 | N |", "` 2001 | R |", 1)}
    return out


def main() -> int:
    header = read("capi", "include", "credit", "credit.h")
    pages = {name: read("docs", "guide", name) for name in ("errors.md", "signed-out.md", "tuning.md")}
    (codes, events, numbers), faults = check_tables(header, pages)
    mistakes = spoiled(pages) if "--prove" in sys.argv[1:] else {}
    faults += [f"a mistake was not found: {name}" for name, wrong in mistakes.items() if not check_tables(header, wrong)[1]]
    code, rules = known_words()
    wrong_words = ("credit_session_ope", "credit_session_opened", "CREDIT_OKAYS_*", "R43", "Protocol.R12_NeverWritten")
    faults += [f"a mistake was not found: {word}" for word in wrong_words if not check_words("", word, code, rules)]
    files = sorted(GUIDE.glob("*.md"))
    for page in files:
        faults += check_words(page.name, page.read_text(encoding="utf-8"), code, rules)
    faults += [f"{page.relative_to(ROOT)} has {lines} lines" for page in files
               if (lines := len(page.read_text(encoding="utf-8").splitlines())) > LONGEST_PAGE]
    for fault in faults:
        print(f"guide: {fault}")
    print(f"guide: {codes} codes, {events} events, {numbers} numbers, {len(files)} pages, {len(mistakes)} mistakes tried, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
