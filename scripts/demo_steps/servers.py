"""The platform (sandbox) and the partner's backend as processes, and their admin APIs."""

from __future__ import annotations

import json
import os
import secrets
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .checks import equal, until
from .processes import Lines, Processes

REQUEST_SECONDS = 10.0
SESSION_TTL_MS = 30 * 60 * 1000
SHORT_TTL_MS = 1500  # long enough to arrive alive on a busy machine, short enough to wait for


def call(url: str, body: dict[str, Any] | None = None, method: str | None = None,
         headers: dict[str, str] | None = None, ca_file: str | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method or ("GET" if data is None else "POST"),
                                     headers={"Content-Type": "application/json"} | (headers or {}))
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    with urllib.request.urlopen(request, timeout=REQUEST_SECONDS, context=context) as reply:
        value = json.loads(reply.read() or b"{}")
    return value if isinstance(value, dict) else {}


class Server:
    """One server process; `ready` is the JSON line it prints when it listens."""

    def __init__(self, processes: Processes, name: str, folder: Path) -> None:
        self._processes = processes
        self.name = name
        self.folder = folder
        self.ready: dict[str, Any] = {}
        self.child: subprocess.Popen[str] | None = None

    def launch(self, arguments: list[str], environment: dict[str, str], keep_ready_line: bool) -> None:
        self.child, log = self._processes.spawn(self.name, arguments, environment, subprocess.DEVNULL, self.folder)
        assert self.child.stdout is not None
        lines = Lines(self.child.stdout, log, keep_ready_line)
        self.ready = lines.next_object(self.name)
        equal(f"{self.name} is ready", True, self.ready.get("ready"))

    def admin(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> dict[str, Any]:
        return call(f"{self.ready['admin_url']}{path}", body, method)

    def signal(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def stop(self) -> None:
        """In order, as a service manager does it; the port is closed afterwards."""
        self.signal(signal.SIGTERM)
        assert self.child is not None
        equal(f"{self.name} ends in order", 0, self.child.wait(REQUEST_SECONDS))


class Sandbox(Server):
    """The platform. Its database survives a restart; its API key goes through the environment only."""

    def __init__(self, processes: Processes, program: Path, folder: Path) -> None:
        super().__init__(processes, "sandbox", folder)
        self._program = program
        self.api_key = f"sk_test_{secrets.token_hex(20)}"
        self.api_keys_of_before: list[str] = []
        self.webhook_secret = f"whsec_{secrets.token_hex(20)}"
        self.start()

    def start(self) -> None:
        """Again on the same port after a stop."""
        port = self.ready["url"].rsplit(":", 1)[1] if self.ready else "0"
        # The ready line hands the API key to whoever started the sandbox: it is read and not written to a log.
        self.launch([str(self._program), "--port", port, "--ca-dir", str(self.folder / "ca"),
                     "--db", str(self.folder / "platform.db"), "--session-ttl-ms", str(SESSION_TTL_MS)],
                    {"CREDIT_SANDBOX_API_KEYS": self.api_key, "CREDIT_SANDBOX_WEBHOOK_SECRET": self.webhook_secret},
                    keep_ready_line=False)

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    @property
    def ca_file(self) -> str:
        return str(self.ready["ca_file"])

    def ledger(self, since: int = 0) -> dict[str, Any]:
        return self.admin(f"/ledger?since={since}")

    def fault(self, kind: str, route: str, **parameters: Any) -> None:
        self.admin("/faults", {"kind": kind, "route": route} | parameters)

    def held(self) -> int:
        return int(self.admin("/holds")["held"])

    def release(self) -> None:
        self.admin("/release", {})

    def settings(self, **values: Any) -> None:
        self.admin("/settings", values)

    def deliveries(self, journey: str) -> list[dict[str, Any]]:
        """What the platform has to tell of a journey, with every attempt to do so."""
        return [one for one in self.admin("/webhooks/deliveries")["deliveries"] if one["journeyID"] == journey]

    def refresh_outside_the_sdk(self, refresh_token: str) -> None:
        """What a thief or a second client would do."""
        call(f"{self.url}/api/v1/headless/sessions/refresh", {}, ca_file=self.ca_file, headers={
            "Authorization": f"Bearer {refresh_token}", "Idempotency-Key": secrets.token_hex(16)})

    def back_to_normal(self) -> None:
        if self.child is None or self.child.poll() is not None:
            self.start()
        self.signal(signal.SIGCONT)
        self.admin("/faults", method="DELETE")
        self.admin("/webhooks/faults", method="DELETE")
        self.release()
        self.admin("/clock", {"offset_ms": 0})
        self.settings(model="replay", session_ttl_ms=SESSION_TTL_MS)
        if self.api_key not in self.admin("/keys")["api_keys"]:
            self.admin("/keys", {"add": self.api_key})


class Partner(Server):
    """The partner's backend, with its own database and one app user for each borrower. Its API keys lie in a file that
    it reads again when it changes."""

    def __init__(self, processes: Processes, program: Path, folder: Path, sandbox: Sandbox,
                 users: dict[str, str]) -> None:
        super().__init__(processes, "partner-backend", folder)
        self.storage_key = secrets.token_hex(32)
        self._sandbox = sandbox
        self._keys_file = sandbox.folder / "partner-keys.json"
        self._arguments = [str(program), "--ca-dir", str(sandbox.folder / "ca"), "--platform-ca-file", sandbox.ca_file,
                           "--db", str(folder / "partner.db"), "--shape", "timestamp", "--admin-port", "0",
                           "--api-keys-file", str(self._keys_file), "--subscribe",
                           "--tenant-id", str(sandbox.ready["tenant_id"]),
                           "--application-id", str(sandbox.ready["application_id"])]
        for login, borrower in users.items():
            self._arguments += ["--user", f"{login}={borrower}"]
        self.write_keys({"key": sandbox.api_key})
        self.mode = ""
        self._asked_of_this = self._asked_of_others = 0
        self.start()

    def start(self, mode: str = "client") -> None:
        """Again on the same port after an end."""
        port = self.ready["url"].rsplit(":", 1)[1] if self.ready else "0"
        self._asked_of_others += self._asked_of_this
        self._asked_of_this = 0
        self.launch([*self._arguments, "--port", port, "--refresh-mode", mode],
                    {"PLATFORM_BASE_URL": self._sandbox.url, "PARTNER_STORAGE_KEY": self.storage_key,
                     "PARTNER_WEBHOOK_SECRETS": self._sandbox.webhook_secret}, keep_ready_line=True)
        self.mode = mode
        until("the partner is subscribed to webhooks", self._is_subscribed, "its address at the platform")

    def _is_subscribed(self) -> bool:
        applications = self._sandbox.admin("/webhooks")["applications"]
        return any(one["webhook_url"] == f"{self.url}/api/credit/webhooks" for one in applications)

    def write_keys(self, *keys: dict[str, str]) -> None:
        """As a secret store does it: a new file in the place of the old one."""
        fresh = self._keys_file.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            json.dump({"keys": list(keys)}, out)
        fresh.replace(self._keys_file)

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def counters(self) -> dict[str, int]:
        return {name: int(value) for name, value in self.admin("/counters").items()}

    def sessions_asked(self) -> int:
        """Over all processes of this backend; what came between the last look at one and its death is not counted."""
        if self.child is not None and self.child.poll() is None:
            self._asked_of_this = self.counters()["session_requests"]
        return self._asked_of_others + self._asked_of_this

    def journey(self, journey: str) -> dict[str, Any]:
        """What webhooks have told of it; empty when none came."""
        return next((one for one in self.admin("/journeys")["journeys"] if one["journeyID"] == journey), {})

    def audit(self, event: str, borrower: str) -> list[dict[str, Any]]:
        return [one for one in self.admin("/audit")["audit"] if one["event"] == event and one["actor"] == borrower]

    def hosted_session(self, login: str, borrower: str) -> dict[str, Any]:
        """As the app asks for the address of the hosted page."""
        return call(f"{self.url}/api/credit/hosted-session", {"borrowerExternalID": borrower},
                    headers={"Authorization": f"Bearer {login}"}, ca_file=self._sandbox.ca_file)

    def back_to_normal(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.signal(signal.SIGCONT)
            if self.mode != "client":
                self.sessions_asked()
                self.stop()
        self.write_keys({"key": self._sandbox.api_key})
        if self.child is None or self.child.poll() is not None:
            self.start()
        self.admin("/faults", method="DELETE")
        self.admin("/config", {"policy_deny": []})


def is_unreachable(url: str) -> bool:
    try:
        call(url)
    except urllib.error.HTTPError:
        return False
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        return isinstance(reason, ConnectionRefusedError)
    return False
