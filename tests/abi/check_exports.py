#!/usr/bin/env python3
"""Header, export list and library name the same functions: what credit.h declares with CREDIT_API
stands in exports.txt, sorted, once, and the other way round; and the built library exports exactly
these symbols. --selftest proves that each kind of difference is found; --write makes the list."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^\s*#(?:.*\\\n)*.*$", re.MULTILINE)
DECLARATION = re.compile(r"\bCREDIT_API\b([^;{]*?)\b(credit_\w+)\s*\(")
FUNCTION = re.compile(r"^[A-Za-z][^;{}()=]*?\b(credit_\w+)\s*\(", re.MULTILINE)


def header_text(path):
    return DIRECTIVE.sub("", COMMENT.sub("", path.read_text()))


def declared(path):
    return [match.group(2) for match in DECLARATION.finditer(header_text(path))]


def unmarked(path):
    """Functions of the header that nobody exports: CREDIT_API was forgotten."""
    functions = {match.group(1) for match in FUNCTION.finditer(header_text(path))
                 if not match.group(0).startswith(("typedef", "static inline"))}
    return sorted(functions - set(declared(path)))


def exported(library):
    done = subprocess.run(["nm", "-D", "--defined-only", str(library)], capture_output=True,
                          text=True, check=True)
    symbols = set()
    for line in done.stdout.splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":  # a version's own name
            symbols.add(name.split("@")[0])
    return symbols


def compare(header, listing, library):
    names = declared(header)
    lines = listing.read_text().splitlines()
    problems = [f"{name}: declared without CREDIT_API" for name in unmarked(header)]
    if not names:
        problems.append("no function was found in the header")
    problems += [f"{name}: declared twice" for name in sorted(set(names))
                 if names.count(name) > 1]
    problems += [f"{name}: in the header, not in the list"
                 for name in sorted(set(names) - set(lines))]
    problems += [f"{name}: in the list, not in the header"
                 for name in sorted(set(lines) - set(names))]
    if lines != sorted(set(lines)):
        problems.append("the list is not sorted, or names something twice")
    if library is not None:
        symbols = exported(library)
        problems += [f"{name}: not exported by the library"
                     for name in sorted(set(lines) - symbols)]
        problems += [f"{name}: exported by the library, not in the list"
                     for name in sorted(symbols - set(lines))]
    return problems


def build_library(folder, source):
    (folder / "library.c").write_text(source)
    library = folder / "library.so"
    subprocess.run([shutil.which("cc") or "gcc", "-shared", "-fPIC", "-nostartfiles", "-o",
                    str(library), str(folder / "library.c")], check=True)
    return library


def selftest():
    good = "CREDIT_API int credit_a(int x);\nCREDIT_API void credit_b(\n    int x);\n"
    both = "int credit_a(int x) { return x; }\nvoid credit_b(int x) { (void)x; }\n"
    cases = [
        ("all agree", good, "credit_a\ncredit_b\n", both, False),
        ("missing in the list", good, "credit_a\n", None, True),
        ("missing in the header", good, "credit_a\ncredit_b\ncredit_c\n", None, True),
        ("not sorted", good, "credit_b\ncredit_a\n", None, True),
        ("twice in the list", good, "credit_a\ncredit_a\ncredit_b\n", None, True),
        ("no CREDIT_API", good + "int credit_c(void);\n", "credit_a\ncredit_b\n", None, True),
        ("only a comment", "/* CREDIT_API int credit_c(int); */\n" + good,
         "credit_a\ncredit_b\n", both, False),
        ("not in the library", good, "credit_a\ncredit_b\n",
         "int credit_a(int x) { return x; }\n", True),
        ("too much in the library", good, "credit_a\ncredit_b\n",
         both + "int leaked_symbol(void) { return 1; }\n", True),
        ("empty header", "\n", "\n", None, True),
    ]
    wrong = []
    for name, header, listing, source, expect_problems in cases:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            (folder / "header.h").write_text(header)
            (folder / "list.txt").write_text(listing)
            library = None if source is None else build_library(folder, source)
            problems = compare(folder / "header.h", folder / "list.txt", library)
            if bool(problems) != expect_problems:
                wrong.append(f"{name}: {problems}")
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"exports selftest: {len(cases)} cases, {len(wrong)} wrong")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--header", type=pathlib.Path)
    parser.add_argument("--exports", type=pathlib.Path)
    parser.add_argument("--library", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--selftest", action="store_true")
    arguments = parser.parse_args()
    if arguments.selftest:
        return selftest()
    if arguments.header is None or arguments.exports is None:
        parser.error("--header and --exports are needed")
    if arguments.write:
        names = sorted(set(declared(arguments.header)))
        arguments.exports.write_text("".join(f"{name}\n" for name in names))
    problems = compare(arguments.header, arguments.exports, arguments.library)
    for problem in problems:
        print(problem, file=sys.stderr)
    what = "header and list" if arguments.library is None else "header, list and library"
    print(f"exports: {len(declared(arguments.header))} functions in {what}, "
          f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
