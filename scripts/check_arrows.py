#!/usr/bin/env python3
"""Proves that dependencies point one way, by reading every #include against the table below (docs/architecture.md)."""
from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A folder may include from itself and from what is named here.
ALLOWED: dict[str, set[str]] = {
    "core/base": set(),
    "core/session": {"core/base"},
    "core/http": {"core/base"},
    "core/ports": {"core/base", "core/http"},
    "core/platform_api": {"core/base", "core/http", "core/ports"},
    "core/checkout": {"core/base", "core/http", "core/ports", "core/platform_api"},
    "core/engine": {"core/base", "core/http", "core/ports", "core/platform_api", "core/session"},
    "platform/curl": {"core/base", "core/http", "core/ports"},
    "platform/file": {"core/base", "core/http", "core/ports"},
    "platform/posix": {"core/base", "core/http", "core/ports"},
    "platform/memory": {"core/base", "core/http", "core/ports"},
    "platform/secret_service": {"core/base", "core/http", "core/ports"},
    "platform/apple": {"core/base", "core/http", "core/ports"},
    "capi": {"core/base", "core/http", "core/ports", "core/platform_api", "core/session", "core/engine", "core/checkout",
             "platform/curl", "platform/file", "platform/posix", "platform/memory", "platform/secret_service", "platform/apple", "credit"},
    "samples/cli": {"credit"},
    "samples/server_kit": set(),
    "samples/sandbox": {"samples/server_kit"},
    "samples/partner_backend": {"samples/server_kit"},
}

# Libraries and the only folders that may know them.
FOREIGN: dict[str, set[str]] = {
    r"sodium(\.h|/)": {"core/base", "core/platform_api", "platform/file", "platform/memory", "platform/posix",
                          "platform/apple", "capi"},
    r"simdjson": {"core/platform_api"},
    r"curl/": {"platform/curl", "samples/cli"},
    r"(libsecret/|gio/|glib)": {"platform/secret_service"},
    r"(CoreFoundation|Security|objc|mach)/": {"platform/apple"},
    r"dlfcn": {"platform/curl", "platform/secret_service"},
    r"(unistd|fcntl|sys/|pthread|signal|poll|netdb|arpa/|netinet/)": {
        "platform/curl", "platform/file", "platform/posix", "platform/memory", "platform/secret_service", "platform/apple",
        "samples/cli", "samples/server_kit",
        "samples/sandbox", "samples/partner_backend"},
    r"(thread|mutex|condition_variable|shared_mutex|future)$": {
        "core/engine", "core/http", "core/base", "platform/curl", "platform/file", "platform/posix", "platform/memory",
        "platform/secret_service", "platform/apple", "capi", "samples/server_kit", "samples/sandbox", "samples/partner_backend"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def folder_of(path: str) -> str | None:
    """The longest folder of the table that holds this path; the samples include from samples/."""
    fits = [name for name in ALLOWED
            for place in (path, "samples/" + path) if place == name or place.startswith(name + "/")]
    return max(fits, key=len) if fits else None


def check_file(file: Path, owner: str) -> list[str]:
    problems = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = match.group(2)
        where = f"{file.relative_to(ROOT)}:{number}"
        inside = "credit" if target.startswith("credit/") else folder_of(target)
        if match.group(1) == '"' and inside is None and not (file.parent / target).exists():
            problems.append(f"{where}: {target} belongs to no known folder")
        if inside is not None and inside != owner and inside not in ALLOWED[owner]:
            problems.append(f"{where}: {owner} must not include {inside} ({target})")
        for pattern, folders in FOREIGN.items():
            if match.group(1) == "<" and re.match(pattern, target) and owner not in folders:
                problems.append(f"{where}: {owner} must not know <{target}>")
    return problems


def main() -> int:
    problems: list[str] = []
    files = 0
    for top in ("core", "platform", "capi", "samples"):
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix not in {".h", ".hpp", ".cpp", ".c"}:
                continue
            owner = folder_of(str(file.relative_to(ROOT)))
            if owner is None:
                problems.append(f"{file.relative_to(ROOT)}: its folder is not in the table")
                continue
            files += 1
            problems += check_file(file, owner)
    for problem in problems:
        print(problem)
    print(f"arrows: {files} files read, {len(problems)} wrong")
    return 1 if problems or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
