"""Which tests a change concerns first. Not all it may break: that is scripts/test."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

# Folder (the longest that fits counts) -> what to run: credit_... is a test program, a name with a dot one or more tests
# of ctest ("*" for any), "suite:" a script that ends with "N passed, N failed", "part:" a part of scripts/test that takes
# too long here and is only named.
TABLE: dict[str, tuple[str, ...]] = {
    "core/base": ("credit_base_test", "credit_record_test", "credit_machine_test"),
    "core/session": ("credit_machine_test", "credit_record_test", "states.page", "sim.seeds", "sim.schedules",
                     "part:simulation", "part:coverage"),
    "core/http": ("credit_platform_api_test",),
    "core/platform_api": ("credit_platform_api_test",),
    "core/checkout": ("credit_checkout_test", "abi.cli_checkout"),
    "core/ports": ("credit_engine_test", "credit_store_contract_test"),
    "core/engine": ("credit_engine_test", "credit_stress_test", "sim.seeds", "part:tsan"),
    "platform/curl": ("credit_transport_contract_test",),
    "platform/file": ("credit_store_contract_test", "credit_sick_storage_test"),
    "platform/memory": ("credit_store_contract_test", "credit_engine_test"),
    "platform/posix": ("credit_store_contract_test",),
    "platform/secret_service": ("secret_service.*",),
    "platform/apple": ("part:swift",),
    "platform/android": ("part:kotlin",),
    "capi": ("credit_capi_test", "abi.*", "part:abi"),
    "samples/cli": ("abi.cli_*", "credit_cli_test"),
    "samples/sandbox": ("credit_sandbox_test", "credit_sandbox_journey_test", "part:description", "part:browser"),
    "samples/partner_backend": ("credit_partner_backend_test",),
    "samples/server_kit": ("credit_sandbox_test", "credit_partner_backend_test"),
    "samples/ios": ("part:swift",),
    "samples/android": ("part:kotlin",),
    "bindings/swift": ("suite:bindings/swift/test --build {build}",),
    "bindings/kotlin": ("suite:bindings/kotlin/test --build {build}",),
    "cmake": ("consumer_*", "abi.exports", "part:install", "part:supply"),
    "CMakeLists.txt": ("abi.exports", "part:install"),
    "CMakePresets.json": ("check.*",),
    "vcpkg.json": ("check.*",),
    "scripts/check": ("check.*",),
    "scripts/lib": ("check.*",),
    "scripts/states": ("states.page", "check.states"),
    "docs/states.md": ("states.page",),
    "docs/images/states.svg": ("states.page",),
    "scripts/demo": ("part:demo",),
    "scripts/demo_driver.py": ("part:demo",),
    "scripts/demo_steps": ("part:demo",),
    "scripts/package-apple": ("part:swift", "check.*"),
    "scripts/package-android": ("part:kotlin", "check.*"),
    "scripts/package-deb": ("part:install",),
    "scripts/sbom": ("part:supply",),
    "tests/android": ("part:kotlin",),
    "tests/apple": ("part:swift",),
    "tests/bench": ("part:counts",),
    "tests/browser": ("part:browser",),
    "tests/description": ("part:description",),
    "tests/supply": ("part:supply",),
    "tests/abi/baseline.py": ("part:abi",),
    "tests/consumer/run": ("part:install",),
    "tests/fuzz/run": ("part:fuzz",),
}

EXECUTABLE = re.compile(r"\badd_executable\(\s*([\w-]+)\s([^)]*)\)")
TEST = re.compile(r"\badd_test\(\s*NAME\s+(\S+)")
TEST_PROGRAM = re.compile(r"\bgtest_discover_tests\(\s*([\w-]+)")


@dataclass
class Affected:
    programs: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)  # patterns of ctest names
    suites: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)

    def add(self, name: str) -> None:
        kind, _, rest = name.partition(":")
        if kind == "suite":
            self.suites.add(rest)
        elif kind == "part":
            self.parts.add(rest)
        elif name.startswith("credit_"):
            self.programs.add(name)
        else:
            self.tests.add(name)


def of_table(name: str) -> tuple[str, ...]:
    fits = [prefix for prefix in TABLE if name == prefix or name.startswith(prefix + "/")]
    return TABLE[max(fits, key=len)] if fits else ()


def fragments(root: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in sorted((root / "tests").glob("*/*.cmake"))}


def of_test_file(root: Path, name: str) -> set[str]:
    """For a file below tests/: the programs whose fragment names it, or a header's source of the same name, or those that
    include it; for a fragment what it registers; else all that its folder's fragments register."""
    parts = Path(name).parts
    if len(parts) < 3 or parts[0] != "tests":
        return set()
    folder, stem = parts[1], re.escape(Path(name).stem)
    found: set[str] = set()
    whole: set[str] = set()
    for path, text in fragments(root).items():
        own = path.parent.name == folder
        place = r"LIST_DIR\}" if own else rf"/{re.escape(folder)}"
        programs = set(TEST_PROGRAM.findall(text))
        found |= {program for program, sources in EXECUTABLE.findall(text)
                  if program in programs and re.search(rf"{place}/{stem}\.(c|cpp|py)\b", sources)}
        if own and (path.name == parts[2] or not name.endswith(".cmake")):
            whole |= programs | {re.sub(r"\$\{\w+\}", "*", test) for test in TEST.findall(text)}
    if not found and name.endswith(".h"):
        for path in sorted((root / "tests").glob("*/*.cpp")):
            if f'"{name}"' in path.read_text(encoding="utf-8"):
                found |= of_test_file(root, str(path.relative_to(root)))
    return found or whole


def affected_by(root: Path, names: list[str]) -> Affected:
    out = Affected()
    for name in names:
        wanted = set(of_table(name)) or of_test_file(root, name)
        for one in wanted:
            out.add(one)
    return out
