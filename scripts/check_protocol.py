#!/usr/bin/env python3
"""Compares docs/protocol.md with the tests and with core/session/policy.h, both ways.

    check_protocol.py [--write]

- every rule R1..R42 stands on the page once, and every rule but those marked "not yet" has at least one test named for it;
- every test with R<number>_ in its name is for a rule of the page, and every test the page names exists;
- every file the page names exists;
- every number of the policy stands in the page's table with its value, and nothing else does.
--write brings the lists of tests on the page up to date. Prints counts; exits non-zero on a mismatch.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "protocol.md"
POLICY = ROOT / "core" / "session" / "policy.h"
RULES = range(1, 43)

TEST = re.compile(r"\bTEST(?:_[FP])?\(\s*(\w+),\s*((?:R\d+_)\w+)\s*\)")
PYTHON_TEST = re.compile(r"\bdef (test_(R\d+_)\w+)\(")
RULE = re.compile(r"^\*\*R(\d+)\*\*(.*?)(?=^\*\*R\d+\*\*|^#)", re.M | re.S)
QUOTED_TEST = re.compile(r"`(\w+\.R\d+_\w+)`")
QUOTED_FILE = re.compile(r"`((?:core|platform|capi|tests|scripts|docs)/[\w./-]+)`")
NUMBER_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+?) \|", re.M)
POLICY_FIELD = re.compile(r"^\s+(?:Millis|int|std::size_t) (\w+)\s*=\s*([^;]+);", re.M)
UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
CALLS = {"Millis": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}


def found_tests():
    """{rule: sorted names} of every test in tests/ whose name begins with a rule."""
    tests = {}
    for path in sorted((ROOT / "tests").rglob("*")):
        if path.suffix not in (".cpp", ".py"):
            continue
        text = path.read_text(encoding="utf-8")
        names = [f"{suite}.{name}" for suite, name in TEST.findall(text)]
        names += [f"{path.stem}.{name[len('test_'):]}" for name, _ in PYTHON_TEST.findall(text)]
        for name in names:
            rule = int(re.search(r"\.R(\d+)_", name).group(1))
            tests.setdefault(rule, set()).add(name)
    return {rule: sorted(names) for rule, names in tests.items()}


def policy_value(expression):
    call = re.fullmatch(r"(\w+)[({](\d+)[)}]", expression.strip())
    if call:
        return int(call.group(2)) * CALLS[call.group(1)]
    return int(expression.replace("'", ""))


def page_value(text):
    match = re.fullmatch(r"([\d,]+)(?: (ms|s|min|h|d|%))?", text.strip())
    if not match:
        return None
    return int(match.group(1).replace(",", "")) * UNITS.get(match.group(2), 1)


def with_tests(page, tests):
    """The page with every rule's list of tests replaced."""
    def replace(match):
        rule, body = int(match.group(1)), match.group(2)
        names = ", ".join(f"`{name}`" for name in tests.get(rule, []))
        line = f"Tests: {names}" if names else "Tests: not yet"
        return f"**R{rule}**" + re.sub(r"^Tests: .*$", lambda _: line, body, flags=re.M)
    return RULE.sub(replace, page)


def main():
    tests = found_tests()
    page = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        page = with_tests(page, tests)
        PAGE.write_text(page, encoding="utf-8")
    faults = []

    bodies = {}
    for rule, body in RULE.findall(page):
        if int(rule) in bodies:
            faults.append(f"R{rule} stands on the page twice")
        bodies[int(rule)] = body
    for rule in RULES:
        if rule not in bodies:
            faults.append(f"R{rule} is not on the page")
        elif "Tests: not yet" in bodies[rule]:
            if rule != RULES[-1] or rule in tests:
                faults.append(f"R{rule} says that it has no tests yet")
        elif not tests.get(rule):
            faults.append(f"R{rule} has no test")
        if rule in bodies and "Where: " not in bodies[rule]:
            faults.append(f"R{rule} does not say where it is implemented")
    for rule in sorted(set(tests) - set(bodies)):
        faults.append(f"tests name R{rule}, which is no rule of the page: {', '.join(tests[rule])}")

    existing = {name for names in tests.values() for name in names}
    quoted = set(QUOTED_TEST.findall(page))
    faults += [f"the page names a test that does not exist: {name}" for name in sorted(quoted - existing)]
    files = set(QUOTED_FILE.findall(page))
    faults += [f"the page names a file that does not exist: {name}" for name in sorted(files) if not (ROOT / name).exists()]

    policy = {name: policy_value(value) for name, value in POLICY_FIELD.findall(POLICY.read_text(encoding="utf-8"))}
    table = dict(NUMBER_ROW.findall(page))
    for name in sorted(set(policy) | set(table)):
        if name not in table:
            faults.append(f"policy {name} is not in the page's table")
        elif name not in policy:
            faults.append(f"the page's table has {name}, which the policy has not")
        elif page_value(table[name]) != policy[name]:
            faults.append(f"policy {name} is {policy[name]}, the page says {table[name]}")

    for fault in faults:
        print(f"protocol: {fault}")
    unlisted = len(existing - quoted)
    print(f"protocol: {len(bodies)} rules, {len(existing)} tests ({unlisted} not listed), {len(policy)} numbers, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
