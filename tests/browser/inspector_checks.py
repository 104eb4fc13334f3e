"""The inspector: a lost reply and its replay, seen by somebody who looks and presses buttons."""

from __future__ import annotations

from browser import ENTER, ESCAPE, RIGHT, Browser
from stage import Stage


def rows(browser: Browser) -> list[str]:
    return [row.text for row in browser.all("#list tbody tr")]


def a_lost_reply_is_followed_by_its_replay(browser: Browser, stage: Stage) -> None:
    for _ in range(2):
        device = stage.world.fresh_device()
        stage.world.app.run_ok(device, "start")
        stage.world.app.run_ok(device, "call", "GET", "/api/v1/headless/journeys")
    browser.open(stage.inspector_url)
    browser.until("the session's request is shown", lambda: any("/sessions" in row for row in rows(browser)))
    browser.until("it is live", lambda: browser.text("#live-text") == "Live")
    browser.press("Drop the reply")
    browser.until("the fault waits", lambda: "drop_reply_after_commit" in browser.text("#armed"))
    browser.press("+31 min: session tokens end")
    browser.until("the clock is ahead", lambda: "+31 min" in browser.text("#clock"))
    assert not any("replay" in row for row in rows(browser))
    stage.world.app.run_ok(device, "call", "GET", "/api/v1/headless/journeys")
    browser.until("the replay is shown", lambda: any("replay" in row for row in rows(browser)))
    lost, replay = (next(row for row in rows(browser) if word in row) for word in ("no reply", "replay"))
    assert "rotated" in lost and "drop reply" in lost, lost
    assert "200" in replay and device.borrower in replay, replay
    assert "Nothing" in browser.text("#armed")
    assert browser.text("[data-counter=Replays]") == "1"
    browser.screenshot("inspector-light.png")
    browser.scheme("dark")
    browser.screenshot("inspector-dark.png")


def the_chain_of_rotations_is_shown(browser: Browser, stage: Stage) -> None:
    browser.open(stage.inspector_url)
    browser.press("Sessions")
    browser.until("both generations are shown", lambda: len(browser.all(".family:first-child .chain li")) == 2)
    first, second = (item.text for item in browser.all(".family:first-child .chain li"))
    assert "Generation 1" in first and "rotated" in first and "replay" in first, first
    assert "Generation 2" in second and "in 7 d" in second, second
    tokens = [one["token"] for one in stage.sandbox.ledger()["tokens"]]
    page = browser.script("return document.documentElement.outerHTML")
    assert tokens and not any(token in page for token in tokens)
    browser.screenshot("inspector-sessions.png")


def the_keyboard_is_enough(browser: Browser, stage: Stage) -> None:
    browser.open(stage.inspector_url)
    browser.until("there are rows", lambda: len(rows(browser)) >= 3)
    browser.keys("j")
    browser.keys("j")
    line = browser.script("return document.activeElement.dataset.cursor")
    assert line, "no row has the focus"
    browser.keys(ENTER)
    browser.until("the details are open", lambda: browser.one("#detail").get_attribute("open") is not None)
    assert "correlationID" in browser.text("#detail-content")
    browser.keys(ESCAPE)
    browser.until("the row has the focus again",
                  lambda: browser.script("return document.activeElement.dataset.cursor") == line)
    browser.keys("/")
    browser.keys("replay")
    browser.until("the search finds it", lambda: len(rows(browser)) == 1 and "replay" in rows(browser)[0])
    browser.keys(ESCAPE)
    browser.one("#tab-requests").send_keys(RIGHT)
    browser.until("the next tab is chosen", lambda: browser.one("#tab-sessions").get_attribute("aria-selected") == "true")
    assert browser.script("return document.activeElement.id") == "tab-sessions"


def a_webhook_that_was_refused_comes_again(browser: Browser, stage: Stage) -> None:
    browser.open(stage.inspector_url)
    browser.press("Webhooks")
    browser.press("Wrong signature")
    browser.until("the fault waits", lambda: "wrong_signature" in browser.text("#armed"))
    device = stage.world.fresh_device()
    stage.world.app.run_ok(device, "start")
    browser.until("the partner refuses it", lambda: device.borrower in rows(browser)[0] and "pending" in rows(browser)[0])
    browser.press("+1 min")
    browser.until("the partner takes it", lambda: device.borrower in rows(browser)[0] and "delivered" in rows(browser)[0])
    browser.until("both answers are shown", lambda: "2\n200" in rows(browser)[0] or " 2 200 " in rows(browser)[0])
    browser.screenshot("inspector-webhooks.png")


def a_journey_and_its_hosted_page_are_shown_as_they_move(browser: Browser, stage: Stage) -> None:
    device = stage.world.fresh_device()
    stage.embed_url(device)
    journey = next(one for one in stage.sandbox.admin("/journeys")["journeys"] if one["borrowerExternalID"] == device.borrower)
    browser.open(stage.inspector_url)
    browser.press("Hosted page")
    browser.until("the page that nobody opened is shown", lambda: device.borrower in rows(browser)[0] and "minted" in rows(browser)[0])
    browser.press("Journeys")
    browser.until("the journey is shown", lambda: device.borrower in rows(browser)[0] and "STARTED" in rows(browser)[0])
    stage.sandbox.admin("/journeys", {"journeyID": journey["journeyID"], "status": "REJECTED"})
    browser.until("it is rejected, without a click", lambda: "REJECTED" in rows(browser)[0])


def without_the_token_there_is_nothing(browser: Browser, stage: Stage) -> None:
    root, token, page = stage.inspector_url.rsplit("/", 2)
    browser.open(f"{root}/{token[::-1]}/{page}")
    assert "not found" in browser.text("body")
    browser.allowed_complaints = ["404"]


ALL = [a_lost_reply_is_followed_by_its_replay, the_chain_of_rotations_is_shown, the_keyboard_is_enough,
       a_webhook_that_was_refused_comes_again, a_journey_and_its_hosted_page_are_shown_as_they_move,
       without_the_token_there_is_nothing]
