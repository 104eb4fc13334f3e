"""The steps by name, in order, and which check has to notice each sabotage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import checkout, clocks, crashes, doctor, ending, everyday, outages, partner_side, platform_side, secrecy
from .world import World


@dataclass(frozen=True)
class Step:
    run: Callable[[World, bool], dict[str, Any]]
    noticed_by: str  # the check that fails when the premise is broken

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def sabotage(self) -> str:
        return (self.run.__doc__ or "").removeprefix("sabotage:").strip().rstrip(".")


STEPS = [
    Step(everyday.start, "start succeeds"),
    Step(everyday.cached_token, "the token comes from the store"),
    Step(everyday.expiry_refresh, "exactly one rotation"),
    Step(everyday.single_flight, "exactly one rotation"),
    Step(everyday.unauthorized_once, "the call succeeds in the end"),
    Step(crashes.lost_reply_kill, "one replay"),
    Step(crashes.two_processes, "the second process waits for the first"),
    Step(platform_side.revoked_heals, "a token of a new session"),
    Step(partner_side.webhook_verified, "the partner knows the journey's state"),
    Step(partner_side.key_rotation, "the session in flight is created"),
    Step(partner_side.backend_managed, "the refresh came again and was replayed"),
    Step(partner_side.resume_tomorrow, "the same journey is resumed"),
    Step(checkout.checkout_once, "the hosted page opens"),
    Step(doctor.doctor, "the level is what the platform grants"),
    Step(clocks.wrong_clock, "the session is the one of before"),
    Step(outages.offline, "a call fails with a network code"),
    Step(outages.storage_locked, "token fails because the store is locked"),
    Step(ending.end, "the late reply is ignored"),
    Step(secrecy.no_secrets, "no secret anywhere"),
]
NAMES = [step.name for step in STEPS]
