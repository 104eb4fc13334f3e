"""The sample programs as the checks use them, and a page of a partner that shows the hosted page in a frame."""

from __future__ import annotations

import http.server
import threading
from typing import Any

from demo_steps.app import Device
from demo_steps.servers import call
from demo_steps.world import World

PARENT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>A partner's page</title>
<link rel="icon" href="data:,"><style>body{margin:0}iframe{width:100vw;height:100vh;border:0}</style>
<script>
window.messages = [];
addEventListener("message", (event) => messages.push({ origin: event.origin, data: event.data }));
addEventListener("DOMContentLoaded", () => { document.querySelector("iframe").src = decodeURIComponent(location.hash.slice(1)); });
</script><iframe title="Your loan" allow="camera; microphone"></iframe></html>"""


class ParentPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(PARENT)))
        self.end_headers()
        self.wfile.write(PARENT)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def parent_site() -> str:
    """Another site; gone with the process."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ParentPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Stage:
    def __init__(self, world: World) -> None:
        self.world = world
        self.sandbox = world.sandbox
        self.parent = parent_site()
        self.stranger = parent_site()
        self.sandbox.settings(journey_step_ms=300)
        self.sandbox.admin("/embed_domains", {"embed_domains": [self.parent]})

    @property
    def inspector_url(self) -> str:
        return str(self.sandbox.ready["inspector_url"])

    def embed_url(self, device: Device | None = None, journey_type: str = "PERSONAL_LOAN") -> str:
        """A fresh address of the hosted page for this device's user, from the partner's backend; of a new user if None."""
        device = device or self.world.fresh_device()
        reply = call(f"{self.world.partner.url}/api/credit/hosted-session", {"borrowerExternalID": device.borrower, "journeyType": journey_type},
                     ca_file=self.sandbox.ca_file, headers={"Authorization": f"Bearer {device.login}"})
        return str(reply["embedURL"])

    def exchanges(self) -> int:
        return sum(one["path"] == "/api/lab/exchange" for one in self.sandbox.ledger()["requests"])
