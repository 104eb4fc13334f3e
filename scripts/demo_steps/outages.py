"""No network, and a store that is locked: neither signs a borrower out."""

from __future__ import annotations

from typing import Any

from . import checks
from .servers import is_unreachable
from .world import JOURNEYS, World

Evidence = dict[str, Any]
NETWORK_CODES = range(3000, 4000)
STORAGE_LOCKED = 5001
EXIT_STORAGE = 7


def offline(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform stays reachable."""
    device = world.device()
    before = world.app.run_ok(device, "token")
    window = world.window()
    running = world.app.open(device)
    running.ask_ok("wait-state", "settled")
    if not sabotage:
        world.sandbox.stop()
        checks.holds("the port is closed", is_unreachable(world.sandbox.url), "connection refused", "something else")
    served = running.ask_ok("token")
    checks.equal("the live token is served", ("cache", before["fingerprint"]),
                 (served["source"], served["fingerprint"]))
    call = running.ask("call", "GET", JOURNEYS)
    checks.holds("a call fails with a network code", call.get("code") in NETWORK_CODES, "3xxx", call.get("code"))
    checks.equal("still active after the call", "active", running.ask_ok("status")["state"])
    # A token that was refused has to be renewed, and that cannot work now.
    running.ask_ok("reject", str(before["generation"]))
    failed = running.ask("token")
    checks.holds("a refresh fails with a network code", failed.get("code") in NETWORK_CODES, "3xxx",
                 failed.get("code"))
    checks.equal("it says that trying again helps", (1, 0),
                 (int(failed["retryable"]), int(failed["needs_new_session"])))
    state = running.ask_ok("status")
    checks.equal("still active, and offline", ("active", True), (state["state"], "offline" in state["properties"]))
    checks.equal("another process is active, too", "active", world.app.run_ok(device, "status")["state"])

    world.sandbox.start()
    running.ask_ok("notify", "network")
    new = running.ask_ok("token")
    running.quit()
    seen = window.read()
    checks.equal("back again: one rotation", (1, 0), (seen.rotations, seen.reuse_verdicts))
    checks.equal("the token is the successor", before["generation"] + 1, new["generation"])
    checks.equal("the provider was not asked", 0, seen.provider_asked)
    world.say(f"offline: active, token served, refresh failed with {failed['name']}; back: one rotation")
    return seen.evidence() | world.check_alive(device, seen) | {"refresh_failed_with": failed["code"]}


def storage_locked(world: World, sabotage: bool) -> Evidence:
    """sabotage: the sealing key can be had all the time."""
    device = world.device()
    before = world.app.run_ok(device, "token")
    lock = world.folder / "temporary" / "key-is-locked"
    if not sabotage:
        lock.touch()
    locked = ("--storage-fault", "key-locked", "--storage-fault-until-gone", str(lock))
    files = device.files()
    window = world.window()
    for words in (["token"], ["call", "GET", JOURNEYS], ["start"]):
        answer = world.app.run(device, *words, *locked)
        checks.equal(f"{words[0]} fails because the store is locked", (STORAGE_LOCKED, EXIT_STORAGE, True),
                     (answer.get("code"), answer["exit_code"], answer.get("retryable")))
        checks.equal(f"{words[0]} asks for no new session", False, answer["needs_new_session"])
    running = world.app.open(device, *locked)
    checks.equal("the state says so", "storage_locked", running.ask_ok("wait-state", "loaded")["state"])
    checks.equal("nothing was written or deleted", files, device.files())
    checks.equal("nobody was asked", ([], 0), (window.read().requests, window.read().provider_asked))
    lock.unlink(missing_ok=True)
    running.ask_ok("notify", "unlocked")
    token = running.ask_ok("token")
    checks.equal("the session is back", (before["fingerprint"], before["generation"]),
                 (token["fingerprint"], token["generation"]))
    checks.equal("the state is back", "active", running.ask_ok("status")["state"])
    running.quit()
    seen = window.read()
    checks.equal("still nobody was asked", ([], 0), (seen.requests, seen.provider_asked))
    world.say("locked: nothing deleted, nobody signed out; unlocked: the same token")
    return seen.evidence() | world.check_alive(device, seen) | {"code": STORAGE_LOCKED, "files": sorted(files)}
