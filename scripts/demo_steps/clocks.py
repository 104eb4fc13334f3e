"""A device clock that is off by years."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from . import checks
from .world import World

Evidence = dict[str, Any]
YEARS_5_MS = 5 * 365 * 24 * 3600 * 1000
CALLS_PER_CLOCK = 3
# R31: between boots only the wall clock tells a token's age. When it jumps, the life of the stored token is over or
# unknown to the device, and one refresh makes it known again; the calls after it, on the same clock, need none.
REFRESHES_PER_CLOCK = 1


def faketime_library() -> Path:
    """From libfaketime; the variant for programs with threads."""
    listed = subprocess.run(["dpkg", "-L", "libfaketime"], capture_output=True, text=True, check=False).stdout
    paths = [Path(line) for line in listed.splitlines()]
    paths += list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    found = [path for path in paths if path.name == "libfaketimeMT.so.1" and path.exists()]
    checks.holds("libfaketime is there", bool(found), "libfaketimeMT.so.1", "none")
    return found[0]


def legs() -> list[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Name, options and environment of each clock the app lives through; the right one comes last."""
    # A device's wall clock is wrong; its time since boot is not.
    whole = {"LD_PRELOAD": str(faketime_library()), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return [
        ("5 years ahead", ("--clock-offset-ms", str(YEARS_5_MS)), {}),
        ("5 years behind", ("--clock-offset-ms", str(-YEARS_5_MS)), {}),
        ("whole process 5 years ahead", (), whole | {"FAKETIME": "+5y"}),
        ("whole process 5 years behind", (), whole | {"FAKETIME": "-5y"}),
        ("right again", (), {}),
    ]


def wrong_clock(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform ends the session while the clock is wrong."""
    device = world.device()
    families = world.window().read().session_of(device.borrower)
    window = world.window()
    if sabotage:
        world.sandbox.admin("/revoke", {"borrowerExternalID": device.borrower})
    refreshes: dict[str, int] = {}
    for name, options, environment in legs():
        here = world.window()
        for _ in range(CALLS_PER_CLOCK):
            answer = world.app.run(device, "call", "GET", "/api/v1/headless/journeys", "--deadline-ms", "8000",
                                   *options, environment=environment)
            checks.equal(f"clock {name}: the call succeeds", (200, 0), (answer.get("status"), answer["exit_code"]))
            checks.equal("the session is the one of before", families,
                         world.window().read().session_of(device.borrower))
        refreshes[name] = len(here.read().of("refresh"))
        checks.holds(f"clock {name}: no loop", refreshes[name] <= REFRESHES_PER_CLOCK,
                     f"at most {REFRESHES_PER_CLOCK} refresh", refreshes[name])
        state = world.app.run_ok(device, "status", *options, environment=environment)["state"]
        checks.equal(f"clock {name}: still active", "active", state)
    seen = window.read()
    checks.equal("the provider was not asked", 0, seen.provider_asked)
    spent = ", ".join(f"{name}: {count}" for name, count in refreshes.items())
    world.say(f"nothing lost, nothing looped; refreshes: {spent}")
    return seen.evidence() | world.check_alive(device, seen) | {"refreshes": refreshes}
