"""Everything a step can touch: fresh folders, the two servers, the app, the present device."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import checks
from .app import Answer, App, Device, wait_for_expiry
from .ledger import Seen, Window
from .processes import Processes, plain_environment
from .servers import SESSION_TTL_MS, SHORT_TTL_MS, Partner, Sandbox

JOURNEYS = "/api/v1/headless/journeys"
DEVICES = 64  # the partner's app users are fixed when it starts


class World:
    def __init__(self, folder: Path, programs: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self.say = say
        for name in ("logs", "stores", "temporary", "platform", "partner"):
            (folder / name).mkdir(mode=0o700)
        self.logs = folder / "logs"
        self.processes = Processes(self.logs, plain_environment(folder / "temporary"))
        self._users = {f"login-{secrets.token_hex(8)}": f"borrower-{number}" for number in range(1, DEVICES + 1)}
        self._unused = iter(self._users.items())
        self.devices: list[Device] = []
        self.bootstrap_tokens: list[str] = []  # each was handed out once
        try:
            self.sandbox = Sandbox(self.processes, programs / "credit-sandbox", folder / "platform")
            self.partner = Partner(self.processes, programs / "credit-partner-backend", folder / "partner",
                                   self.sandbox, self._users)
        except BaseException:
            self.processes.stop_all()
            raise
        self.app = App(self.processes, programs / "credit-cli", folder / "temporary", {
            "CREDIT_PLATFORM_URL": self.sandbox.url, "CREDIT_PARTNER_URL": self.partner.url,
            "CREDIT_CA_FILE": self.sandbox.ca_file})
        self._device: Device | None = None

    # ---- the device

    def fresh_device(self) -> Device:
        """Another borrower with an empty store."""
        login, borrower = next(self._unused)
        self._device = Device(borrower, login, self.folder / "stores" / f"{borrower}")
        self.devices.append(self._device)
        return self._device

    def forget_device(self) -> None:
        """The next step begins with another borrower: what a failed step left behind is not its business."""
        self._device = None

    def device(self) -> Device:
        """The present device, with a session."""
        device = self._device or self.fresh_device()
        if not device.journey:
            self.app.run_ok(device, "start")
            self.remember_journey(device)
        return device

    def remember_journey(self, device: Device) -> str:
        device.journey = str(self.app.run_ok(device, "journey")["journey_id"])
        return device.journey

    # ---- what steps do again and again

    def window(self) -> Window:
        return Window(self.sandbox, self.partner)

    def expired_token(self, device: Device, really: bool = True) -> Answer:
        """Gives the device a token with a short life, and waits until it is over. Without `really` it lives on."""
        running = self.app.open(device)
        # A token that was accepted and is refused later is no reason for the SDK to slow down (R29).
        running.ask_ok("call", "GET", JOURNEYS)
        generation = running.ask_ok("status")["generation"]
        self.sandbox.settings(session_ttl_ms=SHORT_TTL_MS if really else SESSION_TTL_MS)
        running.ask_ok("reject", str(generation))
        token = running.ask_ok("token", "--min-lifetime-ms", "1")
        running.quit()
        self.sandbox.settings(session_ttl_ms=SESSION_TTL_MS)
        if really:
            wait_for_expiry(int(token["expires_at_ms"]))
        return token

    def call(self, device: Device, method: str, *more: str) -> Answer:
        return self.app.run(device, "call", method, JOURNEYS, *more)

    def check_alive(self, device: Device, seen: Seen) -> dict[str, Any]:
        """The session of before, on the journey of before, and the platform accepts its token."""
        checks.equal("no session was made anew", 0, seen.sessions_made)
        checks.equal("no reuse verdict", 0, seen.reuse_verdicts)
        answer = self.call(device, "GET")
        checks.equal("the platform accepts the token", 200, answer.get("status"))
        checks.equal("same journey", device.journey, self.app.run_ok(device, "journey")["journey_id"])
        return {"journey": device.journey, "accepted_by": answer["request_id"]}

    # ---- between and after steps

    def back_to_normal(self) -> None:
        self.sandbox.back_to_normal()
        self.partner.back_to_normal()

    def close(self) -> None:
        self.processes.stop_all()
