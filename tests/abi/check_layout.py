#!/usr/bin/env python3
"""Where each field of each public struct lies, on every data model that the SDK meets.

layout.h holds sizes and offsets as static assertions, which the canary compiles for the machine it is on. This compares the
table with what clang says for each model, so that no struct and no field is missing; --write makes it anew, which is right
for a new field, and an ABI break for a field that moved.
"""
from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLE = HERE / "layout.h"
# LP64; 32 bits with 64-bit numbers on 8 bytes; 32 bits with them on 4 (Android on x86).
MODELS = ("aarch64-linux-android", "armv7a-linux-androideabi", "i686-linux-android")
SAME_AS_FIRST = ("x86_64-linux-gnu", "arm64-apple-ios")
STRUCT = re.compile(r"^typedef struct (credit_\w+) \{", re.MULTILINE)
HEAD = """/* Made by check_layout.py --write: where the fields of public structs lie on systems with 64-bit pointers, with 32-bit
 * pointers and 64-bit numbers on 8 bytes (ARM), and with those on 4 bytes (x86). A row never changes within a major. */
#ifndef CREDIT_TESTS_ABI_LAYOUT_H
#define CREDIT_TESTS_ABI_LAYOUT_H

#include <credit/credit.h>

/* clang-format off */
struct credit_layout_probe { char first; int64_t second; };
#define CREDIT_MODEL(lp64, arm, x86) \\
    (sizeof(void *) == 8 ? (lp64) : offsetof(struct credit_layout_probe, second) == 8 ? (arm) : (x86))
#if defined(__cplusplus)
#define CREDIT_LAYOUT_ALWAYS(what) static_assert(what, #what)
#else
#define CREDIT_LAYOUT_ALWAYS(what) _Static_assert(what, #what)
#endif
#define SIZE(type, lp64, arm, x86) CREDIT_LAYOUT_ALWAYS(sizeof(type) == CREDIT_MODEL(lp64, arm, x86))
#define AT(type, field, lp64, arm, x86) CREDIT_LAYOUT_ALWAYS(offsetof(type, field) == CREDIT_MODEL(lp64, arm, x86))

"""
TAIL = """
#undef SIZE
#undef AT
/* clang-format on */
#endif
"""

def layouts(model: str, header: Path) -> dict[str, tuple[int, dict[str, int]]]:
    names = STRUCT.findall(header.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.c"
        source.write_text("#include <credit/credit.h>\n" + "".join(f"char probe_{name}[sizeof({name})];\n" for name in names),
                          encoding="utf-8")
        done = subprocess.run(["clang-19", f"--target={model}", "-std=c11", "-ffreestanding", "-fsyntax-only", "-Xclang",
                               "-fdump-record-layouts", f"-I{header.parent.parent}", str(source)],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    found = {}
    for block in done.stdout.split("*** Dumping AST Record Layout")[1:]:
        name = re.search(r"\| struct (credit_\w+)$", block, re.MULTILINE)
        if name is None:
            continue
        fields = {}
        for line in block.splitlines():
            # A function pointer is printed as its type before its name.
            match = re.match(r"^ +(\d+) \|   (\S.*) (\w+)$", line)
            if match:
                fields[match[3]] = int(match[1])
        found[name[1]] = (int(re.search(r"sizeof=(\d+)", block)[1]), fields)
    if missing := [name for name in names if name not in found]:
        raise SystemExit(f"{model}: no layout of {missing}")
    return {name: found[name] for name in names}


def table(header: Path) -> str:
    models = [layouts(model, header) for model in MODELS]
    lines = []
    for name, (_, fields) in models[0].items():
        sizes = ", ".join(str(model[name][0]) for model in models)
        lines.append(f"SIZE({name}, {sizes});")
        for field in fields:
            lines.append(f"AT({name}, {field}, {', '.join(str(model[name][1][field]) for model in models)});")
    return HEAD + "\n".join(lines) + "\n" + TAIL


def compiles(text: str, model: str, include: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "layout.h").write_text(text, encoding="utf-8")
        source = Path(folder) / "probe.c"
        source.write_text('#include "layout.h"\n', encoding="utf-8")
        return subprocess.run(["clang-19", f"--target={model}", "-std=c11", "-ffreestanding", "-fsyntax-only", f"-I{include}",
                               str(source)], capture_output=True, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    header = ROOT / "capi/include/credit/credit.h"
    wanted = table(header)
    if given.write:
        TABLE.write_text(wanted, encoding="utf-8")
        return 0
    told = TABLE.read_text(encoding="utf-8")
    problems = [] if told == wanted else ["layout.h is not what clang says; --write makes it anew"]
    for model in (*MODELS, *SAME_AS_FIRST):
        if not compiles(told, model, header.parent.parent):
            problems.append(f"{model}: layout.h does not hold")
    # A table that says something else must not compile, on any model.
    for model, row in zip(MODELS, ("99, 64, 64", "64, 99, 64", "64, 64, 99")):
        wrong = told.replace("SIZE(credit_policy, 64, 64, 64)", f"SIZE(credit_policy, {row})")
        if wrong == told or compiles(wrong, model, header.parent.parent):
            problems.append(f"{model}: a wrong size went unnoticed")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"layout: {told.count('SIZE(credit')} structs, {told.count('AT(credit')} fields, {len(MODELS)} data models, "
          f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
