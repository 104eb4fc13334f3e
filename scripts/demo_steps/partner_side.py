"""The partner's backend: what it believes, how it changes its keys, how it keeps refresh tokens, how it resumes."""

from __future__ import annotations

import json
import secrets
import signal
import time
import urllib.error
from typing import Any
from urllib.parse import urlsplit

from . import checks
from .servers import call
from .world import JOURNEYS, World

Evidence = dict[str, Any]
BACKEND = ("--refresh-route", "backend")
A_DAY_MS = 26 * 60 * 60 * 1000
PATIENCE_SECONDS = 4.0


def answer_to_a_forgery(world: World, body: str) -> int:
    """A stranger has the address and the bytes of an event, but not the secret."""
    forged = {"X-AL-Webhook-Timestamp": str(int(time.time())), "X-AL-Webhook-Signature": secrets.token_hex(32)}
    try:
        call(f"{world.partner.url}/api/credit/webhooks", json.loads(body), headers=forged,
             ca_file=world.sandbox.ca_file)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def nothing_is_due(world: World) -> bool:
    soon = world.sandbox.admin("/clock")["now_ms"] + 60_000
    return not any(one["state"] == "pending" and one["due_at_ms"] < soon
                   for one in world.sandbox.admin("/webhooks/deliveries")["deliveries"])


def webhook_verified(world: World, sabotage: bool) -> Evidence:
    """sabotage: somebody else than the platform signs."""
    device = world.device()
    checks.until("nothing is left to deliver", lambda: nothing_is_due(world), "no delivery that is due", 20.0)
    window = world.window()
    fault = "wrong_signature" if sabotage else "duplicate"
    world.sandbox.admin("/webhooks/faults", {"kind": fault, "count": 50 if sabotage else 1})
    counters = world.partner.counters()
    known = {one["event_id"] for one in world.sandbox.deliveries(device.journey)}
    world.sandbox.admin("/journeys", {"journeyID": device.journey, "status": "OFFERS_AVAILABLE"})
    checks.until("the partner knows the journey's state",
                 lambda: world.partner.journey(device.journey).get("status") == "OFFERS_AVAILABLE",
                 "OFFERS_AVAILABLE", PATIENCE_SECONDS)

    def first() -> dict[str, Any]:
        return next(one for one in world.sandbox.deliveries(device.journey) if one["event_id"] not in known)

    checks.until("the platform delivered it twice", lambda: len(first()["attempts"]) == 2, "two attempts")
    checks.equal("both deliveries were acknowledged", [200, 200], [one["status"] for one in first()["attempts"]])
    checks.equal("the partner took in two deliveries", counters["webhooks_accepted"] + 2,
                 world.partner.counters()["webhooks_accepted"])
    once = world.partner.journey(device.journey)
    checks.equal("of one event", first()["sequence"], once["sequence"])

    # Newest first on the wire: the older one must change nothing.
    world.sandbox.admin("/webhooks/faults", {"kind": "disorder", "count": 2})
    for status in ("OFFER_SELECTED", "KYC_PENDING"):
        world.sandbox.admin("/journeys", {"journeyID": device.journey, "status": status})
    checks.until("all deliveries arrived", lambda: all(
        one["state"] == "delivered" for one in world.sandbox.deliveries(device.journey)), "state delivered")
    deliveries = [one for one in world.sandbox.deliveries(device.journey) if one["event_id"] not in known]
    latest = deliveries[-1]
    kept = world.partner.journey(device.journey)
    checks.equal("the newest snapshot is kept", ("KYC_PENDING", latest["sequence"]), (kept["status"], kept["sequence"]))
    refused = world.partner.counters()["webhooks_refused"]
    checks.equal("a forged one is refused", 401, answer_to_a_forgery(world, latest["body"]))
    checks.equal("and counted", refused + 1, world.partner.counters()["webhooks_refused"])
    checks.equal("a forged one changes nothing", kept, world.partner.journey(device.journey))
    world.say(f"{len(deliveries)} events, one twice, two in disorder, one forged: the partner has the platform's state")
    seen = window.read()
    return seen.evidence() | world.check_alive(device, seen) | {"events": [one["event_id"] for one in deliveries],
                                                                "state": kept["status"]}


def key_rotation(world: World, sabotage: bool) -> Evidence:
    """sabotage: nobody gave the partner the next key."""
    sandbox = world.sandbox
    old, new = sandbox.api_key, f"sk_test_{secrets.token_hex(20)}"
    window = world.window()
    # Both are good at the platform from now on; at the partner the next one's hour is tomorrow.
    sandbox.admin("/keys", {"rotate": old, "next": new, "overlap_ms": A_DAY_MS})
    sandbox.api_keys_of_before.append(old)
    sandbox.api_key = new
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + A_DAY_MS / 1000))
    world.partner.write_keys({"key": old}, *([] if sabotage else [{"key": new, "from": tomorrow}]))
    states = [one["state"] for one in world.partner.admin("/keys")["keys"]]
    # In flight when the old key is taken away at once, as on suspicion.
    device = world.fresh_device()
    sandbox.fault("hold_before", "sessions", count=1)
    running = world.app.open(device)
    running.send("start")
    checks.until("a session creation is under way", lambda: sandbox.held() == 1, "one held request")
    sandbox.admin("/keys", {"revoke": old})
    sandbox.release()
    started = running.answer()
    running.quit()
    checks.equal("the session in flight is created", (True, "active"), (started.get("ok"), started.get("state")))
    checks.equal("the partner had both keys", ["active", "next"], states)
    attempts = window.read().of("sessions")
    checks.equal("refused with the old key, created with the new", [401, 200],
                 [200 if 200 <= one["status"] < 300 else one["status"] for one in attempts])
    checks.equal("same idempotency key", attempts[0]["idempotency_key"], attempts[1]["idempotency_key"])
    checks.equal("same correlation id", attempts[0]["correlation_id"], attempts[1]["correlation_id"])
    world.partner.write_keys({"key": new})
    later = world.fresh_device()
    world.app.run_ok(later, "start")
    seen = window.read()
    checks.equal("from then on one request each", 3, len(seen.of("sessions")))
    checks.equal("two sessions were created", 2, len(seen.with_effect("create", "sessions")))
    checks.equal("the provider was asked twice", 2, seen.provider_asked)
    checks.equal("the app noticed nothing", 200, world.call(device, "GET").get("status"))
    world.remember_journey(later)
    world.say("the old key was revoked while a session was being created: created with the next key, same operation")
    return seen.evidence() | {"journey": later.journey}


def backend_managed(world: World, sabotage: bool) -> Evidence:
    """sabotage: the platform does not replay; a refresh token seen twice ends the session (strict_family)."""
    world.partner.sessions_asked()
    world.partner.stop()
    world.partner.start("backend")
    device = world.fresh_device()
    world.app.run_ok(device, *BACKEND, "start")
    device.journey = str(world.app.run_ok(device, *BACKEND, "journey")["journey_id"])
    running = world.app.open(device, *BACKEND)
    before = running.ask_ok("token")
    if sabotage:
        world.sandbox.settings(model="strict_family")
    world.sandbox.admin("/revoke_session_tokens", {"borrowerExternalID": device.borrower})
    window = world.window()
    # The partner dies when the platform has rotated and nothing of it is stored.
    world.partner.admin("/crash", {"step": "refresh_replied"})
    running.send("call", "GET", JOURNEYS)
    assert world.partner.child is not None
    checks.equal("the partner was killed", -signal.SIGKILL, world.partner.child.wait(PATIENCE_SECONDS * 3))
    checks.equal("the platform has rotated", (1, 0), (window.read().rotations, window.read().replays))
    world.partner.start("backend")
    answer = running.answer()
    running.quit()
    seen = window.read()
    checks.equal("the refresh came again and was replayed", (1, 1), (seen.rotations, seen.replays))
    checks.equal("no reuse verdict", 0, seen.reuse_verdicts)
    checks.equal("the call succeeds in the end", (True, 200), (answer.get("ok"), answer.get("status")))
    keys = {one["idempotency_key"] for one in seen.of("refresh")}
    checks.equal("both refreshes have the same idempotency key", 1, len(keys))
    checks.equal("no session was made anew", 0, seen.sessions_made)
    after = world.app.run_ok(device, *BACKEND, "token")
    checks.holds("the app has another token", after["fingerprint"] != before["fingerprint"], "another", "the same")
    checks.equal("same journey", device.journey, world.app.run_ok(device, *BACKEND, "journey")["journey_id"])
    checks.equal("the rotation is in the audit", 1, len(world.partner.audit("token_rotated", device.borrower)))
    world.say("the partner died with the platform's reply in hand; started again it asked with the same key")
    world.forget_device()
    return seen.evidence() | {"journey": device.journey, "accepted_by": answer["request_id"]}


def bootstrap_token(world: World, address: str) -> str:
    """The one-time token of an address of the hosted page."""
    parts = urlsplit(address)
    checks.equal("the page is the platform's", world.sandbox.url, f"{parts.scheme}://{parts.netloc}")
    checks.holds("the token is in the fragment", parts.fragment.startswith("bt_test_"), "bt_test_...", "something else")
    world.bootstrap_tokens.append(parts.fragment)
    return parts.fragment


def resume_tomorrow(world: World, sabotage: bool) -> Evidence:
    """sabotage: the journey was closed over night."""
    device = world.fresh_device()
    world.app.run_ok(device, "start")
    journey = world.remember_journey(device)
    today = world.partner.hosted_session(device.login, device.borrower)
    first = bootstrap_token(world, today["embedURL"])
    checks.equal("the page walks the app's journey", journey, today["journeyID"])
    if sabotage:
        world.sandbox.admin("/journeys", {"journeyID": journey, "status": "CLOSED"})
    window = world.window()
    world.sandbox.admin("/clock", {"advance_ms": A_DAY_MS})
    tomorrow = world.partner.hosted_session(device.login, device.borrower)
    checks.equal("the same journey is resumed", journey, tomorrow["journeyID"])
    checks.holds("the bootstrap token is fresh", bootstrap_token(world, tomorrow["embedURL"]) != first, "another",
                 "the same")
    seen = window.read()
    checks.equal("no journey was created", 0, len([one for one in seen.requests if one["effect"] == "create"]))
    answer = world.call(device, "GET")
    checks.equal("the app goes on as well", 200, answer.get("status"))
    checks.equal("same journey", journey, world.app.run_ok(device, "journey")["journey_id"])
    minted = world.partner.audit("bootstrap_minted", device.borrower)
    checks.equal("both mintings are in the audit", [journey, journey], [one["named"] for one in minted])
    seen = window.read()
    checks.equal("one rotation brought the app's token", (1, 0, 0), (seen.rotations, seen.replays, seen.reuse_verdicts))
    world.sandbox.admin("/clock", {"offset_ms": 0})
    world.forget_device()
    world.say("26 hours later: a fresh one-time token, the same journey, in the page and in the app")
    return seen.evidence() | {"journey": journey, "accepted_by": answer["request_id"]}
