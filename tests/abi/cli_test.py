#!/usr/bin/env python3
"""credit-cli as its users meet it, without any server: what it says, prints and answers as its
exit code. Run with the name of one class to run only that part."""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

CLI = QUICK_START = SOURCES = None
KEY = "0f" * 32
ERROR_FIELDS = {"command", "ok", "code", "name", "message", "retryable", "needs_new_session",
                "request_id", "correlation_id", "http_status", "platform_code", "retry_after_ms",
                "exit"}
# A port of loopback on which nobody listens: connecting is refused at once.
NOWHERE = "http://127.0.0.1:9"
SESSION = json.dumps({
    "borrowerID": "8f14e45f", "borrowerExternalID": "borrower-1",
    "sessionToken": "st_test_" + "a" * 32, "refreshToken": "rt_test_" + "b" * 32,
    "sessionExpiresAt": "2099-01-01T00:00:00.000Z", "refreshExpiresAt": "2099-02-01T00:00:00.000Z",
    "activeJourney": {"journeyID": "journey-1", "status": "IN_PROGRESS", "nextAction": None}})


class CliTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("CREDIT_")}

    def configured(self):
        self.environment.update(
            CREDIT_ENVIRONMENT="test", CREDIT_PLATFORM_URL=NOWHERE, CREDIT_PARTNER_URL=NOWHERE,
            CREDIT_BORROWER="borrower-1", CREDIT_STORAGE_DIR=str(self.folder / "store"),
            CREDIT_STORAGE_KEY=KEY)

    def run_cli(self, *arguments, text="", **more):
        return subprocess.run([CLI, *arguments], input=text, capture_output=True, text=True,
                              env=self.environment, timeout=50, check=False, **more)

    def run_json(self, *arguments, text="", **more):
        """Exit code and the objects of standard output, one for each line."""
        done = self.run_cli("--json", *arguments, text=text, **more)
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        for each in objects:
            self.assertIn("command", each)
            self.assertIsInstance(each["ok"], bool)
            if not each["ok"] and "code" in each:
                self.assertEqual(set(each), ERROR_FIELDS)
        return done.returncode, objects

    def refuse(self, needle, *arguments, **more):
        """Exit code 2, and both forms of output name what is wrong."""
        done = self.run_cli(*arguments, **more)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn(needle, done.stderr)
        self.assertEqual(done.stdout, "")
        code, objects = self.run_json(*arguments, **more)
        self.assertEqual((code, len(objects)), (2, 1))
        self.assertIn(needle, objects[0]["message"])
        self.assertEqual(objects[0]["exit"], 2)
        return objects[0]


class Usage(CliTest):
    def test_help_lists_commands_options_and_exit_codes(self):
        for arguments in (["--help"], ["-h"], ["token", "--help"]):
            done = self.run_cli(*arguments)
            self.assertEqual(done.returncode, 0)
            for needle in ("--refresh-route", "[CREDIT_PARTNER_URL]", "Exit codes", "wait-state",
                           "key-locked", "CREDIT_PARTNER_AUTH", "--storage-key-service",
                           "--storage-key-prompt"):
                self.assertIn(needle, done.stdout)

    def test_what_is_wrong_is_named(self):
        self.refuse("a command is missing")
        self.refuse("unknown command frobnicate", "frobnicate")
        self.refuse("unknown option --frob", "token", "--frob=1")
        self.refuse("-x", "token", "-x")
        self.refuse("--settle-window-ms needs a value", "token", "--settle-window-ms")
        self.refuse("--json takes no value", "token", "--json=1")
        self.refuse("--known does not apply to token", "token", "--known")
        self.refuse("--pin is given too often", "token", *(["--pin", "x"] * 17))

    def test_wrong_values_are_named_with_what_is_allowed(self):
        self.refuse("--environment must be one of: test, live", "status", "--environment", "prod")
        for value in ("abc", "", "-1", "0", "1x", " 1", "99999999999999999999"):
            self.refuse("--settle-window-ms must be a whole number", "token",
                        f"--settle-window-ms={value}")

    def test_an_environment_variable_is_named_as_such(self):
        self.environment["CREDIT_REFRESH_ROUTE"] = "carrier-pigeon"
        self.refuse("CREDIT_REFRESH_ROUTE must be one of", "status")

    def test_arguments_are_counted(self):
        self.refuse("call needs METHOD PATH", "call", "GET")
        self.refuse("too many arguments for call", "call", "GET", "/", "{}", "more")
        self.refuse("too many arguments", "call", "GET", "/", "{}", "more", "and", "more")
        self.refuse("too many arguments for token", "token", "more")
        self.refuse("too many arguments for adopt", "adopt", "{}")
        self.refuse("quit works only inside run", "quit")

    def test_two_dashes_end_the_options(self):
        self.refuse("too many arguments for token", "token", "--", "--frob")

    def test_fingerprint_is_siphash(self):
        vector = bytes(range(15)).decode("latin-1")
        code, objects = self.run_json("fingerprint", text=vector)
        self.assertEqual((code, objects[0]["fingerprint"]), (0, "a129ca6149be45e5"))
        _, same = self.run_json("fingerprint", text=vector + "\n")
        self.assertEqual(same, objects)

    def test_version(self):
        code, objects = self.run_json("version")
        self.assertEqual((code, objects[0]["version"]), (0, "0.1.0"))


class Configuration(CliTest):
    def setUp(self):
        super().setUp()
        self.configured()

    def test_each_missing_setting_is_named(self):
        for variable, needle, code in (("CREDIT_ENVIRONMENT", "environment", 1002),
                                       ("CREDIT_PLATFORM_URL", "platform_url", 1002),
                                       ("CREDIT_BORROWER", "borrower", 1002),
                                       ("CREDIT_STORAGE_DIR", "storage", 1002),
                                       ("CREDIT_STORAGE_KEY", "storage", 1002)):
            with self.subTest(variable):
                kept = self.environment.pop(variable)
                self.assertEqual(self.refuse(needle, "status")["code"], code)
                self.environment[variable] = kept

    def test_an_option_wins_over_the_environment(self):
        self.environment["CREDIT_ENVIRONMENT"] = "live"
        code, _ = self.run_json("status", "--environment", "test")
        self.assertEqual(code, 0)

    def test_plain_http_is_for_loopback(self):
        refused = self.refuse("platform_url", "status", "--platform-url", "http://example.com")
        self.assertEqual(refused["code"], 1004)

    def test_an_api_key_is_refused_and_not_repeated(self):
        self.environment["CREDIT_PARTNER_AUTH"] = "Bearer harmless"
        refused = self.run_cli("status", "--platform-url", "https://sk_test_abcdefgh@example.com")
        self.assertEqual(refused.returncode, 2)
        self.assertNotIn("sk_test_abcdefgh", refused.stderr)

    def test_borrower_with_outer_white_space(self):
        code, objects = self.run_json("status", "--borrower", " b")
        self.assertEqual((code, objects[0]["code"]), (2, 1008))

    def test_ca_file(self):
        self.refuse("--ca-file", "status", "--ca-file", str(self.folder / "none.pem"))

    def test_trials_are_for_the_test_environment(self):
        self.environment["CREDIT_ENVIRONMENT"] = "live"
        self.environment.pop("CREDIT_STORAGE_KEY")
        for option in (["--clock-offset-ms", "0"], ["--storage-fault", "full"]):
            refused = self.refuse("test environment", "status", *option)
            self.assertEqual(refused["code"], 1005)

    def test_fault_options_belong_together(self):
        self.refuse("need --storage-fault", "status", "--storage-fault-count", "1")
        self.environment.pop("CREDIT_STORAGE_KEY")
        self.refuse("needs CREDIT_STORAGE_KEY", "status", "--storage-fault", "key-lost")


class Secrets(CliTest):
    def setUp(self):
        super().setUp()
        self.configured()

    def test_secrets_are_no_options(self):
        for name in ("storage-key", "partner-auth", "storage-passphrase"):
            refused = self.refuse(f"--{name} is no option", "status", f"--{name}=hunter2hunter2")
            self.assertNotIn("hunter2", refused["message"])

    def test_key_of_the_environment_is_checked_and_for_test_only(self):
        for wrong in ("0f" * 31, "0f" * 33, "zz" * 32):
            self.environment["CREDIT_STORAGE_KEY"] = wrong
            self.refuse("CREDIT_STORAGE_KEY must be 64 hex digits", "status")
        self.environment.update(CREDIT_STORAGE_KEY=KEY, CREDIT_ENVIRONMENT="live",
                                CREDIT_PLATFORM_URL="https://platform.example")
        self.assertEqual(self.refuse("--storage-key-fd", "status")["code"], 1005)

    def test_the_keyring_excludes_other_keys(self):
        self.refuse("--storage-key-service excludes CREDIT_STORAGE_KEY", "status",
                    "--storage-key-service")
        self.refuse("--storage-key-prompt needs --storage-key-service", "status",
                    "--storage-key-prompt")

    def status_with_key(self, key):
        self.environment.pop("CREDIT_STORAGE_KEY", None)
        read_end, write_end = os.pipe()
        os.write(write_end, key)
        os.close(write_end)
        try:
            return self.run_cli("status", "--json", "--storage-key-fd", str(read_end),
                                pass_fds=[read_end])
        finally:
            os.close(read_end)

    def test_key_from_a_descriptor(self):
        for key in (bytes(range(32)), b"0f" * 32, b"0f" * 32 + b"\n"):
            self.assertEqual(self.status_with_key(key).returncode, 0)
        for key in (b"", b"0f" * 31, bytes(33), b"zz" * 32):
            done = self.status_with_key(key)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--storage-key-fd", json.loads(done.stdout)["message"])

    def test_nobody_can_read_them_from_the_running_process(self):
        self.environment["CREDIT_PARTNER_AUTH"] = "Bearer partner-secret"
        with subprocess.Popen([CLI, "run"], env=self.environment, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            hello = json.loads(process.stdout.readline())
            environ = pathlib.Path(f"/proc/{hello['pid']}/environ").read_bytes()
            process.stdin.close()
            process.wait(timeout=30)
        self.assertIn(b"CREDIT_BORROWER=borrower-1", environ)
        self.assertNotIn(KEY.encode(), environ)
        self.assertNotIn(b"partner-secret", environ)


class Session(CliTest):
    def setUp(self):
        super().setUp()
        self.configured()

    def test_status_without_a_session(self):
        code, objects = self.run_json("status")
        self.assertEqual(code, 0)
        self.assertEqual(objects, [{"command": "status", "ok": True, "state": "no_session",
                                    "reason": "no_session", "reason_code": 2001, "properties": [],
                                    "generation": 0, "expires_at_ms": None}])

    def test_human_output(self):
        done = self.run_cli("status")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^status: ok\n  state +no_session\n")

    def test_token_without_a_session(self):
        code, objects = self.run_json("token")
        self.assertEqual((code, objects[0]["code"], objects[0]["needs_new_session"]),
                         (4, 2001, True))
        code, objects = self.run_json("token", "--concurrency", "50")
        self.assertEqual((code, objects[0]["calls"], objects[0]["succeeded"]), (4, 50, 0))
        self.assertEqual(objects[0]["errors"],
                         [{"code": 2001, "name": "no_session", "calls": 50}])
        self.refuse("--raw and --concurrency", "token", "--raw", "--concurrency", "2")

    def test_start_without_a_network(self):
        code, objects = self.run_json("start", "--deadline-ms", "1500")
        self.assertEqual(objects[0]["ok"], False)
        self.assertTrue(objects[0]["retryable"])
        self.assertIn(code, (3, 5))

    def test_explain_and_diagnostics(self):
        code, objects = self.run_json("diagnostics")
        self.assertEqual(code, 0)
        self.assertIsInstance(objects[0]["diagnostics"], dict)
        code, objects = self.run_json("explain")
        self.assertEqual(code, 0)
        self.assertEqual(objects[0]["journal"], objects[0]["diagnostics"]["journal"])
        self.assertEqual(self.run_cli("explain").returncode, 0)

    def test_adopt_reads_standard_input(self):
        code, objects = self.run_json("adopt", text="no json")
        self.assertEqual((code, objects[0]["code"]), (6, 4004))

    def test_an_adopted_session_is_there_for_the_next_process(self):
        code, objects = self.run_json("adopt", text=SESSION)
        self.assertEqual((code, objects[0]["state"], objects[0]["generation"]), (0, "active", 1))
        code, objects = self.run_json("token")
        self.assertEqual((code, objects[0]["generation"], objects[0]["size"], objects[0]["source"]),
                         (0, 1, 40, "cache"))
        self.assertNotIn("token", objects[0])
        _, raw = self.run_json("token", "--raw")
        self.assertEqual(raw[0]["token"], "st_test_" + "a" * 32)
        self.assertEqual(self.run_cli("token", "--raw").stdout, raw[0]["token"] + "\n")
        _, known = self.run_json("journey", "--known")
        self.assertEqual(known, [{"command": "journey", "ok": True, "found": True,
                                  "journey_id": "journey-1", "status": "IN_PROGRESS",
                                  "next_action": None}])
        code, objects = self.run_json("token", "--concurrency", "200")
        self.assertEqual((code, objects[0]["succeeded"], objects[0]["tokens_distinct"],
                          objects[0]["generations"]), (0, 200, 1, [1]))
        self.assertEqual(sum(objects[0]["sources"].values()), 200)
        self.assertEqual(self.run_json("end"), (0, [{"command": "end", "ok": True}]))
        code, objects = self.run_json("token")
        self.assertEqual((code, objects[0]["code"]), (4, 2002))

    def test_a_call_without_a_network(self):
        self.run_json("adopt", text=SESSION)
        code, objects = self.run_json("call", "GET", "/api/v1/headless/journeys",
                                      "--deadline-ms", "1500")
        self.assertFalse(objects[0]["ok"])
        self.assertIn(code, (3, 5))
        code, objects = self.run_json("call", "GET", "/", "--header", "Authorization: Bearer x")
        self.assertEqual((code, objects[0]["code"]), (2, 1007))
        self.refuse("--header must be", "call", "GET", "/", "--header", "no colon")

    def test_a_locked_key_is_not_an_empty_store(self):
        self.run_json("adopt", text=SESSION)
        code, objects = self.run_json("status", "--storage-fault", "key-locked")
        self.assertEqual((code, objects[0]["state"], objects[0]["reason_code"]),
                         (0, "storage_locked", 5001))

    def test_erase(self):
        code, objects = self.run_json("erase")
        self.assertEqual((code, objects), (0, [{"command": "erase", "ok": True}]))

    def test_wrong_clock_changes_nothing(self):
        for offset in ("157680000000", "-157680000000"):
            code, objects = self.run_json("status", "--clock-offset-ms", offset)
            self.assertEqual((code, objects[0]["state"]), (0, "no_session"))

    def test_watch_ends_by_itself_and_on_a_signal(self):
        code, objects = self.run_json("watch", "--seconds", "0")
        self.assertEqual(code, 0)
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([CLI, "watch", "--json"], env=self.environment,
                                  stdout=subprocess.PIPE, text=True) as process:
                while json.loads(process.stdout.readline())["state"] != "no_session":
                    pass
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=30), 0)

    def test_quick_start_fails_with_the_setting_that_is_missing(self):
        for name in list(self.environment):
            if name.startswith("CREDIT_"):
                del self.environment[name]
        self.environment.update(CREDIT_STORAGE_PASSPHRASE="correct horse", CREDIT_STORAGE_DIR="/x")
        done = subprocess.run([QUICK_START], env=self.environment, capture_output=True, text=True,
                              timeout=50, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("platform_url", done.stderr)


class Run(CliTest):
    def setUp(self):
        super().setUp()
        self.configured()

    def run_lines(self, *lines, options=()):
        code, objects = self.run_json("run", *options, text="".join(f"{x}\n" for x in lines))
        self.assertEqual(code, 0)
        self.assertEqual(objects[0]["command"], "run")
        self.assertEqual((objects[-1]["command"], objects[-1]["ok"]), ("quit", True))
        self.assertEqual(objects[-1]["live_objects"], 0)
        return objects[1:-1]

    def test_one_object_for_each_line_in_order(self):
        objects = self.run_lines("# a comment", "", "wait-state loaded", "status", "token",
                                 "version", "quit", "status")
        self.assertEqual([x["command"] for x in objects],
                         ["wait-state", "status", "token", "version"])
        self.assertEqual([x["ok"] for x in objects], [True, True, False, True])

    def test_quotes(self):
        objects = self.run_lines("adopt '{\"no\": \"session\"}'", 'adopt "open', "wait-state 'x y'",
                                 "adopt {} {}")
        self.assertEqual([x["ok"] for x in objects], [False] * 4)
        self.assertEqual([x["code"] // 1000 for x in objects], [4, 1, 1, 1])

    def test_the_configuration_stays(self):
        objects = self.run_lines("status --borrower other", "watch", "run", "adopt")
        self.assertEqual([x["code"] for x in objects], [1001] * 4)

    def test_close_and_open_again(self):
        objects = self.run_lines("close", "token", "erase", "open", "erase", "end", "token", "open",
                                 "wait-state no_session")
        self.assertEqual([x["ok"] for x in objects],
                         [True, False, True, True, False, True, False, True, True])
        self.assertEqual([x["code"] for x in objects if not x["ok"]], [1103, 1009, 1010])

    def test_wait_state_gives_up(self):
        objects = self.run_lines("wait-state active --seconds 0")
        self.assertEqual((objects[0]["code"], objects[0]["exit"]), (1102, 3))

    def test_storage_recovers_when_the_fault_is_gone(self):
        self.run_json("adopt", text=SESSION)
        fault = self.folder / "fault"
        fault.touch()
        with subprocess.Popen([CLI, "run", "--storage-fault", "key-locked",
                               "--storage-fault-until-gone", str(fault)], env=self.environment,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            def ask(line):
                process.stdin.write(line + "\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline())
            json.loads(process.stdout.readline())
            self.assertTrue(ask("wait-state storage_locked")["ok"])
            fault.unlink()
            self.assertTrue(ask("notify unlocked")["ok"])
            self.assertTrue(ask("wait-state active")["ok"])
            self.assertEqual(ask("current")["generation"], 1)
            process.stdin.close()
            self.assertEqual(process.wait(timeout=30), 0)

    def test_a_signal_ends_it_while_it_reads_and_while_it_waits(self):
        for line in ("", "wait-state stuck --seconds 3600\n", "sleep-until-eof\n"):
            with subprocess.Popen([CLI, "run"], env=self.environment, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) as process:
                self.assertEqual(json.loads(process.stdout.readline())["command"], "run")
                process.stdin.write(line)
                process.stdin.flush()
                process.send_signal(signal.SIGTERM)
                objects = [json.loads(x) for x in process.stdout.read().splitlines()]
                self.assertEqual(process.wait(timeout=30), 0)
                self.assertEqual(objects[-1]["command"], "quit")


class Checkout(CliTest):
    ORIGIN = "https://platform.example"
    URL = ORIGIN + "/lab/embed?j=1#bt_test_9f8e7d6c5b4a"

    def setUp(self):
        super().setUp()
        self.environment.update(CREDIT_ENVIRONMENT="test", CREDIT_PLATFORM_URL=self.ORIGIN)

    def checkout(self, *arguments, text=None):
        code, objects = self.run_json("checkout", *arguments, text=self.URL if text is None else text)
        return code, objects[0]

    def test_the_url_is_printed_on_request_and_once(self):
        code, said = self.checkout()
        self.assertEqual((code, said["size"]), (0, len(self.URL)))
        self.assertNotIn("bt_test", json.dumps(said))
        code, raw = self.checkout("--raw", text=json.dumps({"embedURL": self.URL}))
        self.assertEqual((code, raw["taken"], raw["url"], raw["taken_again"]),
                         (0, "ok", self.URL, "checkout_taken"))
        self.assertEqual(raw["fingerprint"], said["fingerprint"])

    def test_what_is_not_the_hosted_page_is_refused_without_being_shown(self):
        for text, name in ((self.URL.replace("platform", "evil"), "origin_refused"),
                           (self.URL.replace("https", "http"), "insecure_url"),
                           (self.URL.replace("bt_test", "bt_live"), "environment_mismatch"),
                           (self.URL.replace("bt_test", "sk_test"), "api_key_refused"),
                           ("", "config_missing"), ("x" * 70000, "invalid_argument")):
            code, said = self.checkout(text=text)
            self.assertEqual((code, said["name"]), (2, name))
            self.assertNotIn("9f8e7d", json.dumps(said))

    def test_navigation_and_events(self):
        event = {"type": "aarthik-labs:open-external", "external_url": "https://lender.example/x"}
        code, said = self.checkout(
            "--allow-origin", "https://kyc.example", "--navigate", "https://kyc.example/a",
            "--navigate", "https://kyc.example.evil.org/", "--event", json.dumps(event),
            "--event-origin", self.ORIGIN)
        self.assertEqual(code, 0)
        self.assertEqual([one["allowed"] for one in said["navigations"]], [True, False])
        self.assertEqual((said["event"], said["has_external_url"], said["has_resume_url"]),
                         ("open_external", True, False))
        self.assertNotIn("lender.example", json.dumps(said))
        code, said = self.checkout("--event", json.dumps(event), "--event-origin", "https://kyc.example")
        self.assertEqual((code, said["name"]), (2, "origin_refused"))


class Sources(unittest.TestCase):
    def test_quick_start_stays_short(self):
        text = (SOURCES / "quick_start.c").read_text()
        lines = [x.strip() for x in text.splitlines()]
        code = [x for x in lines if x not in ("", "{", "}") and not x.startswith(("#", "/*", "*"))]
        self.assertLessEqual(len(code), 30)

    def test_only_the_public_header_is_used(self):
        for path in sorted(SOURCES.glob("*.[ch]")):
            for include in re.findall(r'#include "([^"]+)"', path.read_text()):
                self.assertNotIn("/", include, path.name)
            self.assertLessEqual(len(path.read_text().splitlines()), 500, path.name)


def main():
    global CLI, QUICK_START, SOURCES
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cli", required=True)
    parser.add_argument("--quick-start", required=True)
    parser.add_argument("--sources", required=True, type=pathlib.Path)
    arguments, rest = parser.parse_known_args()
    CLI, QUICK_START, SOURCES = arguments.cli, arguments.quick_start, arguments.sources
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
