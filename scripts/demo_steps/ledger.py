"""A stretch of the platform's ledger: what really happened between two moments."""

from __future__ import annotations

from typing import Any

from .servers import Partner, Sandbox

Request = dict[str, Any]
Token = dict[str, Any]


class Window:
    """Opened by a step before it acts; `read` takes everything the platform did since."""

    def __init__(self, sandbox: Sandbox, partner: Partner) -> None:
        self._sandbox = sandbox
        self._partner = partner
        requests = sandbox.ledger()["requests"]
        self._since = int(requests[-1]["seq"]) if requests else 0
        self._asked = partner.sessions_asked()

    def read(self) -> "Seen":
        return Seen(self._sandbox.ledger(self._since), self._partner.sessions_asked() - self._asked)


class Seen:
    def __init__(self, ledger: dict[str, Any], provider_asked: int) -> None:
        self.requests: list[Request] = ledger["requests"]
        self.tokens: list[Token] = ledger["tokens"]
        self.sessions: list[dict[str, Any]] = ledger["sessions"]
        self.provider_asked = provider_asked

    def of(self, route: str, method: str | None = None) -> list[Request]:
        return [one for one in self.requests if one["route"] == route and method in (None, one["method"])]

    def with_effect(self, effect: str, route: str = "refresh") -> list[Request]:
        return [one for one in self.of(route) if one["effect"] == effect]

    @property
    def rotations(self) -> int:
        return len(self.with_effect("rotation"))

    @property
    def replays(self) -> int:
        return len(self.with_effect("replay"))

    @property
    def reuse_verdicts(self) -> int:
        return len(self.with_effect("reuse"))

    @property
    def sessions_made(self) -> int:
        return len(self.with_effect("create", "sessions")) + len(self.with_effect("resume", "sessions"))

    def session_of(self, borrower: str) -> list[tuple[str, str]]:
        """Families of tokens of a borrower and their states; one active family is one session that lives on."""
        return [(str(one["family"]), str(one["state"])) for one in self.sessions
                if one["borrowerExternalID"] == borrower]

    def token(self, number: Any) -> Token:
        return next(one for one in self.tokens if one["id"] == number)

    def live_refresh_token(self, borrower: str) -> str:
        return str([one for one in self.tokens if one["borrowerExternalID"] == borrower
                    and one["kind"] == "refresh" and one["state"] == "active"][-1]["token"])

    def evidence(self) -> dict[str, Any]:
        """Ids and counts only: no token, and no idempotency key of a refresh."""
        return {
            "ledger": [one["seq"] for one in self.requests],
            "request_ids": [one["request_id"] for one in self.requests],
            "rotations": self.rotations,
            "replays": self.replays,
            "reuse_verdicts": self.reuse_verdicts,
            "verdicts": [f"{one['route']} {one['status']} {one['effect']}" for one in self.requests],
            "provider_asked": self.provider_asked,
        }
