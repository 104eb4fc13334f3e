"""Signing out: at once, for good, for every process."""

from __future__ import annotations

from typing import Any

from . import checks
from .crashes import wait_for_held_refresh
from .needles import Needles
from .world import JOURNEYS, World

Evidence = dict[str, Any]
SESSION_ENDED = 2002
EXIT_NEEDS_NEW_SESSION = 4


def slots(files: dict[str, tuple[int, int, bytes]]) -> dict[str, bytes]:
    return {name: content for name, (_, _, content) in files.items() if name.endswith((".a", ".b"))}


def end(world: World, sabotage: bool) -> Evidence:
    """sabotage: the app only closes the session."""
    device = world.device()
    world.expired_token(device)
    bystander = world.app.open(device)
    bystander.ask_ok("wait-state", "loaded")
    running = world.app.open(device)
    running.ask_ok("wait-state", "loaded")
    window = world.window()
    world.sandbox.fault("hold", "refresh", count=1)
    # The caller leaves early; the refresh belongs to the SDK and is still out when the session ends (R18).
    impatient = running.ask("token", "--deadline-ms", "1000")
    checks.equal("the caller did not wait", "deadline", impatient.get("name"))
    wait_for_held_refresh(world)
    rotated = window.read()
    before = device.files()
    if sabotage:
        running.send("close")  # waits for the reply that the platform holds
        world.sandbox.release()
        running.answer()
    else:
        running.ask_ok("end")
        world.sandbox.release()
    checks.until("the late reply was delivered", lambda: world.sandbox.held() == 0, "no held reply")
    running.ask_ok("open")
    running.ask_ok("wait-state", "loaded")
    after_late_reply = running.ask("token", "--deadline-ms", "8000")
    checks.equal("the late reply is ignored", SESSION_ENDED, after_late_reply.get("code"))
    running.quit()
    world.say("ended with a refresh under way; its reply came late and changed nothing")

    # Another process that had the session open, and one that starts afterwards.
    checks.equal("the other process notices", SESSION_ENDED, bystander.ask("token").get("code"))
    checks.equal("its call does not leave", SESSION_ENDED, bystander.ask("call", "GET", JOURNEYS).get("code"))
    bystander.quit()
    restarted = world.app.run(device, "token")
    checks.equal("does not come back after a restart", (SESSION_ENDED, EXIT_NEEDS_NEW_SESSION),
                 (restarted.get("code"), restarted["exit_code"]))
    status = world.app.run_ok(device, "status")
    checks.equal("the state says why", ("no_session", "session_ended"), (status["state"], status["reason"]))

    seen = window.read()
    checks.equal("nobody tried to bring it back", (rotated.requests, 0), (seen.requests, seen.provider_asked))
    after = device.files()
    untouched = [name for name, content in slots(before).items() if slots(after).get(name) == content]
    checks.equal("both slots were written over", (2, []), (len(slots(after)), untouched))
    facts = world.app.run_ok(device, "diagnostics")["diagnostics"]
    checks.equal("the record holds no pair", (-1, -1),
                 (facts["session_expires_at_ms"], facts["refresh_expires_at_ms"]))
    needles = Needles.of_tokens(seen.tokens)
    found = [hit for name, (_, _, content) in after.items() for hit in needles.found_in(content, name)]
    checks.equal("no secret in the store", [], found)
    world.say("no secret in the store, no way back, and the other process knows")
    world.forget_device()
    return seen.evidence() | {"tombstone": status["reason"], "tokens_looked_for": len(seen.tokens)}
