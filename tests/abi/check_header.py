#!/usr/bin/env python3
"""Compiles <credit/credit.h> the way every app might: alone, twice, and under the canary, as C11,
C17 and C++20, with each compiler that is here, with warnings as errors. Also as a Clang module,
which is what Swift imports. Proves first that each compiler would notice a mistake."""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C_COMPILERS = ["gcc", "clang-19", "clang"]
CXX_COMPILERS = {"gcc": "g++", "clang-19": "clang++-19", "clang": "clang++"}
LANGUAGES = [("c", "c11"), ("c", "c17"), ("c++", "c++20")]

ALONE = "#include <credit/credit.h>\n"
TWICE = ALONE + ALONE
# A used variable, so that an empty translation unit is no excuse for -Wpedantic.
USED = "credit_str credit_header_check = {0, 0};\n"
# Must not compile: an unused static function, which only warnings as errors notice.
MISTAKE = ALONE + "static int credit_header_mistake(void) { return 1; }\n" + USED


def compile_text(compiler, language, standard, include, text, folder, more=()):
    source = folder / ("source.c" if language == "c" else "source.cpp")
    source.write_text(text)
    command = [compiler, "-x", language, f"-std={standard}", *WARNINGS, f"-I{include}", *more,
               "-c", "-o", str(folder / "object.o"), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def check_language(compiler, language, standard, include, canary, folder):
    texts = {"alone": ALONE + USED, "twice": TWICE + USED, "canary": canary}
    problems = []
    code, _ = compile_text(compiler, language, standard, include, MISTAKE, folder)
    if code == 0:
        problems.append(f"{compiler} {standard}: a mistake went unnoticed")
    for name, text in texts.items():
        code, output = compile_text(compiler, language, standard, include, text, folder)
        if code != 0:
            problems.append(f"{compiler} {standard} {name}:\n{output}")
    return problems


def check_module(compiler, include, canary, folder):
    cache = folder / "modules"
    more = ["-fmodules", "-fimplicit-module-maps", f"-fmodules-cache-path={cache}"]
    code, output = compile_text(compiler, "c", "c11", include, canary, folder, more)
    if code != 0:
        return [f"{compiler} module:\n{output}"]
    if not list(cache.rglob("CCredit-*.pcm")):
        return [f"{compiler} module: the header was not taken from the module CCredit"]
    return []


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--include", required=True, type=pathlib.Path)
    parser.add_argument("--canary", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    canary = arguments.canary.read_text()
    problems, checked = [], []
    for name in C_COMPILERS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            for language, standard in LANGUAGES:
                compiler = shutil.which(name if language == "c" else CXX_COMPILERS[name])
                if compiler is None:
                    continue
                problems += check_language(compiler, language, standard, arguments.include, canary,
                                           folder)
                checked.append(f"{name} {standard}")
            if name.startswith("clang") and shutil.which(name):
                problems += check_module(shutil.which(name), arguments.include, canary, folder)
                checked.append(f"{name} module")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"header: {len(checked)} ways ({', '.join(checked)}), {len(problems)} problems")
    return 1 if problems or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
