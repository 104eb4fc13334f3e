#!/usr/bin/env python3
"""Whether a native library is fit for Android: machine, page size, relocations, what it needs and what it shows.

    check_library.py --abi ABI [--beside NAME,...] [--exports NAME,...] LIBRARY

Prints one line per fault; status 1 if there is one. It reads the file itself, so no NDK is needed.
"""
from __future__ import annotations

import argparse
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = 16 * 1024
# ABI: (bits, machine of the ELF header)
MACHINES = {"arm64-v8a": (64, 183), "armeabi-v7a": (32, 40), "x86_64": (64, 62), "x86": (32, 3)}
SYSTEM = {"libc.so", "libm.so", "libdl.so", "liblog.so", "libandroid.so"}
PT_LOAD, PT_DYNAMIC, PT_GNU_RELRO, PT_GNU_STACK = 1, 2, 0x6474E552, 0x6474E551
DT_NEEDED, DT_STRTAB, DT_SONAME, DT_TEXTREL, DT_RPATH, DT_RUNPATH, DT_FLAGS = 1, 5, 14, 22, 15, 29, 30
SHT_DYNSYM, SHT_SYMTAB = 11, 2


@dataclass
class Segment:
    kind: int
    flags: int
    offset: int
    address: int
    size: int
    align: int


class Library:
    def __init__(self, data: bytes) -> None:
        if len(data) < 64 or data[:4] != b"\x7fELF" or data[5] != 1:
            raise ValueError("no little-endian ELF file")
        self.data = data
        self.bits = {1: 32, 2: 64}.get(data[4], 0)
        self.machine = self._read("<H", 18)[0]
        self.segments = self._segments()
        self.dynamic = self._dynamic()

    def _read(self, layout: str, at: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(layout, self.data, at)
        except struct.error as cut:
            raise ValueError("the file is cut short") from cut

    def _segments(self) -> list[Segment]:
        wide = self.bits == 64
        table = self._read("<Q", 32)[0] if wide else self._read("<I", 28)[0]
        size, count = self._read("<HH", 54 if wide else 42)
        out = []
        for at in range(table, table + size * count, size):
            if wide:
                kind, flags, offset, address, _, length, _, align = self._read("<IIQQQQQQ", at)
            else:
                kind, offset, address, _, length, _, flags, align = self._read("<IIIIIIII", at)
            out.append(Segment(kind, flags, offset, address, length, align))
        return out

    def _dynamic(self) -> list[tuple[int, int]]:
        part = next((s for s in self.segments if s.kind == PT_DYNAMIC), None)
        if part is None:
            raise ValueError("no shared library")
        step, layout = (16, "<qQ") if self.bits == 64 else (8, "<iI")
        pairs = [self._read(layout, at) for at in range(part.offset, part.offset + part.size, step)]
        return [(tag, value) for tag, value in pairs if tag]

    def _at(self, address: int) -> int:
        for part in self.segments:
            if part.kind == PT_LOAD and part.address <= address < part.address + part.size:
                return address - part.address + part.offset
        raise ValueError("an address lies nowhere")

    def _text(self, at: int) -> str:
        return self.data[at:self.data.index(b"\0", at)].decode()

    def names(self, tag: int) -> list[str]:
        table = next(value for known, value in self.dynamic if known == DT_STRTAB)
        return [self._text(self._at(table) + value) for known, value in self.dynamic if known == tag]

    def has(self, tag: int) -> bool:
        return any(known == tag for known, _ in self.dynamic)

    def sections(self) -> list[tuple[int, ...]]:
        """(type, offset, size, link, entry size) of each."""
        wide = self.bits == 64
        table = self._read("<Q", 40)[0] if wide else self._read("<I", 32)[0]
        size, count = self._read("<HH", 58 if wide else 46)
        out = []
        for at in range(table, table + size * count, size):
            fields = self._read("<IIQQQQIIQQ" if wide else "<IIIIIIIIII", at)
            out.append((fields[1], fields[4], fields[5], fields[6], fields[9]))
        return out

    def exports(self) -> set[str]:
        sections = self.sections()
        out = set()
        for kind, offset, size, link, entry in sections:
            if kind != SHT_DYNSYM:
                continue
            texts = sections[link][1]
            for at in range(offset, offset + size, entry):
                if self.bits == 64:
                    name, info, _, section = self._read("<IBBH", at)
                else:
                    name, _, _, info, _, section = self._read("<IIIBBH", at)
                # Versions are absolute symbols; what is not defined here has no section.
                if section not in (0, 0xFFF1) and info >> 4 in (1, 2):
                    out.add(self._text(texts + name))
        return out


def faults(path: Path, abi: str, beside: set[str], exports: set[str]) -> list[str]:
    try:
        library = Library(path.read_bytes())
        return list(look(library, path.name, abi, beside, exports))
    except ValueError as wrong:
        return [str(wrong)]


def look(library: Library, name: str, abi: str, beside: set[str], exports: set[str]):
    if (library.bits, library.machine) != MACHINES[abi]:
        yield f"is not for {abi}"
    for part in library.segments:
        if part.kind == PT_LOAD and (part.align < PAGE or part.align % PAGE or (part.address - part.offset) % PAGE):
            yield f"is aligned to {part.align} bytes: devices with pages of 16 KB cannot load it"
            break
    if any(part.kind == PT_LOAD and part.flags & 3 == 3 for part in library.segments):
        yield "has code that can be written to"
    if any(part.kind == PT_GNU_STACK and part.flags & 1 for part in library.segments):
        yield "wants a stack that can be executed"
    if not any(part.kind == PT_GNU_RELRO for part in library.segments):
        yield "leaves its tables writable (no RELRO)"
    if library.has(DT_TEXTREL) or any(tag == DT_FLAGS and value & 4 for tag, value in library.dynamic):
        yield "has text relocations"
    if library.has(DT_RPATH) or library.has(DT_RUNPATH):
        yield "names folders of the machine it was built on"
    if library.names(DT_SONAME) != [name]:
        yield f"calls itself {library.names(DT_SONAME)}"
    for needed in library.names(DT_NEEDED):
        if needed not in SYSTEM | beside:
            yield f"needs {needed}, which no device and no package has"
    if any(section[0] == SHT_SYMTAB for section in library.sections()):
        yield "is not stripped"
    if exports:
        shown = library.exports()
        for missing in sorted(exports - shown):
            yield f"does not show {missing}"
        for extra in sorted(shown - exports)[:5]:
            yield f"shows {extra}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--abi", choices=sorted(MACHINES), required=True)
    parser.add_argument("--beside", default="", help="libraries of the same package, comma-separated")
    parser.add_argument("--exports", type=Path, help="a file with the names that it shows, one a line")
    parser.add_argument("library", type=Path)
    given = parser.parse_args()
    exports = set()
    if given.exports:
        exports = {line.strip() for line in given.exports.read_text().splitlines() if line.strip() and line[0] != "#"}
    found = faults(given.library, given.abi, set(filter(None, given.beside.split(","))), exports)
    for fault in found:
        print(f"{given.abi}/{given.library.name} {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
