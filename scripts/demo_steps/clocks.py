"""A device clock that is off by years."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from . import checks
from .app import Device
from .world import JOURNEYS, World

Evidence = dict[str, Any]
YEARS_5_MS = 5 * 365 * 24 * 3600 * 1000
CALLS_PER_CLOCK = 3
CLOCK_WRONG = 3006
EXIT_NETWORK = 5
# The trial clock is a boot of its own to the SDK. R31: between boots only the wall clock tells a token's age. When it
# jumps, the life of the stored token is over or unknown to the device, and one refresh makes it known again; the calls
# after it, on the same clock, need none. Under libfaketime the boot stays the same, so its clock tells the age.
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
    """Name, options and environment of each clock the app lives through, the right one between wrong ones."""
    right: tuple[str, tuple[str, ...], dict[str, str]] = ("right", (), {})
    return [
        ("5 years ahead", ("--clock-offset-ms", str(YEARS_5_MS)), {}), right,
        ("5 years behind", ("--clock-offset-ms", str(-YEARS_5_MS)), {}), right,
        ("whole process 5 years ahead", (), whole_process("+5y")), right,
        ("whole process 5 years behind", (), whole_process("-5y")), right,
    ]


def whole_process(offset: str) -> dict[str, str]:
    """TLS, storage and everything else see the wrong time. A device's time since boot is right all the same."""
    return {"LD_PRELOAD": str(faketime_library()), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def check_beyond_certificates(world: World, device: Device) -> int:
    """Before every certificate was issued TLS cannot work (R32): its own code, and the session waits. It also proves
    that the whole process, not only the SDK's clock port, has the wrong time."""
    answer = world.app.run(device, "call", "GET", JOURNEYS, environment=whole_process("-15y"))
    checks.equal("15 years behind: TLS fails with its own code", (CLOCK_WRONG, EXIT_NETWORK),
                 (answer.get("code"), answer["exit_code"]))
    checks.equal("15 years behind: still active", "active",
                 world.app.run_ok(device, "status", environment=whole_process("-15y"))["state"])
    return CLOCK_WRONG


def wrong_clock(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform ends the session while the clock is wrong."""
    device = world.device()
    families = world.window().read().session_of(device.borrower)
    window = world.window()
    if sabotage:
        world.sandbox.admin("/revoke", {"borrowerExternalID": device.borrower})
    refreshes: list[str] = []
    for name, options, environment in legs():
        here = world.window()
        for _ in range(CALLS_PER_CLOCK):
            answer = world.app.run(device, "call", "GET", JOURNEYS, "--deadline-ms", "4000", *options,
                                   environment=environment)
            checks.equal("the session is the one of before", families,
                         world.window().read().session_of(device.borrower))
            checks.equal(f"clock {name}: the call succeeds", (200, 0), (answer.get("status"), answer["exit_code"]))
        spent = len(here.read().of("refresh"))
        refreshes.append(f"{name} {spent}")
        checks.holds(f"clock {name}: no loop", spent <= REFRESHES_PER_CLOCK,
                     f"at most {REFRESHES_PER_CLOCK} refresh", spent)
        state = world.app.run_ok(device, "status", *options, environment=environment)["state"]
        checks.equal(f"clock {name}: still active", "active", state)
    beyond = check_beyond_certificates(world, device)
    seen = window.read()
    checks.equal("the provider was not asked", 0, seen.provider_asked)
    world.say(f"nothing lost, nothing looped; refreshes by clock: {', '.join(refreshes)}")
    return seen.evidence() | world.check_alive(device, seen) | {"refreshes": refreshes, "before_certificates": beyond}
