#!/usr/bin/env python3
"""R40: a session's whole life, with most things that can go wrong, at the most talkative settings: sandbox, partner backend and
CLI as processes. Then everything they wrote is searched: logs, both forms of output, files and their names, arguments,
environments, the URLs the platform was asked for."""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from spellings import Needle, of_unknown_credentials, of_value, spellings  # noqa: E402 (also makes demo_steps known)

from demo_steps.app import ANSWER_SECONDS, App, Device  # noqa: E402
from demo_steps.checks import equal, holds  # noqa: E402
from demo_steps.processes import Processes, plain_environment  # noqa: E402
from demo_steps.servers import Partner, Sandbox  # noqa: E402
from demo_steps.needles import Secret  # noqa: E402
from demo_steps.secrecy import all_secrets  # noqa: E402

JOURNEYS = "/api/v1/headless/journeys"
BOTH_FORMS: tuple[tuple[str, ...], ...] = ((), ("--json",))
# Folders that the app's side writes; the platform's own database, which has to know its tokens, is for the counter-check.
APP_FOLDERS = ("logs", "stores", "temporary")
ALL_FOLDERS = (*APP_FOLDERS, "partner")


class Life:
    """One borrower nobody else has, and everything around."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        for name in (*ALL_FOLDERS, "platform"):
            (folder / name).mkdir(mode=0o700)
        self.phone = f"+919{secrets.randbelow(10**9):09d}"
        self.pan = f"QZXPW{secrets.randbelow(10**4):04d}K"
        borrower = f"canary-borrower-{secrets.token_hex(8)}"
        login = f"canary-login-{secrets.token_hex(12)}"
        self.logs = folder / "logs"
        self.processes = Processes(self.logs, plain_environment(folder / "temporary"))
        self.sandbox = Sandbox(self.processes, programs / "credit-sandbox", folder / "platform")
        self.partner = Partner(self.processes, programs / "credit-partner-backend", folder / "partner", self.sandbox,
                               {login: borrower})
        self.app = App(self.processes, programs / "credit-cli", folder / "temporary", {
            "CREDIT_PLATFORM_URL": self.sandbox.url, "CREDIT_PARTNER_URL": self.partner.url,
            "CREDIT_CA_FILE": self.sandbox.ca_file})
        self.device = Device(borrower, login, folder / "stores" / "device")
        self.devices = [self.device]
        self.bootstrap_tokens: list[str] = []  # of hosted pages; this life opens none
        self.environments: list[bytes] = []

    def say_everything(self, *words: str) -> None:
        """One process per form of output, with the SDK's log; whether it works does not matter here."""
        for form in BOTH_FORMS:
            self.app.print_out(self.device, "--log", "--heal-spread-ms", "1", *form, *words)

    def feed(self, text: str, *words: str) -> None:
        """A command that reads standard input."""
        for form in BOTH_FORMS:
            child, log = self.processes.spawn("fed", [str(self.app._program), "--log", *form, *words],
                                              self.app._environment(self.device, None), subprocess.PIPE,
                                              self.folder / "temporary")
            output, _ = child.communicate(text, timeout=ANSWER_SECONDS)
            log.write_text(output, encoding="utf-8")

    def token(self, kind: str) -> str:
        """The live one, from the platform's own ledger."""
        tokens = [one["token"] for one in self.sandbox.ledger()["tokens"] if one["kind"] == kind]
        return str(tokens[-1])


def begin(life: Life) -> None:
    profile = json.dumps({"phone": life.phone, "pan": life.pan})
    life.feed(profile, "start", "--profile", "-")
    life.feed(profile[:-1], "start", "--replace", "--profile", "-")  # no JSON
    running = life.app.open(life.device, "--log")
    life.environments.append(Path(f"/proc/{running.child.pid}/environ").read_bytes())
    running.ask_ok("call", "GET", JOURNEYS)
    running.ask("call", "POST", JOURNEYS, json.dumps({"phone": life.phone}))
    running.ask_ok("reject", str(running.ask_ok("status")["generation"]))
    for words in (("token",), ("token", "--concurrency", "3"), ("current",), ("journey",), ("explain",),
                  ("diagnostics",), ("notify", "network"), ("close",), ("open",), ("status",)):
        running.ask(*words)
    running.quit()


def trouble_on_the_way(life: Life) -> None:
    running = life.app.open(life.device, "--log", "--heal-spread-ms", "1")
    for kind in ("drop_reply_after_commit", "garbage"):
        running.ask_ok("call", "GET", JOURNEYS)  # a token that was never accepted is not refused at once (R29)
        generation = running.ask_ok("status")["generation"]
        life.sandbox.fault(kind, "refresh")
        running.ask("reject", str(generation))
        running.ask("call", "GET", JOURNEYS, "--deadline-ms", "50")
        equal(f"refreshed after {kind}", generation + 1, running.ask_ok("token")["generation"])
    for kind, parameters in (("unauthorized", {}), ("status_before_commit", {"status": 500, "code": "INTERNAL_ERROR"}),
                             ("truncated", {}), ("captive_portal", {}), ("oversize", {})):
        life.sandbox.fault(kind, "journeys", **parameters)
        running.ask("call", "GET", JOURNEYS)
    running.ask("diagnostics")
    running.quit()
    life.sandbox.fault("status_before_commit", "sessions", status=503)
    life.say_everything("start", "--replace", "--deadline-ms", "300")
    life.sandbox.back_to_normal()


def mistakes(life: Life) -> None:
    """Secrets in places where they do not belong come back in no message."""
    session, refresh, key = life.token("session"), life.token("refresh"), life.sandbox.api_key
    running = life.app.open(life.device, "--log")
    for words in (("call", "GET", f"{JOURNEYS}?token={session}"), ("call", "GET", f"/{refresh}"), ("call", "GET", f"/{key}"),
                  ("call", "GET", JOURNEYS, "--header", f"Authorization: Bearer {session}"),
                  ("call", "GET", JOURNEYS, "--header", f"X-Key: {key}"), ("call", session, JOURNEYS),
                  ("call", "POST", JOURNEYS, "{}", "--idempotency-key", key), ("reject", session),
                  ("start", "--journey-type", key), ("start", "--replace", "--profile", json.dumps({"key": key})),
                  ("notify", refresh), ("call", "GET", JOURNEYS, "--correlation-id", session),
                  ("adopt", json.dumps({"sessionToken": key})), ("adopt", f"{session} is no JSON")):
        running.ask(*words)
    running.quit()
    pair = {"sessionToken": session, "refreshToken": refresh, "borrowerExternalID": "somebody-else"}
    for text in (json.dumps(pair), json.dumps(pair)[:-1], json.dumps({"sessionToken": key}), session):
        life.feed(text, "adopt")


def sick_places(life: Life) -> None:
    for kind in ("key-locked", "key-denied", "key-lost"):
        life.say_everything("--storage-fault", kind, "status")
    life.say_everything("--partner-url", "https://127.0.0.1:1", "start", "--replace", "--deadline-ms", "400")
    life.say_everything("--platform-url", "https://127.0.0.1:1", "call", "GET", JOURNEYS, "--deadline-ms", "400")
    slot = next(path for path in sorted(life.device.store.rglob("*")) if path.is_file() and path.stat().st_size > 1000)
    content = bytearray(slot.read_bytes())
    content[len(content) // 2] ^= 0x5A
    slot.write_bytes(content)
    life.say_everything("status")


def finish(life: Life) -> None:
    for words in (("status",), ("explain",), ("diagnostics",), ("token",), ("watch", "--seconds", "0"), ("end",),
                  ("status",), ("explain",), ("token",), ("start",), ("erase",), ("version",)):
        life.say_everything(*words)


CHAPTERS: tuple[Callable[[Life], None], ...] = (begin, trouble_on_the_way, mistakes, sick_places, finish)


def without_the_partners_own(arguments: str, life: Life) -> str:
    """The partner's list of app users is the configuration of its server, by its design on its command line."""
    return arguments.replace(f"{life.device.login}={life.device.borrower}", "APP_USER")


def needles_for(found: Sequence[Secret]) -> list[Needle]:
    return [needle for one in found for needle in of_value(one.name, one.value)]


def hits_in(content: bytes, place: str, needles: Sequence[Needle]) -> list[str]:
    return [f"{one.name} as {one.spelling} in {place}" for one in needles if one.matches(content)]


def search_folders(life: Life, names: Sequence[str], needles: Sequence[Needle]) -> tuple[list[str], int, int]:
    paths = [path for name in names for path in sorted((life.folder / name).rglob("*"))]
    files = [path for path in paths if path.is_file()]
    contents = {path: path.read_bytes() for path in files}
    names_of_all = "\n".join(map(str, paths)).encode()
    hits = hits_in(names_of_all, "a file's name", needles)
    # All of them in one go, and one by one only what is there.
    there = [one for one in needles if one.matches(b"\n".join(contents.values()))]
    hits += [hit for path, content in contents.items()
             for hit in hits_in(content, str(path.relative_to(life.folder)), there)]
    return hits, len(files), sum(map(len, contents.values()))


def judge(life: Life) -> None:
    ledger = life.sandbox.ledger()
    arguments = [without_the_partners_own(one, life) for one in sorted(life.processes.argument_lists)]
    (life.logs / "arguments.txt").write_text("\n".join(arguments), encoding="utf-8")
    urls = sorted({str(one["path"]) for one in ledger["requests"]})
    (life.logs / "urls.txt").write_text("\n".join(urls), encoding="utf-8")
    (life.logs / "environment.bin").write_bytes(b"\n".join(
        one.replace(b"CREDIT_BORROWER=" + life.device.borrower.encode(), b"CREDIT_BORROWER=") for one in life.environments))
    tokens = all_secrets(life)  # type: ignore[arg-type]
    tokens.append(Secret("app login", life.device.login.encode()))
    people = [Secret("borrower id", life.device.borrower.encode()), Secret("phone", life.phone.encode()),
              Secret("PAN", life.pan.encode())]
    secret_needles, person_needles = needles_for(tokens), needles_for(people)
    found, files, size = search_folders(life, ALL_FOLDERS, [*secret_needles, *of_unknown_credentials()])
    # The partner's server has to know its borrowers; the app's side has not to write them down.
    found += search_folders(life, APP_FOLDERS, person_needles)[0]
    platform = search_folders(life, ("platform",), [*secret_needles, *person_needles])[0]

    holds("the platform's own database is where tokens are found", any("session token" in hit for hit in platform),
          "tokens in it", platform[:3])
    holds("and the borrower", any("borrower id" in hit for hit in platform), "the borrower in it", "nothing")
    holds("there was much to look at", files > 60 and len(urls) >= 3 and len(arguments) > 30,
          "files, URLs, argument lists", (files, len(urls), len(arguments)))
    holds("there were rotations", len({one["token"] for one in ledger["tokens"]}) > 8, "many tokens", len(ledger["tokens"]))
    equal("no secret anywhere", [], sorted(set(found)))
    check_the_search(life, [*tokens, *people])
    print(f"{len(tokens)} secrets and {len(people)} facts about a person, {len(secret_needles) + len(person_needles)} needles; "
          f"{files} files, {size // 1024} KiB, {len(arguments)} argument lists, {len(urls)} URLs: 0 found")


def check_the_search(life: Life, wanted: Sequence[Secret]) -> None:
    """A search that finds nothing proves something only if it would find: each one, in each spelling."""
    careless = life.logs / "careless.log"
    for one in wanted:
        needles = list(of_value(one.name, one.value))
        for spelling, text in spellings(one.value).items():
            careless.write_bytes(b"value=" + text + b"\n")
            hits = hits_in(careless.read_bytes(), careless.name, needles)
            holds("the search finds what is there", bool(hits), f"{one.name} as {spelling}", "nothing")
    careless.write_bytes(b"value=" + wanted[0].value)
    hits = search_folders(life, APP_FOLDERS, needles_for(wanted[:1]))[0]
    holds("and in the folders", bool(hits) and all(careless.name in hit for hit in hits), "hits there", hits[:3])
    careless.unlink()


def run(folder: Path, programs: Path) -> None:
    life = Life(folder, programs)
    try:
        for chapter in CHAPTERS:
            began = time.monotonic()
            chapter(life)
            print(f"{chapter.__name__.replace('_', ' ')}: {time.monotonic() - began:.1f} s", flush=True)
        judge(life)
    finally:
        life.processes.stop_all()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True, help="folder of the programs")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="credit-everything-"))
    try:
        run(folder, arguments.bin.resolve())
    except Exception as error:
        print(f"FAILED: {type(error).__name__}: {error}")
        return 1
    finally:
        if arguments.keep:
            print(folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
