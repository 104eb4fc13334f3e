"""The platform (sandbox) and the partner's backend as processes, and their admin APIs."""

from __future__ import annotations

import json
import secrets
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from .checks import equal
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
        self.start()

    def start(self) -> None:
        """Again on the same port after a stop."""
        port = self.ready["url"].rsplit(":", 1)[1] if self.ready else "0"
        # The ready line hands the API key to whoever started the sandbox: it is read and not written to a log.
        self.launch([str(self._program), "--port", port, "--ca-dir", str(self.folder / "ca"),
                     "--db", str(self.folder / "platform.db"), "--session-ttl-ms", str(SESSION_TTL_MS)],
                    {"CREDIT_SANDBOX_API_KEYS": self.api_key}, keep_ready_line=False)

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

    def refresh_outside_the_sdk(self, refresh_token: str) -> None:
        """What a thief or a second client would do."""
        call(f"{self.url}/api/v1/headless/sessions/refresh", {}, ca_file=self.ca_file, headers={
            "Authorization": f"Bearer {refresh_token}", "Idempotency-Key": secrets.token_hex(16)})

    def back_to_normal(self) -> None:
        if self.child is None or self.child.poll() is not None:
            self.start()
        self.signal(signal.SIGCONT)
        self.admin("/faults", method="DELETE")
        self.release()
        self.settings(model="replay", session_ttl_ms=SESSION_TTL_MS)
        if self.api_key not in self.admin("/keys")["api_keys"]:
            self.admin("/keys", {"add": self.api_key})


class Partner(Server):
    """The partner's backend, with its own database and one app user for each borrower."""

    def __init__(self, processes: Processes, program: Path, folder: Path, sandbox: Sandbox,
                 users: dict[str, str]) -> None:
        super().__init__(processes, "partner-backend", folder)
        self.storage_key = secrets.token_hex(32)
        arguments = [str(program), "--ca-dir", str(sandbox.folder / "ca"), "--platform-ca-file", sandbox.ca_file,
                     "--db", str(folder / "partner.db"), "--shape", "timestamp", "--admin-port", "0"]
        for login, borrower in users.items():
            arguments += ["--user", f"{login}={borrower}"]
        self.launch(arguments, {"PLATFORM_BASE_URL": sandbox.url, "PLATFORM_API_KEY": sandbox.api_key,
                                "PARTNER_STORAGE_KEY": self.storage_key}, keep_ready_line=True)

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def counters(self) -> dict[str, int]:
        return {name: int(value) for name, value in self.admin("/counters").items()}

    def sessions_asked(self) -> int:
        return self.counters()["session_requests"]

    def back_to_normal(self) -> None:
        self.signal(signal.SIGCONT)
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
