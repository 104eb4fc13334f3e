"""A process that dies at the worst moment, and two that want the same thing at once."""

from __future__ import annotations

import signal
from typing import Any

from . import checks
from .app import Device
from .world import JOURNEYS, World

Evidence = dict[str, Any]


def wait_for_held_refresh(world: World) -> None:
    """The platform has rotated and keeps its reply back."""
    checks.until("the platform holds the reply of a refresh", lambda: world.sandbox.held() == 1, "one held reply")


def lost_reply_kill(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform does not replay; a refresh token seen twice ends the session (strict_family)."""
    device = world.device()
    old = world.expired_token(device)
    families = world.window().read().session_of(device.borrower)
    if sabotage:
        world.sandbox.settings(model="strict_family")
    window = world.window()
    world.sandbox.fault("hold", "refresh", count=1)
    victim = world.app.open(device)
    victim.send("token")
    wait_for_held_refresh(world)
    checks.equal("the platform has rotated", (1, 0), (window.read().rotations, window.read().replays))
    checks.equal("the app was killed", -signal.SIGKILL, victim.kill())
    world.sandbox.release()
    world.say(f"the platform rotated, its reply was lost, SIGKILL for process {victim.hello['pid']}")

    new = world.app.run_ok(device, "token")
    seen = window.read()
    checks.equal("one rotation", 1, seen.rotations)
    checks.equal("one replay", 1, seen.replays)
    checks.equal("no reuse verdict", 0, seen.reuse_verdicts)
    keys = {one["idempotency_key"] for one in seen.of("refresh")}
    checks.equal("both refreshes have the same idempotency key", 1, len(keys))
    checks.equal("the token is the successor", ("refresh", old["generation"] + 1), (new["source"], new["generation"]))
    checks.equal("the session is the one of before", families, seen.session_of(device.borrower))
    checks.equal("the provider was not asked", 0, seen.provider_asked)
    world.say("restarted: the stored key brought the stored reply, the session goes on")
    return seen.evidence() | world.check_alive(device, seen) | {"killed": victim.hello["pid"]}


def two_processes(world: World, sabotage: bool) -> Evidence:
    """sabotage: the second process has a store of its own."""
    device = world.device()
    world.expired_token(device)
    other = Device(device.borrower, device.login, device.store, device.storage_key, device.journey)
    if sabotage:
        other.store = device.store.with_name(f"{device.store.name}-second")
        world.app.run_ok(other, "start")
    window = world.window()
    world.sandbox.fault("hold", "refresh", count=1)
    pair = first, second = [world.app.open(one) for one in (device, other)]
    ids = [f"process-{one.hello['pid']}-in-the-demo" for one in pair]
    first.send("call", "GET", JOURNEYS, "--correlation-id", ids[0])
    wait_for_held_refresh(world)
    # The first has a refresh under way. The second wants a token now and must not send a refresh of its own.
    waiting = second.ask("token", "--deadline-ms", "500")
    checks.equal("the second process waits for the first", (False, "deadline"), (waiting["ok"], waiting.get("name")))
    checks.equal("meanwhile one refresh is out", 1, len(window.read().of("refresh")))
    second.send("call", "GET", JOURNEYS, "--correlation-id", ids[1])
    second.wait_until_taken()
    world.sandbox.release()
    answers = [process.answer() for process in pair]
    checks.equal("both calls succeed", [200, 200], [one.get("status") for one in answers])
    seen = window.read()
    calls = [one for one in seen.of("journeys") if one["correlation_id"] in ids]
    checks.equal("both correlation ids are in the window", sorted(ids), sorted(one["correlation_id"] for one in calls))
    checks.equal("both calls used one token", 1, len({one["token_id"] for one in calls}))
    checks.equal("exactly one rotation", (1, 0, 0), (seen.rotations, seen.replays, seen.reuse_verdicts))
    tokens = [process.ask_ok("token") for process in pair]
    checks.equal("equal tokens", 1, len({(one["fingerprint"], one["generation"]) for one in tokens}))
    for process in pair:
        process.quit()
    world.say("two processes, one expired token, one rotation, equal tokens")
    return seen.evidence() | world.check_alive(device, seen) | {
        "correlation_ids": ids, "fingerprint": tokens[0]["fingerprint"]}
