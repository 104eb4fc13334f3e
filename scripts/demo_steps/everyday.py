"""What happens all day: start, use, renew, and a platform that refuses a token."""

from __future__ import annotations

import shutil
import signal
import stat
from typing import Any

from . import checks
from .world import World

Evidence = dict[str, Any]


def start(world: World, sabotage: bool) -> Evidence:
    """sabotage: the partner's API key was revoked at the platform."""
    device = world.fresh_device()
    window = world.window()
    if sabotage:
        world.sandbox.admin("/keys", {"revoke": world.sandbox.api_key})
    answer = world.app.run_ok(device, "start")
    checks.equal("the session is active", ("active", 1), (answer["state"], answer["generation"]))
    seen = window.read()
    checks.equal("the provider was asked once", 1, seen.provider_asked)
    checks.equal("one session was created", 1, len(seen.with_effect("create", "sessions")))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [device.store, *device.store.iterdir()]}
    checks.equal("the folder is private", 0o700, modes.pop(device.store.name))
    checks.equal("the files are private", {0o600}, set(modes.values()))
    world.remember_journey(device)
    world.say(f"{device.borrower} has a session and the journey {device.journey}")
    return seen.evidence() | {"journey": device.journey}


def cached_token(world: World, sabotage: bool) -> Evidence:
    """sabotage: the folder with the stored session is gone."""
    device = world.device()
    before = world.app.run_ok(device, "token")
    window = world.window()
    counters = world.partner.counters()
    if sabotage:
        shutil.rmtree(device.store)
    # Both servers stand still: whoever asked them now would wait in vain.
    for server in (world.sandbox, world.partner):
        server.signal(signal.SIGSTOP)
    try:
        answers = [world.app.run(device, "token", "--deadline-ms", "3000") for _ in range(5)]
    finally:
        for server in (world.sandbox, world.partner):
            server.signal(signal.SIGCONT)
    for answer in answers:
        checks.equal("the token comes from the store", (True, "cache", before["fingerprint"]),
                     (answer["ok"], answer.get("source"), answer.get("fingerprint")))
    seen = window.read()
    checks.equal("no request reached the platform", [], seen.requests)
    checks.equal("no request reached the partner", counters, world.partner.counters())
    world.say("5 processes got the stored token while both servers stood still")
    return seen.evidence() | {"processes": len(answers), "generation": before["generation"]}


def expiry_refresh(world: World, sabotage: bool) -> Evidence:
    """sabotage: the token is not expired."""
    device = world.device()
    old = world.expired_token(device, really=not sabotage)
    window = world.window()
    new = world.app.run_ok(device, "token")
    seen = window.read()
    checks.equal("exactly one rotation", (1, 0), (seen.rotations, seen.replays))
    checks.equal("one request in all", 1, len(seen.requests))
    checks.equal("the token is new", ("refresh", old["generation"] + 1), (new["source"], new["generation"]))
    checks.holds("the token differs", old["fingerprint"] != new["fingerprint"], "another fingerprint", "the same")
    again = world.app.run_ok(device, "token")
    checks.equal("the new token is stored", ("cache", new["fingerprint"]), (again["source"], again["fingerprint"]))
    world.say(f"generation {old['generation']} expired, one rotation brought generation {new['generation']}")
    return seen.evidence() | world.check_alive(device, seen)


def single_flight(world: World, sabotage: bool) -> Evidence:
    """sabotage: somebody else refreshes with the session's refresh token, too."""
    device = world.device()
    world.expired_token(device)
    window = world.window()
    answer = world.app.run_ok(device, "token", "--concurrency", "1000")
    if sabotage:
        world.sandbox.refresh_outside_the_sdk(window.read().live_refresh_token(device.borrower))
    seen = window.read()
    checks.equal("1,000 callers have a token", (1000, 1000, 0),
                 (answer["calls"], answer["succeeded"], answer["failed"]))
    checks.equal("all have the same token", 1, answer["tokens_distinct"])
    checks.equal("exactly one rotation", (1, 0), (seen.rotations, seen.replays))
    checks.equal("one request in all", 1, len(seen.requests))
    world.say(f"1,000 callers, 1 rotation, 1 token, {answer['elapsed_ms']} ms")
    return seen.evidence() | world.check_alive(device, seen) | {"callers": 1000, "elapsed_ms": answer["elapsed_ms"]}


def unauthorized_once(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform refuses the renewed token as well."""
    device = world.device()
    checks.equal("the token is accepted before", 200, world.call(device, "GET").get("status"))
    world.sandbox.admin("/revoke_session_tokens", {"borrowerExternalID": device.borrower})
    if sabotage:
        world.sandbox.fault("unauthorized", "journeys", count=4)
    window = world.window()
    answer = world.call(device, "POST", '{"type":"PERSONAL_LOAN"}')
    seen = window.read()
    checks.equal("the call succeeds in the end", (True, 201), (answer["ok"], answer.get("status")))
    course = [(one["method"], one["route"], one["status"]) for one in seen.requests]
    checks.equal("401, one refresh, one repeat",
                 [("POST", "journeys", 401), ("POST", "refresh", 200), ("POST", "journeys", 201)], course)
    first, _, repeat = seen.requests
    checks.holds("the call has an idempotency key", bool(first["idempotency_key"]), "a key", "none")
    checks.equal("same idempotency key", first["idempotency_key"], repeat["idempotency_key"])
    checks.equal("same correlation id", first["correlation_id"], repeat["correlation_id"])
    checks.equal("exactly one journey was created", 1, len(seen.with_effect("create", "journeys")))
    checks.equal("exactly one rotation", (1, 0), (seen.rotations, seen.replays))
    checks.equal("two attempts", 2, answer["attempts"])
    world.say("401, one refresh, one repeat with the same idempotency key, one journey created")
    return seen.evidence() | world.check_alive(device, seen) | {"correlation_id": first["correlation_id"]}
