#!/usr/bin/env python3
"""scripts/states finds each way in which docs/states.md can be wrong about the machine. A double plays the machine."""
from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent.parent
LOADER = importlib.machinery.SourceFileLoader("states", str(ROOT / "scripts" / "states"))
states = importlib.util.module_from_spec(importlib.util.spec_from_loader("states", LOADER))
LOADER.exec_module(states)

LIVES = (("move", "loading", "active", "ok", "the store was read", "7"),
         ("move", "loading", "no_session", "session_ended", "end asked for", "2"),
         ("move", "loading", "no_session", "session_ended", "the store was read", "5"),
         ("property", "offline", "begins", "-", "refresh answered", "3"))


class Pages(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="credit-states-")
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("scripts", "docs/images"):
            (self.root / name).mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "states", self.root / "scripts" / "states")
        self.machine(LIVES)
        lists: states.Lists = {}
        for _, first, second, third, event, times in LIVES:
            lists.setdefault((first, second, third), states.Counter())[event] += int(times)
        self.page(states.tables(lists))

    def machine(self, lives: tuple[tuple[str, ...], ...], status: int = 0) -> None:
        lines = "\n".join("\t".join(line) for line in lives)
        program = self.root / "machine"
        program.write_text(f"#!/bin/sh\ncat >\"$CREDIT_STATES_OUT\" <<'END'\n{lines}\nEND\nexit {status}\n", encoding="utf-8")
        program.chmod(0o755)

    def page(self, text: str) -> None:
        self.text = text
        (self.root / "docs/states.md").write_text(f"# Title\n{states.BEGIN}{text}{states.END}", encoding="utf-8")
        (self.root / "docs/images/states.svg").write_text(f"<svg>{states.mark(text)}</svg>", encoding="utf-8")

    def run_it(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.root / "scripts/states", "--program", self.root / "machine"], capture_output=True, text=True,
                              check=False)

    def wrong(self, why: str) -> None:
        done = self.run_it()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn(why, done.stdout + done.stderr)

    def test_they_agree(self) -> None:
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (0, "states: 14 moves of 2 kinds, 0 faults\n"), done.stderr)

    def test_a_move_that_is_not_on_the_page(self) -> None:
        self.machine((*LIVES, ("move", "closed", "active", "ok", "timer", "1")))
        self.wrong("closed -> active: not on the page, on timer")

    def test_another_reason(self) -> None:
        self.machine((*LIVES, ("move", "loading", "no_session", "storage_corrupt", "the store was read", "1")))
        self.wrong("loading -> no_session (storage_corrupt): not on the page")

    def test_another_event(self) -> None:
        self.machine((*LIVES, ("move", "loading", "active", "ok", "timer", "1")))
        self.wrong("loading -> active: the page does not name 'timer'")

    def test_a_property(self) -> None:
        self.machine((*LIVES, ("property", "stuck", "ends", "-", "timer", "1")))
        self.wrong("stuck -> ends: not on the page")

    def test_a_move_that_is_never_made(self) -> None:
        self.machine(LIVES[1:])
        self.wrong("loading -> active: on the page, but never made")

    def test_what_is_rare_may_be_missing(self) -> None:
        self.machine(LIVES[:1] + LIVES[2:])
        self.assertEqual(self.run_it().returncode, 0)

    def test_a_picture_of_another_page(self) -> None:
        (self.root / "docs/images/states.svg").write_text("<svg></svg>", encoding="utf-8")
        self.wrong("states.svg is not of these tables")

    def test_a_machine_that_fails(self) -> None:
        self.machine(LIVES, status=1)
        self.wrong("the lives did not end well")

    def test_a_page_without_its_marks(self) -> None:
        (self.root / "docs/states.md").write_text("# Title\n", encoding="utf-8")
        self.wrong("has lost the two lines")

    def test_nothing_at_all(self) -> None:
        self.machine(())
        self.page("")
        self.assertEqual(self.run_it().returncode, 1)


if __name__ == "__main__":
    unittest.main()
