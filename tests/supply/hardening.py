"""What the linker and the compiler were asked for, looked up in the file they made."""
from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Callable

# FORTIFY leaves these behind where it could not prove that a copy fits.
FORTIFIED = re.compile(r"\b__\w+_chk\b(?<!__stack_chk)")


def readelf(*arguments: str) -> str:
    return subprocess.run(["readelf", "-W", *arguments], capture_output=True, text=True, check=True).stdout


def segments(file: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, flags in re.findall(r"^\s+([A-Z_]+)\s+0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ ([RWE ]{3})", readelf("-l", str(file)), re.MULTILINE):
        found.setdefault(name, []).append(flags)
    return found


def problems(file: Path, source_root: Path, shared: bool) -> list[str]:
    """Of a library to be shipped (shared) or of a program of the build tree, whose RUNPATH leads to that tree."""
    out = []
    dynamic, header, parts = readelf("-d", str(file)), readelf("-h", str(file)), segments(file)
    symbols = readelf("--dyn-syms", str(file))
    if "DYN (" not in header:
        out.append("not position independent")
    if "GNU_RELRO" not in parts:
        out.append("no RELRO: its tables stay writable")
    if "GNU_STACK" not in parts or any("E" in flags for flags in parts["GNU_STACK"]):
        out.append("the stack is executable")
    if any("W" in flags and "E" in flags for flags in parts.get("LOAD", [])):
        out.append("a part is writable and executable")
    if "(TEXTREL)" in dynamic:
        out.append("code is changed while it is loaded (TEXTREL)")
    if "__stack_chk_fail" not in symbols:
        out.append("no stack protector")
    if not shared:
        return out
    if not re.search(r"FLAGS.*\bNOW\b", dynamic):
        out.append("no NOW: symbols are bound late")
    if "NODELETE" not in dynamic:
        out.append("no NODELETE: dlclose would take the code from under its threads")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        out.append("an RPATH or RUNPATH says where to look for libraries")
    if "(SONAME)" not in dynamic:
        out.append("no SONAME")
    if not FORTIFIED.search(symbols.replace("__stack_chk_fail", "")):
        out.append("no FORTIFY")
    if str(source_root).encode() in file.read_bytes():
        out.append("the folder of the sources stands in it")
    return out


SOURCE = """
#include <string.h>
#include <stdlib.h>
__attribute__((visibility("default"))) int credit_planted(const char *text, unsigned size) {
    char room[64];
    memcpy(room, text, size);
    return room[size / 2];
}
__attribute__((visibility("default"))) const char *credit_place(void) { return PLACE; }
"""
GOOD = ["-O2", "-fPIC", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-DPLACE=\"here\"", "-shared", "-Wl,-soname,libplanted.so.1",
        "-Wl,-z,relro,-z,now,-z,nodelete"]
PROGRAM = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-DPLACE=\"here\"", "-Dcredit_planted=main", "-w"]


def planted(add: Callable[[bool, str, str], None]) -> None:
    """Small files with one thing missing each: it has to be the one that is found."""
    def without(flags: list[str], old: str, new: str) -> list[str]:
        return [new if one == old else one for one in flags]

    links = "-Wl,-z,relro,-z,now,-z,nodelete"
    cases = [
        ("nothing missing", GOOD, True, ""),
        ("no RELRO", without(GOOD, links, "-Wl,-z,norelro,-z,now,-z,nodelete"), True, "no RELRO"),
        ("bound late", without(GOOD, links, "-Wl,-z,relro,-z,lazy,-z,nodelete"), True, "no NOW"),
        ("unloadable", without(GOOD, links, "-Wl,-z,relro,-z,now"), True, "no NODELETE"),
        ("executable stack", [*GOOD, "-Wl,-z,execstack"], True, "the stack is executable"),
        ("no stack protector", without(GOOD, "-fstack-protector-strong", "-fno-stack-protector"), True, "no stack protector"),
        ("no FORTIFY", without(GOOD, "-D_FORTIFY_SOURCE=2", "-U_FORTIFY_SOURCE"), True, "no FORTIFY"),
        ("RUNPATH", [*GOOD, "-Wl,-rpath,/somewhere"], True, "an RPATH"),
        ("no SONAME", without(GOOD, "-Wl,-soname,libplanted.so.1", "-O2"), True, "no SONAME"),
        ("a machine's folder", without(GOOD, "-DPLACE=\"here\"", "-DPLACE=__FILE__"), True, "the folder of the sources"),
        ("a whole program", PROGRAM, False, ""),
        ("a program at a fixed place", without(without(PROGRAM, "-pie", "-no-pie"), "-fPIE", "-fno-pie"), False, "not position independent"),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "planted.c").write_text(SOURCE, encoding="utf-8")
        for number, (what, flags, shared, expected) in enumerate(cases):
            made = folder / f"planted-{number}"
            subprocess.run(["gcc", *flags, str(folder / "planted.c"), "-o", str(made)], check=True, capture_output=True)
            found = problems(made, folder, shared)
            fine = not found if not expected else (len(found) == 1 and found[0].startswith(expected))
            add(fine, f"hardening, planted: {what}", f"expected '{expected}', found {found}")
