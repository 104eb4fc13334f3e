"""What the doctor finds out about a platform, under three ways to treat a spent refresh token."""

from __future__ import annotations

from typing import Any

from . import checks
from .world import World

Evidence = dict[str, Any]
LEVELS = {"replay": "replay", "grace_same": "grace", "strict_family": "heal only"}


def doctor(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform treats every spent token as reuse, whatever it claims."""
    device = world.device()
    spare = world.fresh_device()
    found: dict[str, str] = {}
    for model in LEVELS:
        world.sandbox.settings(model="strict" if sabotage else model)
        answer = world.app.run_ok(
            device, "doctor", "--probe-seconds", "150",
            environment={"CREDIT_DOCTOR_CLOCK_URL": f"{world.sandbox.ready['admin_url']}/clock",
                         "CREDIT_DOCTOR_BORROWER": spare.borrower,
                         "CREDIT_DOCTOR_AUTH": f"Bearer {spare.login}"})
        world.sandbox.admin("/clock", {"offset_ms": 0})
        found[model] = str(answer["crash_safety"])
    checks.equal("the level is what the platform grants", LEVELS, found)
    checks.equal("the app's session is as before", 200, world.call(device, "GET").get("status"))
    checks.equal("same journey", device.journey, world.app.run_ok(device, "journey")["journey_id"])
    world.say(", ".join(f"{model}: {level}" for model, level in found.items()))
    return {"levels": found}
