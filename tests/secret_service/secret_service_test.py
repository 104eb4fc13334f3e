#!/usr/bin/env python3
"""The Secret Service's sealing key: against a real gnome-keyring on a private bus where it behaves, against a mock where it
has to misbehave. Run with the name of one class to run only that part."""

import argparse
import json
import signal
import socket
import subprocess
import sys
import unittest

from desktop import Desktop

PROBE = NO_LIBSECRET = CLI = LIBRARY = None
# The patience the probe is given, and how much later it may say so on a busy machine.
PATIENCE_MS = 400
SLACK_MS = 4000
KEY = "11" * 32
OTHER_KEY = "22" * 32


class KeyTest(unittest.TestCase):
    def desktop(self, rules=""):
        desktop = Desktop(rules)
        self.addCleanup(desktop.__exit__)
        return desktop

    def with_bus(self, rules=""):
        desktop = self.desktop(rules)
        desktop.start_bus()
        return desktop

    def fetch(self, desktop, *arguments, **environment):
        done = subprocess.run([PROBE, *arguments], env={**desktop.environment, **environment},
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def expect(self, said, answer, code, words):
        self.assertEqual((said["answer"], said["code"]), (answer, code), said)
        self.assertIn(words, said["detail"])
        self.assertEqual(said["key"], "")

    def expect_in_time(self, said, patience_ms=PATIENCE_MS):
        self.assertGreaterEqual(said["ms"], patience_ms - 1, said)
        self.assertLess(said["ms"], patience_ms + SLACK_MS, said)


class Keyring(KeyTest):
    """A healthy, open gnome-keyring."""

    def setUp(self):
        self.home = self.with_bus()
        self.home.start_keyring()

    def test_the_key_is_made_once_and_found_again(self):
        first = self.fetch(self.home)
        self.assertEqual((first["answer"], first["key"][:3]), ("present", "32:"), first)
        self.assertEqual(self.fetch(self.home)["key"], first["key"])
        self.assertEqual(len(self.home.items()), 1)

    def test_environments_and_origins_have_keys_of_their_own(self):
        keys = {self.fetch(self.home, *arguments)["key"]
                for arguments in ([], ["--live"], ["--origin=https://other.example"])}
        self.assertEqual(len(keys), 3)
        self.assertEqual(len(self.home.items()), 3)

    def test_the_key_survives_the_daemon(self):
        first = self.fetch(self.home)
        self.home.end(self.home.processes[-1])
        self.home.start_keyring()
        self.assertEqual(self.fetch(self.home)["key"], first["key"])

    def test_the_same_process_asks_once(self):
        process = self.home.begin(PROBE, "--fetches=2", stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        first = json.loads(process.stdout.readline())
        self.home.lock_keyring()
        process.stdin.write("\n")
        process.stdin.flush()
        self.assertEqual(json.loads(process.stdout.readline())["key"], first["key"])


class Locked(KeyTest):
    """A real gnome-keyring that is locked."""

    def locked_home(self, with_key=True):
        home = self.with_bus()
        home.start_keyring()
        if with_key:
            self.key = self.fetch(home)["key"]
        home.lock_keyring()
        return home

    def test_locked_is_locked_and_makes_no_second_key(self):
        home = self.locked_home()
        for _ in range(3):
            self.expect(self.fetch(home), "locked", 5001, "keyring is locked")
        self.assertEqual(len(home.items()), 1)

    def test_locked_before_there_is_a_key(self):
        home = self.locked_home(with_key=False)
        self.expect(self.fetch(home), "locked", 5001, "keyring is locked")
        self.assertEqual(home.items(), [])

    def test_no_keyring_was_ever_opened(self):
        home = self.with_bus()
        home.start_closed_keyring()
        self.expect(self.fetch(home), "locked", 5001, "keyring is locked")

    def test_a_dismissed_prompt_is_not_the_same_as_locked(self):
        home = self.locked_home()
        prompter = home.start_python("mock_prompter.py")
        said = self.fetch(home, "--prompt")
        self.expect(said, "denied", 5003, "prompt to unlock the keyring was dismissed")
        self.assertEqual(prompter.stdout.readline().strip(), "asked password")
        self.assertEqual(len(home.items()), 1)

    def test_no_prompter_is_a_dismissed_prompt(self):
        said = self.fetch(self.locked_home(), "--prompt")
        self.expect(said, "denied", 5003, "dismissed")

    def test_without_opting_in_nobody_is_asked(self):
        home = self.locked_home()
        prompter = home.start_python("mock_prompter.py")
        self.expect(self.fetch(home), "locked", 5001, "keyring is locked")
        prompter.kill()
        self.assertEqual(prompter.stdout.read(), "")

    def test_unlocked_again_it_hands_out_the_same_key(self):
        home = self.locked_home()
        self.expect(self.fetch(home), "locked", 5001, "keyring is locked")
        home.unlock_keyring()
        self.assertEqual(self.fetch(home)["key"], self.key)


class Absent(KeyTest):
    """What is missing is named, and told apart from what is locked."""

    def test_no_bus(self):
        self.expect(self.fetch(self.desktop()), "unsupported", 1014, "no D-Bus session bus")

    def test_the_address_of_a_bus_that_is_gone(self):
        for address in ("unix:path=/nonexistent/bus", "nonsense", "unix:"):
            said = self.fetch(self.desktop(), DBUS_SESSION_BUS_ADDRESS=address)
            self.expect(said, "unsupported", 1014, "no D-Bus session bus")

    def test_a_bus_without_the_service(self):
        self.expect(self.fetch(self.with_bus()), "unsupported", 1014, "no Secret Service")

    def test_no_libsecret(self):
        home = self.with_bus()
        home.start_keyring()
        self.expect(self.fetch(home, LD_PRELOAD=NO_LIBSECRET), "unsupported", 1014, "libsecret")

    def test_a_bus_that_keeps_us_out(self):
        home = self.with_bus('<deny send_destination="org.freedesktop.secrets"/>')
        home.start_python("mock_service.py", "{}")
        self.expect(self.fetch(home), "denied", 5003, "does not let this program")

    def test_the_service_dies_and_comes_back(self):
        home = self.with_bus()
        keyring = home.start_keyring()
        key = self.fetch(home)["key"]
        home.end(keyring)
        self.expect(self.fetch(home), "unsupported", 1014, "no Secret Service")
        home.start_keyring()
        self.assertEqual(self.fetch(home)["key"], key)


class Timeouts(KeyTest):
    """Whatever hangs, the storage thread comes back at its deadline."""

    def fetch_late(self, home, *arguments, **environment):
        said = self.fetch(home, f"--patience={PATIENCE_MS}", *arguments, **environment)
        self.expect(said, "transient", 5002, "did not answer in time")
        self.expect_in_time(said)

    def test_each_call_of_a_service_that_hangs(self):
        for method, items in (("OpenSession", []), ("SearchItems", []), ("Unlock", []),
                              ("GetSecret", [{"secret": KEY}]), ("CreateItem", [])):
            with self.subTest(method):
                home = self.with_bus()
                home.start_python("mock_service.py", json.dumps({"hang": method, "items": items}))
                self.fetch_late(home)

    def test_a_bus_that_accepts_and_says_nothing(self):
        home = self.desktop()
        path = str(home.folder / "silent")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            self.fetch_late(home, DBUS_SESSION_BUS_ADDRESS=f"unix:path={path}")

    def test_a_stopped_daemon(self):
        home = self.with_bus()
        keyring = home.start_keyring()
        keyring.send_signal(signal.SIGSTOP)
        self.fetch_late(home)
        keyring.send_signal(signal.SIGCONT)
        self.assertEqual(self.fetch(home)["answer"], "present")

    def test_a_prompt_nobody_answers_is_closed(self):
        home = self.with_bus()
        mock = home.start_python("mock_service.py", json.dumps(
            {"locked": True, "prompt": "ignore", "items": [{"secret": KEY}]}))
        said = self.fetch(home, "--prompt", "--prompt-patience=300")
        self.expect(said, "denied", 5003, "nobody answered the prompt")
        self.expect_in_time(said, 300)
        mock.kill()
        self.assertIn("Dismiss", mock.stdout.read().split())


class Mock(KeyTest):
    """What only an odd service does."""

    def mock(self, **told):
        home = self.with_bus()
        return home, home.start_python("mock_service.py", json.dumps(told))

    def calls(self, mock):
        mock.kill()
        return mock.stdout.read().splitlines()

    def test_the_secret_never_travels_in_clear(self):
        home, mock = self.mock(algorithm="plain", items=[{"secret": KEY}])
        self.expect(self.fetch(home), "denied", 5003, "no encrypted session")
        calls = self.calls(mock)
        self.assertEqual([call for call in calls if not call.startswith(("OpenSession", "Get "))], [])

    def test_an_accepted_prompt_opens_the_keyring(self):
        home, mock = self.mock(locked=True, prompt="accept", items=[{"secret": KEY}])
        self.assertEqual(self.fetch(home, "--prompt")["answer"], "present")
        self.assertEqual(self.calls(mock).count("Prompt"), 1)

    def test_an_accepted_prompt_before_there_is_a_key(self):
        home, mock = self.mock(locked=True, prompt="accept")
        self.assertEqual(self.fetch(home, "--prompt")["answer"], "present")
        self.assertEqual([call.split()[1] for call in self.calls(mock) if call.startswith("CreateItem")],
                         ["replace=False"])

    # Here and not at gnome-keyring, which sometimes adds an attribute of its own.
    def test_an_item_says_sdk_environment_and_hash_only(self):
        home, mock = self.mock()
        self.assertEqual(self.fetch(home)["answer"], "present")
        (created,) = [call for call in self.calls(mock) if call.startswith("CreateItem")]
        sent = json.loads(created.split(maxsplit=2)[2])
        attributes = sent.pop("org.freedesktop.Secret.Item.Attributes")
        self.assertEqual(sent, {"org.freedesktop.Secret.Item.Label": "Credit SDK storage key"})
        self.assertRegex(attributes.pop("origin"), "^[0-9a-f]{32}$")
        self.assertEqual(attributes, {"sdk": "credit", "environment": "test"})

    def test_a_single_locked_item(self):
        home, mock = self.mock(items=[{"secret": KEY, "locked": True}])
        self.expect(self.fetch(home), "locked", 5001, "keyring is locked")
        mock.kill()
        home, _ = self.mock(items=[{"secret": KEY, "locked": True}], prompt="accept")
        self.assertEqual(self.fetch(home, "--prompt")["answer"], "present")

    def test_collection_and_item_are_always_unlocked(self):
        home, mock = self.mock(items=[{"secret": KEY}])
        self.fetch(home)
        self.assertIn("Unlock /org/freedesktop/secrets/collection/mock "
                      "/org/freedesktop/secrets/collection/mock/98", self.calls(mock))

    def test_after_a_dismissal_nobody_is_asked_for_a_while(self):
        told = {"locked": True, "prompt": "dismiss", "items": [{"secret": KEY}]}
        for pause, prompts in ((3_600_000, 1), (0, 3)):
            home, mock = self.mock(**told)
            process = home.begin(PROBE, "--prompt", "--fetches=3", f"--prompt-pause={pause}",
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            output, _ = process.communicate("\n\n", timeout=60)
            said = [json.loads(line) for line in output.splitlines()]
            self.assertEqual([each["answer"] for each in said], ["denied"] * 3)
            self.assertEqual(self.calls(mock).count("Prompt"), prompts)

    def test_of_several_keys_the_oldest_counts(self):
        home, _ = self.mock(items=[{"secret": KEY, "created": 7}])
        oldest = self.fetch(home)["key"]
        items = [{"secret": OTHER_KEY, "created": 8}, {"secret": KEY, "created": 7},
                 {"secret": OTHER_KEY, "created": 9}]
        for order in (items, items[::-1]):
            home, _ = self.mock(items=order)
            self.assertEqual(self.fetch(home)["key"], oldest)

    def test_an_item_that_is_no_key_is_kept_and_denied(self):
        for secret in ("", "11" * 31, "11" * 33):
            home, mock = self.mock(items=[{"secret": secret}])
            self.expect(self.fetch(home), "denied", 5003, "does not hold 32 bytes")
            self.assertEqual([c for c in self.calls(mock) if c.startswith("CreateItem")], [])

    def test_a_keyring_that_forgets_is_no_key(self):
        home, _ = self.mock(forgets=True)
        self.expect(self.fetch(home), "transient", 5002, "did not keep the new key")

    def test_errors_of_the_service_establish_no_fact(self):
        for method in ("SearchItems", "Unlock", "GetSecret", "ReadAlias"):
            for error, answer in (("org.freedesktop.Secret.Error.IsLocked", "locked"),
                                  ("org.freedesktop.Secret.Error.NoSuchObject", "transient"),
                                  ("org.freedesktop.DBus.Error.Failed", "transient"),
                                  ("org.freedesktop.DBus.Error.AccessDenied", "denied"),
                                  ("org.example.Unheard", "transient")):
                items = [] if method == "ReadAlias" else [{"secret": KEY}]
                with self.subTest(method=method, error=error):
                    home = self.with_bus()
                    script = {"items": items, "fails": {method: error}}
                    home.start_python("mock_service.py", json.dumps(script))
                    self.assertEqual(self.fetch(home)["answer"], answer)


class Creation(KeyTest):
    """Two processes that both find no key end up with the same one."""

    def fetch_together(self, home, count):
        begun = [home.begin(PROBE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
        said = [json.loads(process.communicate(timeout=60)[0]) for process in begun]
        self.assertEqual({each["answer"] for each in said}, {"present"}, said)
        return {each["key"] for each in said}

    def test_the_first_writer_wins(self):
        for _ in range(5):
            home = self.with_bus()
            home.start_keyring()
            keys = self.fetch_together(home, 8)
            self.assertEqual(len(keys), 1)
            self.assertEqual(len(home.items()), 1)

    def test_without_the_right_to_the_name_nothing_is_created(self):
        home = self.with_bus('<deny own_prefix="com.aarthiklabs.credit.SealingKey"/>')
        home.start_keyring()
        self.expect(self.fetch(home), "denied", 5003, "does not let this program")
        self.assertEqual(home.items(), [])

    def test_a_creator_that_died_does_not_block_the_next(self):
        home = self.with_bus()
        home.start_python("mock_service.py", json.dumps({"hang": "CreateItem"}))
        stuck = home.begin(PROBE, "--patience=60000", stdout=subprocess.DEVNULL)
        mock = home.processes[-2]
        while not mock.stdout.readline().startswith("CreateItem"):
            pass
        # Whoever comes meanwhile waits, and does not create a second one.
        said = self.fetch(home, f"--patience={PATIENCE_MS}")
        self.expect(said, "transient", 5002, "did not answer in time")
        stuck.kill()
        stuck.wait()
        mock.kill()
        mock.wait()
        home.start_python("mock_service.py", "{}")
        self.assertEqual(self.fetch(home)["answer"], "present")


class Library(KeyTest):
    def test_libcredit_needs_neither_libsecret_nor_glib(self):
        done = subprocess.run(["readelf", "-d", LIBRARY], capture_output=True, text=True, check=True)
        needed = [line for line in done.stdout.splitlines() if "(NEEDED)" in line]
        self.assertTrue(needed)
        for line in needed:
            self.assertNotRegex(line, "libsecret|libglib|libgio|libgobject")


class Cli(KeyTest):
    """The same through the C API, with the sample program."""

    SESSION = json.dumps({
        "borrowerID": "8f14e45f", "borrowerExternalID": "borrower-1",
        "sessionToken": "st_test_" + "a" * 32, "refreshToken": "rt_test_" + "b" * 32,
        "sessionExpiresAt": "2099-01-01T00:00:00.000Z",
        "refreshExpiresAt": "2099-02-01T00:00:00.000Z",
        "activeJourney": {"journeyID": "journey-1", "status": "IN_PROGRESS", "nextAction": None}})

    def cli(self, home, *arguments, text="", environment=()):
        done = subprocess.run(
            [CLI, "--json", "--environment", "test", "--platform-url", "http://127.0.0.1:9",
             "--partner-url", "http://127.0.0.1:9", "--borrower", "borrower-1", "--storage-dir",
             str(home.folder / "store"), "--storage-key-service", *arguments],
            env={**home.environment, **dict(environment)}, input=text, capture_output=True,
            text=True, timeout=60, check=False)
        return done.returncode, json.loads(done.stdout.splitlines()[-1])

    def adopted(self):
        home = self.with_bus()
        home.start_keyring()
        code, said = self.cli(home, "adopt", text=self.SESSION)
        self.assertEqual((code, said["ok"]), (0, True), said)
        return home

    def test_a_session_outlives_its_process(self):
        home = self.adopted()
        code, said = self.cli(home, "token")
        self.assertEqual((code, said["generation"]), (0, 1), said)

    def test_nothing_of_the_borrower_reaches_the_keyring(self):
        home = self.adopted()
        for item in home.items():
            for name in ("Attributes", "Label"):
                shown = home.item_property(item, name)
                for word in ("borrower", "8f14e45f", "127.0.0.1", "st_test", "rt_test"):
                    self.assertNotIn(word, shown)

    def test_locked_keeps_the_session_and_says_what_to_do(self):
        home = self.adopted()
        home.lock_keyring()
        before = {path: path.read_bytes() for path in (home.folder / "store").iterdir()}
        code, said = self.cli(home, "--deadline-ms", "2000", "token")
        self.assertEqual((code, said["name"]), (7, "storage_locked"), said)
        self.assertIn("unlock it", said["message"])
        code, said = self.cli(home, "--storage-key-prompt", "--deadline-ms", "2000", "token")
        self.assertEqual((code, said["name"]), (7, "storage_denied"), said)
        self.assertIn("dismissed", said["message"])
        self.assertEqual({path: path.read_bytes() for path in before}, before)
        home.unlock_keyring()
        code, said = self.cli(home, "token")
        self.assertEqual((code, said["generation"]), (0, 1), said)

    def test_no_service_is_a_matter_of_configuration(self):
        home = self.adopted()
        home.end(home.processes[-1])
        code, said = self.cli(home, "token")
        self.assertEqual((code, said["name"], said["retryable"]), (2, "unsupported", False), said)
        self.assertIn("no Secret Service", said["message"])
        code, said = self.cli(home, "token", environment={"LD_PRELOAD": NO_LIBSECRET}.items())
        self.assertEqual((code, said["name"]), (2, "unsupported"), said)
        self.assertIn("libsecret", said["message"])

    def test_a_reset_keyring_is_the_wrong_key_and_touches_nothing(self):
        home = self.adopted()
        home.send(home.items()[0], "org.freedesktop.Secret.Item.Delete")
        self.assertEqual(home.items(), [])
        slots = [path for path in (home.folder / "store").iterdir() if path.suffix in (".a", ".b")]
        before = {path: path.read_bytes() for path in slots}
        code, said = self.cli(home, "token")
        self.assertEqual((code, said["name"]), (7, "storage_wrong_key"), said)
        self.assertEqual({path: path.read_bytes() for path in slots}, before)
        code, said = self.cli(home, "erase")
        self.assertEqual(code, 0, said)
        code, said = self.cli(home, "adopt", text=self.SESSION)
        self.assertEqual((code, said["ok"]), (0, True), said)

    def test_two_keys_are_refused(self):
        home = self.desktop()
        code, said = self.cli(home, "status", environment={"CREDIT_STORAGE_KEY": "0f" * 32}.items())
        self.assertEqual((code, said["name"]), (2, "config_invalid"), said)
        self.assertIn("--storage-key-service excludes", said["message"])


def main():
    global PROBE, NO_LIBSECRET, CLI, LIBRARY
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probe", required=True)
    parser.add_argument("--no-libsecret", required=True)
    parser.add_argument("--cli")
    parser.add_argument("--library")
    known, rest = parser.parse_known_args()
    PROBE, NO_LIBSECRET, CLI, LIBRARY = known.probe, known.no_libsecret, known.cli, known.library
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
