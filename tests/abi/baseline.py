"""The C API as libabigail sees it, and what changed between two of its descriptions.

The description is made of a library whose functions are those of credit.h and do nothing: it holds the public types and
nothing else, takes a fraction of a second, and says the same as the real library with debug information, which
`run --library` compares with it.
"""
from __future__ import annotations

import enum
import re
import subprocess
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"^\s*#.*$", re.MULTILINE)
DECLARATION = re.compile(r"\bCREDIT_API\b\s*(?:CREDIT_MUST_USE\b\s*)?([^;{]*?\b(credit_\w+)\s*\([^;{]*?CREDIT_NOEXCEPT)\s*;")
# What depends on the machine that made the description does not belong into it.
DESCRIBE = ["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-architecture",
            "--no-parameter-names", "--drop-undefined-syms", "--type-id-style", "hash"]
# Passed by value and in arrays, without their size in front: they cannot grow.
NEVER_GROW = {"credit_str", "credit_header"}


class Verdict(enum.Enum):
    SAME = "the same"
    ADDITION = "compatible"
    INCOMPATIBLE = "incompatible"


def run(command: list[str], **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def versions(header: Path) -> tuple[int, int]:
    text = header.read_text(encoding="utf-8")
    major, minor = (re.search(rf"^#define CREDIT_ABI_{name} (\d+)$", text, re.MULTILINE) for name in ("MAJOR", "MINOR"))
    return int(major[1]), int(minor[1])


def soname(header: Path) -> str:
    major, minor = versions(header)
    return f"libcredit.so.0.{minor}" if major == 0 else f"libcredit.so.{major}"


def shell(header: Path, folder: Path) -> Path:
    """A library that exports what the header declares. Raises ValueError with the compiler's words."""
    text = DIRECTIVE.sub("", COMMENT.sub("", header.read_text(encoding="utf-8")))
    found = list(DECLARATION.finditer(text))
    if len(found) != len(re.findall(r"\bCREDIT_API\b", text)):
        raise ValueError("a declaration of the header was not understood")
    source = folder / "shell.cpp"
    body = "".join(f'extern "C" {" ".join(one[1].split())} {{ __builtin_trap(); }}\n' for one in found)
    source.write_text(f"#include <credit/credit.h>\n{body}", encoding="utf-8")
    names = "".join(f"{one[2]};" for one in found)
    (folder / "shell.map").write_text(f"CREDIT_{versions(header)[0]} {{ global: {names} local: *; }};\n", encoding="utf-8")
    library = folder / "shell.so"
    # Always this compiler: others spell the same types differently in their debug information.
    done = run(["g++", "-std=c++20", "-g", "-gdwarf-4", "-O0", "-fPIC", "-shared",
                f"-I{header.parent.parent}", f"-Wl,-soname,{soname(header)}",
                f"-Wl,--version-script={folder}/shell.map", str(source), "-o", str(library)])
    if done.returncode != 0:
        raise ValueError(done.stderr)
    return library


def describe(header: Path) -> str:
    """libabigail's description of what the header declares, the same bytes on every machine of one data model."""
    with tempfile.TemporaryDirectory() as name:
        done = run([*DESCRIBE, str(shell(header, Path(name)))])
        if done.returncode != 0 or "<abi-corpus" not in done.stdout:
            raise ValueError(f"abidw failed: {done.stderr}")
        return done.stdout


def describe_library(library: Path, include: Path) -> str:
    """The same of a library with debug information; what no public header defines counts as opaque."""
    done = run([*DESCRIBE, "--exported-interfaces-only", "--headers-dir", str(include), "--drop-private-types", str(library)])
    if done.returncode != 0 or "<function-decl" not in done.stdout:
        raise ValueError(f"{library} has no debug information to describe: {done.stderr}")
    return done.stdout


def difference(old: Path, new: Path, *more: str) -> tuple[int, str]:
    done = run(["abidiff", "--no-architecture", "--no-show-locs", *more, str(old), str(new)])
    # 1 and 2: abidiff itself failed.
    if done.returncode & 3:
        raise ValueError(f"abidiff failed: {done.stderr}{done.stdout}")
    return done.returncode, done.stdout


def structs(tree: xml.Element) -> dict[str, xml.Element]:
    return {one.get("name", ""): one for one in tree.iter("class-decl") if one.get("size-in-bits")}


def without_growth(old: xml.Element, new: xml.Element) -> None:
    """Takes out of `new` what structs that begin with their size gained behind their old end. A field in what was padding
    stays: an older program never set those bytes, and counts them in struct_size."""
    before = structs(old)
    for name, struct in structs(new).items():
        if name in NEVER_GROW or name not in before:
            continue
        end = int(before[name].get("size-in-bits", "0"))
        grown = [one for one in struct.findall("data-member") if int(one.get("layout-offset-in-bits", "0")) >= end]
        for field in grown:
            struct.remove(field)
        if grown:
            struct.set("size-in-bits", str(end))


def lost_fields(old: xml.Element, new: xml.Element) -> list[str]:
    """A field with another name has the same layout, but the program of yesterday does not compile."""
    after = {name: {one.get("name") for one in struct.iter("var-decl")} for name, struct in structs(new).items()}
    return [f"{name}.{one.get('name')} is not there any more" for name, struct in structs(old).items()
            for one in struct.iter("var-decl") if one.get("name") not in after.get(name, set())]


def judge(old: Path, new: Path) -> tuple[Verdict, str]:
    """What a program that was built against `old` notices of `new`, and abidiff's report. It notices neither a new function
    nor, enums being open, a new constant; the latter is no change to abidiff unless it is asked for "harmless" ones."""
    before, tree = xml.parse(old).getroot(), xml.parse(new)
    lost = lost_fields(before, tree.getroot())
    without_growth(before, tree.getroot())
    with tempfile.TemporaryDirectory() as name:
        pruned = Path(name) / "pruned.abi"
        tree.write(pruned)
        code, report = difference(old, pruned, "--no-added-syms")
    if code or lost:
        return Verdict.INCOMPATIBLE, "\n".join([*lost, report])
    code, report = difference(old, new, "--harmless")
    return (Verdict.ADDITION, report) if code else (Verdict.SAME, "")
