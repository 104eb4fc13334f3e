"""A small project in a folder of its own, with the real scripts/check in it: each test plants something there."""
from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

CMAKE = """cmake_minimum_required(VERSION 3.22)
project(scratch NONE)
if(CMAKE_CXX_COMPILER)  # clang-tidy wants to know how a file is compiled
    enable_language(CXX)
    add_library(core OBJECT core/session/machine.cpp)
endif()
enable_testing()
add_custom_target(credit ${CMAKE_COMMAND} -E touch "${CMAKE_BINARY_DIR}/library")
foreach(name credit_machine_test credit_record_test credit_other_test)
    add_custom_target(${name} ${CMAKE_COMMAND} -E copy "${CMAKE_SOURCE_DIR}/tests/${name}" "${CMAKE_BINARY_DIR}/bin/${name}")
    add_test(NAME ${name}.first COMMAND "${CMAKE_BINARY_DIR}/bin/${name}" first)
    add_test(NAME ${name}.second COMMAND "${CMAKE_BINARY_DIR}/bin/${name}" second)
endforeach()
add_test(NAME sim.seeds COMMAND "${CMAKE_COMMAND}" -E true)
add_custom_target(simulator ${CMAKE_COMMAND} -E copy "${CMAKE_SOURCE_DIR}/tests/simulator" "${CMAKE_BINARY_DIR}/bin/simulator")
add_test(NAME sim.schedules COMMAND "${CMAKE_BINARY_DIR}/bin/simulator" first)
add_test(NAME sim.other COMMAND "${CMAKE_COMMAND}" -E false)
"""
SCRIPTS_TEST = """#!/usr/bin/env bash
part_checks() {
    one cheap sh checks/cheap
    one format scripts/lib/check_format
}

part_demo() {
    one demo false
}
"""
PACKAGES = """credit_build_packages=() credit_demo_packages=() credit_test_packages=(compiler)
credit_need_packages() { echo "needed: $*" >needed; [ ! -e cannot-be-installed ]; }
"""
MACHINE = """int twice(int number) {
    return 2 * number;
}
"""


class Scratch:
    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="credit-check-")
        self.root = Path(self.folder.name).resolve()
        for name in ("scripts/check", "scripts/lib/check.py", "scripts/lib/changes.py", "scripts/lib/affected.py", "scripts/lib/check_format",
                     "scripts/lib/check_tidy", "scripts/lib/junit_counts.py", ".clang-format", ".clang-tidy"):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.root / name)
        self.write("CMakeLists.txt", CMAKE)
        self.write(".gitignore", "/build/\n__pycache__/\n/needed\n/cannot-be-installed\n")
        self.write("scripts/test", SCRIPTS_TEST)
        self.write("scripts/lib/packages.sh", PACKAGES)
        self.write("checks/cheap", "echo cheap and fine\n")
        self.write("core/session/machine.cpp", MACHINE)
        for name in ("credit_machine_test", "credit_record_test", "credit_other_test", "simulator"):
            self.write(f"tests/{name}", "#!/bin/sh\ntouch \"$0.$1.ran\"\n", 0o755)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("begin")

    def close(self) -> None:
        self.folder.cleanup()

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def environment(self) -> dict[str, str]:
        """Nobody's settings, and nothing of a git hook that may have started the tests."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return own | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "CTEST_OUTPUT_ON_FAILURE": "1"}

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *who, *arguments], cwd=self.root, env=self.environment(), check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def configure(self) -> str:
        subprocess.run(["cmake", "-S", ".", "-B", "build/small", "-G", "Ninja"], cwd=self.root, env=self.environment(),
                       check=True, capture_output=True)
        return "build/small"

    def check(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["scripts/check", *arguments], cwd=self.root, env=self.environment(), check=False,
                              capture_output=True, text=True)

    def ran(self) -> set[str]:
        """Which tests of which programs were run."""
        return {path.name[:-len(".ran")] for path in self.root.rglob("*.ran")}
