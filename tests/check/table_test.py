#!/usr/bin/env python3
"""The table from folders to tests (scripts/lib/affected.py) against the tree: all it names exists, and no folder is missing."""
from __future__ import annotations

import fnmatch
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts" / "lib"))

from affected import TABLE, TEST, TEST_PROGRAM, affected_by, fragments, of_table, of_test_file  # noqa: E402

NAMES = sorted({name for names in TABLE.values() for name in names})


class Table(unittest.TestCase):
    def test_folders_exist(self) -> None:
        for place in TABLE:
            self.assertTrue((ROOT / place).exists(), place)

    def test_no_folder_is_forgotten(self) -> None:
        folders = [path.parent.relative_to(ROOT) for top in ("core", "platform", "samples")
                   for path in (ROOT / top).glob("*/CMakeLists.txt")]
        folders += [Path(name) for name in ("core/ports", "platform/android", "bindings/swift", "bindings/kotlin", "capi")]
        self.assertGreater(len(folders), 15)
        for folder in folders:
            self.assertTrue(of_table(f"{folder}/new.cpp"), folder)

    def test_programs_exist(self) -> None:
        known = {name for text in fragments(ROOT).values() for name in TEST_PROGRAM.findall(text)}
        self.assertGreater(len(known), 15)
        for name in NAMES:
            if name.startswith("credit_"):
                self.assertIn(name, known)

    def test_tests_of_ctest_exist(self) -> None:
        known = [re.sub(r"\$\{\w+\}", "x", name) for text in fragments(ROOT).values() for name in TEST.findall(text)]
        for name in NAMES:
            if not name.startswith(("credit_", "suite:", "part:")):
                # abi.cli_checkout is one of abi.cli_${name}.
                self.assertTrue(any(fnmatch.fnmatchcase(one, name) or
                                    fnmatch.fnmatchcase(name, one.removesuffix("x") + "*") and one.endswith("x")
                                    for one in known), name)

    def test_parts_exist(self) -> None:
        listed = subprocess.run([ROOT / "scripts" / "test", "--list"], capture_output=True, text=True, check=True).stdout.split()
        for name in NAMES:
            if name.startswith("part:"):
                self.assertIn(name.removeprefix("part:"), listed)

    def test_suites_exist(self) -> None:
        for name in NAMES:
            if name.startswith("suite:"):
                self.assertTrue(os.access(ROOT / name.removeprefix("suite:").split()[0], os.X_OK), name)


class TestFiles(unittest.TestCase):
    def test_a_source_is_part_of_its_program(self) -> None:
        self.assertEqual(of_test_file(ROOT, "tests/unit/machine_heal_test.cpp"), {"credit_machine_test"})

    def test_a_header_goes_with_its_source(self) -> None:
        self.assertEqual(of_test_file(ROOT, "tests/unit/machine_world.h"), {"credit_machine_test"})

    def test_other_folders_may_take_a_source_too(self) -> None:
        self.assertLessEqual(
            {"credit_engine_test", "credit_sick_storage_test", "credit_store_contract_test"},
            of_test_file(ROOT, "tests/unit/engine_world.cpp"))

    def test_a_header_alone_goes_with_those_that_include_it(self) -> None:
        self.assertEqual(of_test_file(ROOT, "tests/unit/machine_states_words.h"), {"credit_machine_test"})

    def test_a_fragment_is_what_it_registers(self) -> None:
        self.assertEqual(of_test_file(ROOT, "tests/unit/machine.cmake"), {"credit_machine_test", "states.page"})

    def test_anything_else_is_the_whole_folder(self) -> None:
        self.assertEqual(of_test_file(ROOT, "tests/sim/seeds.txt"), {"credit_sim_test", "sim.schedules", "sim.seeds"})
        self.assertIn("abi.cli_*", of_test_file(ROOT, "tests/abi/new.py"))

    def test_what_has_no_tests_has_none(self) -> None:
        for name in ("README.md", "docs/images/inspector-dark.png", "tests/CMakeLists.txt", "tests"):
            found = affected_by(ROOT, [name])
            self.assertFalse(found.programs or found.tests or found.suites or found.parts, name)

    def test_the_longest_folder_counts(self) -> None:
        self.assertNotEqual(of_table("core/session/machine.cpp"), of_table("core/base/code.cpp"))
        self.assertEqual(of_table("core/sessions/machine.cpp"), ())
        self.assertEqual(of_table("capi/src/token.cpp"), TABLE["capi"])


if __name__ == "__main__":
    unittest.main()
