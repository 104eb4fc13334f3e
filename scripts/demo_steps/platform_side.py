"""The platform ends a session; the provider mints a new one for the same journey."""

from __future__ import annotations

from typing import Any

from . import checks
from .world import World

Evidence = dict[str, Any]
# The spread protects a provider from a whole fleet; here is one device, so it need not wait for others.
NO_SPREAD = ("--heal-spread-ms", "1")


def revoked_heals(world: World, sabotage: bool) -> Evidence:
    """sabotage: the partner's policy refuses this borrower."""
    device = world.device()
    world.expired_token(device)
    window = world.window()
    ended = world.sandbox.admin("/revoke", {"borrowerExternalID": device.borrower})["revoked"]
    checks.holds("the platform ended the session", ended >= 1, "at least one", ended)
    if sabotage:
        world.partner.admin("/config", {"policy_deny": [device.borrower]})
    token = world.app.run(device, "token", "--deadline-ms", "8000", *NO_SPREAD)
    checks.equal("a token of a new session", (True, "start"), (token["ok"], token.get("source", token.get("name"))))
    seen = window.read()
    verdicts = [one for one in seen.of("refresh") if one["status"] == 401]
    checks.equal("one verdict, no rotation", (1, 0), (len(verdicts), seen.rotations))
    checks.equal("the provider was asked exactly once", 1, seen.provider_asked)
    checks.equal("one session was made", 1, seen.sessions_made)
    checks.equal("the app sees an active session", "active", world.app.run_ok(device, "status")["state"])
    answer = world.call(device, "GET")
    checks.equal("the platform accepts the new session", 200, answer.get("status"))
    checks.equal("same journey", device.journey, world.app.run_ok(device, "journey")["journey_id"])
    again = world.app.run_ok(device, "token")
    checks.equal("the new token is stored", ("cache", token["fingerprint"]), (again["source"], again["fingerprint"]))
    checks.equal("the provider was asked exactly once", 1, window.read().provider_asked)
    world.say("revoked at the platform: one verdict, the provider asked once, the same journey")
    return seen.evidence() | {"journey": device.journey, "accepted_by": answer["request_id"],
                              "verdict": verdicts[0]["request_id"]}
