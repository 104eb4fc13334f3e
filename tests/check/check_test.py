#!/usr/bin/env python3
"""scripts/check finds what is planted, is quiet where nothing is, and leaves nothing out without a word."""
from __future__ import annotations

import sys
import unittest

sys.dont_write_bytecode = True

from scratch import MACHINE, SCRIPTS_TEST, Scratch


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.scratch = Scratch()
        self.addCleanup(self.scratch.close)

    def ends(self, last: str, *arguments: str) -> str:
        """Runs scripts/check, whose last line has to be this; what it printed."""
        done = self.scratch.check(*arguments)
        said = done.stdout + done.stderr
        self.assertEqual(done.stdout.splitlines()[-1:], [last], said)
        self.assertEqual(done.returncode, 0 if last.endswith(" 0 failed") else 1, said)
        return done.stdout

    def refused(self, why: str, *arguments: str) -> None:
        done = self.scratch.check(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(why, done.stderr)


class Steps(Case):
    def test_nothing_changed(self) -> None:
        said = self.ends("1 passed, 0 failed")
        self.assertIn("0 files differ", said)
        self.assertRegex(said, r"ok +cheap \([\d.]+ s\): cheap and fine")

    def test_format(self) -> None:
        self.scratch.write("core/session/machine.cpp", MACHINE.replace("    return", "  return"))
        self.assertRegex(self.ends("0 passed, 1 failed", "--only", "format"), r"FAILED format .*\n(.*\n)*.*machine\.cpp")
        self.scratch.write("core/session/machine.cpp", MACHINE + "\nint thrice(int number);\n")
        self.ends("1 passed, 0 failed", "--only", "format")

    def test_only_changed_files_are_formatted(self) -> None:
        self.scratch.write("core/session/old.cpp", "int   old;\n")
        self.scratch.commit("ugly, but here before")
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        self.ends("1 passed, 0 failed", "--only", "format")

    def test_tidy(self) -> None:
        wrong = "int* nothing() {\n    return 0;\n}\n"
        self.scratch.write("core/session/machine.cpp", wrong)
        self.assertIn("modernize-use-nullptr", self.ends("0 passed, 1 failed", "--only", "tidy"))
        self.scratch.write("core/session/machine.cpp", wrong.replace("0;", "nullptr;"))
        self.assertIn("1 files are tidy", self.ends("1 passed, 0 failed", "--only", "tidy"))

    def test_a_header_is_tidied_through_its_source(self) -> None:
        self.scratch.write("core/session/machine.h", "int twice(int number);\n")
        said = self.scratch.check("--dry-run", "--only", "tidy").stdout
        self.assertIn("check_tidy core/session/machine.cpp", said)

    def test_more_files_than_tidy_takes_are_named(self) -> None:
        for number in range(15):
            self.scratch.write(f"core/session/part{number}.cpp", "int one;\n")
        said = self.scratch.check("--dry-run", "--only", "tidy").stdout
        self.assertIn("7 more files; scripts/test --part tidy", said)

    def test_shell(self) -> None:
        self.scratch.write("scripts/new", "#!/usr/bin/env bash\nif true; then\n", 0o755)
        self.assertIn("FAILED shell", self.scratch.check("--only", "shell").stdout)
        self.scratch.write("scripts/new", "#!/usr/bin/env bash\nif true; then echo; fi\n", 0o755)
        self.assertIn("1 scripts parse", self.scratch.check("--only", "shell").stdout)

    def test_python(self) -> None:
        for name in ("scripts/lib/new.py", "scripts/new"):
            self.scratch.write(name, "#!/usr/bin/env python3\ndef broken(:\n")
            self.assertIn("SyntaxError", self.ends("0 passed, 1 failed", "--only", "python"))
            self.scratch.write(name, "#!/usr/bin/env python3\nprint('fine')\n")
            self.ends("1 passed, 0 failed", "--only", "python")

    def test_the_cheap_checks_are_those_of_scripts_test(self) -> None:
        self.scratch.write("checks/cheap", "echo it is wrong\nexit 1\n")
        self.assertIn("it is wrong", self.ends("0 passed, 1 failed", "--only", "checks"))
        self.scratch.write("scripts/test", SCRIPTS_TEST.replace("part_checks", "part_of_another_name"))
        self.assertIn("no list of them", self.ends("0 passed, 1 failed", "--only", "checks"))

    def test_a_dry_run_runs_nothing(self) -> None:
        self.scratch.write("checks/cheap", "touch it-was-run\n")
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        said = self.scratch.check("--dry-run").stdout
        for step in ("format:", "cheap: sh checks/cheap", "tidy:", "tests: credit_machine_test credit_record_test"):
            self.assertIn(step, said)
        self.assertEqual(said.splitlines()[-1], "nothing was run")
        self.assertFalse((self.scratch.root / "it-was-run").exists())
        self.assertFalse((self.scratch.root / "build").exists())


class Base(Case):
    def test_a_branch_counts_from_where_it_left_main(self) -> None:
        begin = self.scratch.git("rev-parse", "HEAD")
        self.scratch.git("switch", "--quiet", "--create", "mine")
        self.scratch.write("scripts/mine.py", "print(1)\n")
        self.scratch.commit("committed")
        self.scratch.git("switch", "--quiet", "main")
        self.scratch.write("scripts/theirs.py", "print(1)\n")
        self.scratch.commit("main went on")
        self.scratch.git("switch", "--quiet", "mine")
        self.scratch.write("scripts/new.py", "print(1)\n")
        said = self.scratch.check("--dry-run").stdout
        self.assertIn(f"2 files differ from {begin[:12]}", said)
        self.assertIn("scripts/mine.py scripts/new.py", said)
        self.assertNotIn("theirs", said)

    def test_a_base_of_ones_own(self) -> None:
        self.scratch.write("scripts/mine.py", "print(1)\n")
        self.scratch.commit("second")
        self.assertIn("0 files differ", self.scratch.check("--dry-run").stdout)
        self.assertIn("1 files differ", self.scratch.check("--dry-run", "--base", "HEAD~1").stdout)

    def test_a_deleted_file_still_has_tests(self) -> None:
        (self.scratch.root / "core/session/machine.cpp").unlink()
        said = self.scratch.check("--dry-run").stdout
        self.assertIn("credit_machine_test", said)
        self.assertNotIn("format:", said)

    def test_names_with_blanks(self) -> None:
        self.scratch.write("core/session/a name.cpp", "int   ugly;\n")
        self.assertIn("a name.cpp", self.ends("0 passed, 1 failed", "--only", "format"))

    def test_bad_wishes(self) -> None:
        self.refused("no commit 'nowhere'", "--base", "nowhere")
        self.refused("no commit '--output=x'", "--base=--output=x")
        self.refused("no step is called 'fromat'", "--only", "fromat")
        self.refused("--build names no folder", "--build", "nowhere")
        self.refused("unrecognized arguments: --wrong", "--wrong")
        self.scratch.git("branch", "--move", "other")
        self.refused("--base names a commit", "--dry-run")

    def test_what_it_needs_is_installed_first(self) -> None:
        self.ends("1 passed, 0 failed")
        self.assertEqual((self.scratch.root / "needed").read_text(encoding="utf-8"), "needed: compiler\n")
        self.scratch.check("--dry-run")
        self.assertEqual((self.scratch.root / "needed").read_text(encoding="utf-8"), "needed: git python3\n")
        self.scratch.write("cannot-be-installed", "")
        done = self.scratch.check()
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_help(self) -> None:
        done = self.scratch.check("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("--base", "--dry-run", "--only", "--build", "N passed, N failed"):
            self.assertIn(word, done.stdout)


class Tests(Case):
    def setUp(self) -> None:
        super().setUp()
        self.build = self.scratch.configure()

    def test_those_nearest_to_the_change_are_built_and_run(self) -> None:
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        said = self.ends("6 passed, 0 failed", "--only", "tests", "--build", self.build)
        self.assertEqual(self.scratch.ran(), {f"credit_{name}_test.{which}" for name in ("machine", "record")
                                              for which in ("first", "second")} | {"simulator.first"})
        self.assertIn("--part coverage --part simulation", said)
        self.assertTrue((self.scratch.root / self.build / "library").exists(), "sim.seeds names no program")

    def test_one_that_fails(self) -> None:
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        self.scratch.write("tests/credit_record_test", "#!/bin/sh\n[ $1 = first ] || { echo it broke; exit 1; }\n", 0o755)
        said = self.ends("5 passed, 1 failed", "--only", "tests", "--build", self.build)
        self.assertIn("it broke", said)
        self.assertIn("credit_record_test.second", said)

    def test_one_that_cannot_be_built(self) -> None:
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        (self.scratch.root / "tests/credit_record_test").unlink()
        self.assertIn("FAILED build", self.ends("0 passed, 1 failed", "--only", "tests", "--build", self.build))

    def test_a_program_that_is_gone(self) -> None:
        text = (self.scratch.root / "CMakeLists.txt").read_text(encoding="utf-8")
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        self.scratch.write("CMakeLists.txt", text.replace("credit_record_test", "credit_other_name_test"))
        self.assertIn("credit_record_test", self.ends("0 passed, 1 failed", "--only", "tests", "--build", self.build))

    def test_a_program_without_tests(self) -> None:
        text = (self.scratch.root / "CMakeLists.txt").read_text(encoding="utf-8")
        self.scratch.write("core/session/machine.cpp", MACHINE + "int more;\n")
        self.scratch.write("CMakeLists.txt", text.replace("credit_record_test", "", 1) + "add_custom_target(credit_record_test)\n")
        said = self.ends("4 passed, 1 failed", "--only", "tests", "--build", self.build)
        self.assertIn("FAILED credit_record_test: this build has no such test program", said)


if __name__ == "__main__":
    unittest.main()
