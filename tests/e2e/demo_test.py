#!/usr/bin/env python3
"""The demo tested: green as it is, red where its premises are broken, and gone without a trace."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any

STEPS = ["start", "cached_token", "expiry_refresh", "single_flight", "unauthorized_once", "lost_reply_kill",
         "two_processes", "revoked_heals", "webhook_verified", "key_rotation", "backend_managed", "resume_tomorrow",
         "checkout_once", "doctor", "wrong_clock", "offline", "storage_locked", "end", "no_secrets"]
# What the ledger has to say about each step: rotations, replays, reuse verdicts, how often the provider was asked.
LEDGER = {"start": (0, 0, 0, 1), "cached_token": (0, 0, 0, 0), "expiry_refresh": (1, 0, 0, 0),
          "single_flight": (1, 0, 0, 0), "unauthorized_once": (1, 0, 0, 0), "lost_reply_kill": (1, 1, 0, 0),
          "two_processes": (1, 0, 0, 0), "revoked_heals": (0, 0, 0, 1), "webhook_verified": (0, 0, 0, 0),
          "key_rotation": (0, 0, 0, 2), "backend_managed": (1, 1, 0, 0), "resume_tomorrow": (1, 0, 0, 0),
          "offline": (1, 0, 0, 0), "storage_locked": (0, 0, 0, 0), "end": (1, 0, 0, 0)}
# Steps with evidence of their own, and what has to be in it.
OWN_EVIDENCE = {"checkout_once": "taken", "doctor": "levels"}
PROMISED_SECONDS = 60
ENDS_SECONDS = 10

options = argparse.Namespace()


class DemoCase(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="demo-test-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        # The demo's own folder is made in here, so what it leaves behind shows.
        self.environment = os.environ | {"TMPDIR": str(self.folder)}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(options.root / "scripts" / "demo_driver.py"), "--bin", str(options.bin),
                *arguments]

    def run_demo(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), env=self.environment, capture_output=True, text=True,
                              check=False)

    def result_of(self, run: subprocess.CompletedProcess[str]) -> dict[str, Any]:
        value = json.loads(run.stdout.splitlines()[-1])
        self.assertEqual({"steps", "ok"}, value.keys())
        return dict(value)

    def processes(self) -> list[str]:
        """Command lines that name this test's folder: servers and apps of the demo."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if str(self.folder) in line:
                found.append(line.replace("\0", " "))
        return found

    def assert_all_gone(self) -> None:
        deadline = time.monotonic() + ENDS_SECONDS
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual([], self.processes())


class Green(DemoCase):
    def test_every_step_is_green_and_says_why(self) -> None:
        wanted = [name for name in STEPS if name not in options.without]
        began = time.monotonic()
        run = self.run_demo("--json", "--step", *wanted)
        took = time.monotonic() - began
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        result = self.result_of(run)
        self.assertTrue(result["ok"])
        self.assertEqual(wanted, [step["name"] for step in result["steps"]])
        for step in result["steps"]:
            self.assertTrue(step["ok"])
            self.assertIsInstance(step["ms"], int)
            self.check_evidence(step["name"], step["evidence"])
        if not options.without:
            self.assertLess(took, PROMISED_SECONDS)
        print(f"{len(wanted)} steps in {took:.1f} s")
        self.assertEqual([], self.processes())
        self.assertEqual([], list(self.folder.iterdir()))
        self.assertNotIn("\033", run.stdout)

    def check_evidence(self, name: str, evidence: dict[str, Any]) -> None:
        if name == "no_secrets":
            self.assertGreater(evidence["secrets"], 50)
            self.assertGreater(evidence["files"], 50)
            self.assertEqual([], evidence["found"])
            return
        if name in OWN_EVIDENCE:
            self.assertTrue(evidence[OWN_EVIDENCE[name]], name)
            return
        self.assertEqual(len(evidence["ledger"]), len(evidence["request_ids"]))
        self.assertEqual(len(evidence["ledger"]), len(evidence["verdicts"]))
        if name in LEDGER:
            self.assertEqual(LEDGER[name], (evidence["rotations"], evidence["replays"], evidence["reuse_verdicts"],
                                            evidence["provider_asked"]), name)


class Sabotage(DemoCase):
    def test_each_broken_premise_is_noticed_by_the_right_check(self) -> None:
        run = self.run_demo("--sabotage-each", "--json")
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        wanted = [shown for name in STEPS for shown in (f"{name} sabotaged", name)]
        result = self.result_of(run)
        self.assertEqual(wanted, [step["name"] for step in result["steps"]])
        self.assertTrue(all(step["ok"] for step in result["steps"]))
        for name in STEPS:
            self.assertRegex(run.stdout, rf"s  {name} +SABOTAGE")
            self.assertRegex(run.stdout, rf"s  {name} +FAILED")

    def test_exactly_the_sabotaged_step_fails(self) -> None:
        run = self.run_demo("--json", "--sabotage", "cached_token", "--step", "start", "cached_token",
                            "unauthorized_once")
        self.assertEqual(1, run.returncode, run.stdout + run.stderr)
        result = self.result_of(run)
        self.assertFalse(result["ok"])
        self.assertEqual([("start", True), ("cached_token", False), ("unauthorized_once", True)],
                         [(step["name"], step["ok"]) for step in result["steps"]])
        self.assertEqual({"check", "expected", "seen"}, result["steps"][1]["failure"].keys())
        logs = [path for path in self.folder.rglob("*.out") if path.stat().st_size > 0]
        self.assertNotEqual([], logs, "a failed run keeps its logs")
        self.assert_all_gone()

    def test_keeps_what_it_is_told_to_keep(self) -> None:
        kept = self.folder / "kept"
        self.assertEqual(0, self.run_demo("--keep", str(kept), "--step", "start").returncode)
        self.assertTrue((kept / "logs" / "demo.log").is_file())
        self.assertEqual(2, self.run_demo("--keep", str(kept), "--step", "start").returncode)

    def test_wrong_arguments_are_exit_2(self) -> None:
        for arguments in (["--sabotage", "cached_tokens"], ["--step", "nosuch"], ["--nosuch"],
                          ["--sabotage", "end", "--step", "start"]):
            self.assertEqual(2, self.run_demo(*arguments).returncode, arguments)
        script = options.root / "scripts" / "demo"
        run = subprocess.run([script, "--sabotage", "cached_tokens"], capture_output=True, text=True, check=False)
        self.assertEqual(2, run.returncode, run.stdout + run.stderr)
        self.assertIn("cached_tokens", run.stderr)

    def test_leaves_no_process_behind_however_it_ends(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number.name):
                demo = subprocess.Popen(self.command(), env=self.environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
                assert demo.stdout is not None
                first = demo.stdout.readline()
                self.assertIn("start", first)
                self.assertGreaterEqual(len(self.processes()), 2, "sandbox and partner backend")
                demo.send_signal(number)
                demo.stdout.close()
                expected = -number if number == signal.SIGKILL else 128 + number
                self.assertEqual(expected, demo.wait(ENDS_SECONDS))
                self.assert_all_gone()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True, help="of the source tree")
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--without", action="append", default=[], choices=STEPS)
    parser.add_argument("rest", nargs="*")
    parser.parse_args(namespace=options)
    unittest.main(argv=[sys.argv[0], *options.rest], verbosity=2)


if __name__ == "__main__":
    main()
