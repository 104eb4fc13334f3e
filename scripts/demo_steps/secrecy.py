"""No secret in anything the whole run has left behind."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from . import checks
from .needles import Needles, Secret, encodings
from .world import World

Evidence = dict[str, Any]
FOLDERS = ("logs", "stores", "temporary", "partner")  # all but the platform's own database
ARGUMENTS = "argument-lists.txt"


def all_secrets(world: World) -> list[Secret]:
    """Every token that ever was, the keys that make them, and the keys of refreshes (R13: they count as secrets)."""
    ledger = world.sandbox.ledger()
    secrets = [Secret(f"{one['kind']} token {one['id']}", str(one["token"]).encode()) for one in ledger["tokens"]]
    for key in sorted({one["idempotency_key"] for one in ledger["requests"]
                       if one["route"] == "refresh" and one["idempotency_key"]}):
        plain = key.replace("-", "").lower()
        if len(plain) == 32 and all(digit in "0123456789abcdef" for digit in plain):
            secrets += [Secret("refresh key", key.encode()), Secret("refresh key without dashes", plain.encode()),
                        Secret("refresh key in binary", bytes.fromhex(plain))]
        else:
            secrets.append(Secret("refresh key", key.encode()))
    secrets += [Secret("API key", key.encode())
                for key in [*world.sandbox.api_keys_of_before, world.sandbox.api_key]]
    secrets.append(Secret("webhook secret", world.sandbox.webhook_secret.encode()))
    secrets += [Secret("bootstrap token", token.encode()) for token in world.bootstrap_tokens]
    for key, owner in [(world.partner.storage_key, "the partner's"), *((one.storage_key, "a device's")
                                                                      for one in world.devices)]:
        secrets += [Secret(f"{owner} storage key", key.encode()), Secret(f"{owner} binary key", bytes.fromhex(key))]
    return secrets


def ask_for_everything(world: World) -> None:
    """Every output that describes a session, for people and for programs; it ends in the logs."""
    for device in world.devices:
        if not device.store.exists():
            continue
        for command in (("diagnostics",), ("explain",), ("status",), ("watch", "--seconds", "0"),
                        ("token", "--deadline-ms", "300")):
            for form in ((), ("--json",)):
                world.app.print_out(device, "--log", *form, *command)


def environment_of_an_app(world: World) -> bytes:
    """What the system shows of a running app's environment: the sealing key came that way and must be wiped."""
    running = world.app.open(world.device())
    shown = Path(f"/proc/{running.hello['pid']}/environ").read_bytes()
    running.quit()
    checks.holds("the environment can be read", b"CREDIT_BORROWER" in shown, "CREDIT_BORROWER", shown[:40])
    return shown


def check_the_search(secrets: list[Secret]) -> None:
    """A search that finds nothing proves something only if it would find."""
    for secret in secrets:
        for shape, text in encodings(secret.value).items():
            found = Needles([secret]).found_in(b"before " + text + b" after", "a probe")
            checks.holds("the search finds what is there", bool(found), f"{secret.name} as {shape}", "nothing")
        for offset in range(3):
            wrapped = base64.b64encode(b"x" * offset + secret.value + b"yy")
            checks.holds("the search finds base64", bool(Needles([secret]).found_in(wrapped, "a probe")),
                         f"{secret.name} at offset {offset}", "nothing")


def files_of_the_run(world: World) -> list[Path]:
    return [path for name in FOLDERS for path in sorted((world.folder / name).rglob("*")) if path.is_file()]


def no_secrets(world: World, sabotage: bool) -> Evidence:
    """sabotage: somebody logs an Authorization header in base64."""
    device = world.device()
    world.expired_token(device)
    checks.equal("a token is used", 200, world.call(device, "GET").get("status"))
    ask_for_everything(world)
    (world.logs / ARGUMENTS).write_text("\n".join(sorted(world.processes.argument_lists)), encoding="utf-8")
    environment = environment_of_an_app(world)
    secrets = all_secrets(world)
    planted = world.logs / "careless.log"
    if sabotage:
        planted.write_bytes(base64.b64encode(b"Authorization: Bearer " + secrets[0].value))
    try:
        check_the_search(secrets[:1] + secrets[-1:])
        needles = Needles(secrets)
        files = files_of_the_run(world)
        hits = [hit for path in files
                for hit in needles.found_in(path.read_bytes(), str(path.relative_to(world.folder)))]
        hits += [hit for path in files for hit in needles.found_in(str(path).encode(), "a file name")]
        hits += needles.found_in(environment, "the environment of an app")
    finally:
        planted.unlink(missing_ok=True)
    checks.holds("there was something to look for and at", len(secrets) > 8 and len(files) > 8,
                 "secrets and files", (len(secrets), len(files)))
    checks.equal("no secret anywhere", [], hits[:5])
    size = sum(path.stat().st_size for path in files)
    world.say(f"{len(secrets)} secrets in {len(encodings(b'x'))} spellings, {len(files)} files, "
              f"{size // 1024} KiB, {len(world.processes.argument_lists)} argument lists: none found")
    return {"secrets": len(secrets), "files": len(files), "bytes": size,
            "argument_lists": len(world.processes.argument_lists), "found": hits}
