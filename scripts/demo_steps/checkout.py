"""The hosted page: a URL that opens it once."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
from typing import Any

from . import checks
from .servers import call
from .world import World

Evidence = dict[str, Any]


def open_page(world: World, url: str) -> int:
    """The first thing the page does: it spends the token of its address. The HTTP status."""
    page, _, token = url.partition("#")
    scope = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page).query))
    body = {"bootstrapToken": token, "tenantID": scope["tenant_id"], "applicationID": scope["application_id"],
            "borrowerProviderID": scope["borrower_provider_id"], "journeyType": scope["journey_type"]}
    try:
        call(f"{world.sandbox.url}/api/lab/exchange", body, ca_file=world.sandbox.ca_file)
        return 200
    except urllib.error.HTTPError as refused:
        return refused.code


def checkout_once(world: World, sabotage: bool) -> Evidence:
    """sabotage: somebody else opened the page with the same URL before."""
    device = world.device()
    reply = world.partner.hosted_session(device.login, device.borrower)
    hosted = world.sandbox.url
    elsewhere = f"{hosted}.example.com/"
    if sabotage:
        open_page(world, str(reply["embedURL"]))
    answer = world.app.run_unlogged(
        device, json.dumps(reply), "checkout", "--raw", "--navigate", f"{hosted}/lab/embed", "--navigate", elsewhere,
        "--navigate", "javascript:alert(1)", "--event-origin", hosted, "--event",
        json.dumps({"type": "aarthik-labs:open-external", "external_url": "https://lender.example/"}))
    checks.equal("the app takes the URL", "ok", answer["taken"])
    checks.equal("there is no second time", "checkout_taken", answer["taken_again"])
    checks.equal("the view stays at the hosted page", [True, False, False],
                 [one["allowed"] for one in answer["navigations"]])
    checks.equal("the page's message is read", ("open_external", True), (answer["event"], answer["has_external_url"]))
    checks.equal("the hosted page opens", 200, open_page(world, answer["url"]))
    checks.equal("the URL opens it once", 401, open_page(world, answer["url"]))
    world.say("the page opened once; the same URL was refused by the SDK and by the platform")
    return {"taken": answer["taken"], "taken_again": answer["taken_again"]}
