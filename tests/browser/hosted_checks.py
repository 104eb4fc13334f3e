"""The hosted page in a partner's frame, alone, and with the bridges of the two kinds of app around it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from browser import BACKSPACE, PHONE, Browser
from stage import Stage

KEPT = """return [localStorage.length, sessionStorage.length, document.cookie, location.hash,
                 (await indexedDB.databases()).length]"""


def title(browser: Browser, expected: str) -> None:
    browser.until(f"the page says {expected!r}", lambda: browser.text("#title") == expected)


def fill_details(browser: Browser) -> None:
    title(browser, "A few details")
    browser.type("#profile-contactNumber", "9876543210")
    browser.type("#profile-pan", "ABCDE1234F")
    browser.script("document.querySelector('#profile-dob').value = '1990-01-31'")
    browser.type("#workProfile-income", "60000")
    browser.one("#consent").click()


def messages(browser: Browser) -> list[dict[str, Any]]:
    browser.top()
    return list(browser.script("return messages"))


def open_framed(browser: Browser, site: str, url: str) -> None:
    browser.open(f"{site}/#{quote(url, safe='')}")


def a_journey_in_a_partners_frame(browser: Browser, stage: Stage) -> None:
    browser.size(PHONE)
    url = stage.embed_url()
    open_framed(browser, stage.parent, url)
    browser.frame("iframe")
    title(browser, "A few details")
    browser.press("Show me offers")
    browser.until("the missing field is named", lambda: "missing" in browser.text("#error"))
    assert browser.script("return document.activeElement.getAttribute('aria-invalid')") == "true"
    fill_details(browser)
    browser.screenshot("hosted-details-light.png")
    browser.press("Show me offers")
    title(browser, "Choose an offer")
    browser.screenshot("hosted-offers-light.png")
    browser.scheme("dark")
    browser.screenshot("hosted-offers-dark.png")
    browser.scheme("light")
    browser.press("Continue")
    title(browser, "Confirm who you are")
    browser.press("Continue with the lender")
    browser.until("the parent is told", lambda: len(messages(browser)) == 1)
    told = messages(browser)[0]
    assert told["origin"] == stage.sandbox.url, told
    assert told["data"]["type"] == "aarthik-labs:open-external", told
    lender = told["data"]["external_url"]
    assert lender.startswith("https://") and "#" not in told["data"]["resume_url"], told
    assert len(browser.driver.window_handles) == 1, "the page opens nothing by itself while somebody listens"
    pass_at_lender(browser, lender)
    browser.frame("iframe")
    title(browser, "Repay from your bank account")
    browser.press("Agree")
    title(browser, "The money is on its way")
    assert browser.script(KEPT) == [0, 0, "", "", 0]
    browser.press("Back to the app")
    title(browser, "Goodbye")
    last = messages(browser)[-1]
    assert last["origin"] == stage.sandbox.url and last["data"]["type"] == "aarthik-labs:exit", last


def pass_at_lender(browser: Browser, lender: str) -> None:
    home = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    browser.open(lender)
    browser.press("Pass")
    browser.until("the lender is done", lambda: not [one for one in browser.all("button") if one.text == "Pass"])
    browser.driver.close()
    browser.driver.switch_to.window(home)


def a_link_opens_once(browser: Browser, stage: Stage) -> None:
    browser.size(PHONE)
    device = stage.world.fresh_device()
    url = stage.embed_url(device)
    before = stage.exchanges()
    browser.open(url)
    title(browser, "A few details")
    assert browser.script("return location.hash") == ""
    browser.driver.refresh()
    title(browser, "This link is used up")
    assert stage.exchanges() == before + 1, "a page without a token has nothing to spend"
    browser.open("about:blank")
    browser.open(url)
    title(browser, "This link is used up")
    assert stage.exchanges() == before + 2
    browser.allowed_complaints = ["401"]
    browser.screenshot("hosted-used-up.png")
    # The journey is not gone: the next link opens it.
    browser.open(stage.embed_url(device))
    title(browser, "A few details")


def another_site_cannot_frame_it(browser: Browser, stage: Stage) -> None:
    before = stage.exchanges()
    open_framed(browser, stage.stranger, stage.embed_url())
    browser.until("the browser refuses the frame", lambda: any(
        "frame-ancestors" in one["message"] for one in browser.driver.get_log("browser")))
    browser.frame("iframe")
    assert not browser.all("#title")
    assert stage.exchanges() == before and messages(browser) == []


def walk_to_the_lender(browser: Browser, stage: Stage) -> None:
    browser.open(stage.embed_url())
    fill_details(browser)
    browser.press("Show me offers")
    title(browser, "Choose an offer")
    browser.press("Continue")
    title(browser, "Confirm who you are")
    browser.press("Continue with the lender")


def an_android_app_gets_text(browser: Browser, stage: Stage) -> None:
    browser.before_every_page("window.told = []; window.AarthikLabs = { postMessage: (text) => told.push(text) };")
    walk_to_the_lender(browser, stage)
    browser.until("the app is told", lambda: len(browser.script("return told")) == 1)
    message = browser.script("return JSON.parse(told[0])")
    assert message["type"] == "aarthik-labs:open-external" and message["external_url"].startswith("https://"), message
    browser.press("Leave")
    title(browser, "Goodbye")
    assert browser.script("return JSON.parse(told[1]).type") == "aarthik-labs:exit"


def an_ios_app_gets_an_object(browser: Browser, stage: Stage) -> None:
    browser.before_every_page("window.told = []; window.webkit = { messageHandlers: { AarthikLabs: "
                              "{ postMessage: (message) => told.push(message) } } };")
    walk_to_the_lender(browser, stage)
    browser.until("the app is told", lambda: len(browser.script("return told")) == 1)
    assert browser.script("return told[0].type") == "aarthik-labs:open-external"
    browser.press("Leave")
    title(browser, "Goodbye")
    assert browser.script("return told[1].type") == "aarthik-labs:exit"


def the_page_renews_its_tokens(browser: Browser, stage: Stage) -> None:
    browser.open(stage.embed_url())
    fill_details(browser)
    stage.sandbox.admin("/clock", {"advance_ms": 301_000})
    browser.press("Show me offers")
    title(browser, "Choose an offer")
    renewals = [one for one in stage.sandbox.ledger()["requests"] if one["path"] == "/api/lab/refresh"]
    assert [one["status"] for one in renewals] == [200], renewals
    browser.allowed_complaints = ["401"]


def a_limited_page_waits_and_opens(browser: Browser, stage: Stage) -> None:
    device = stage.world.fresh_device()
    url = stage.embed_url(device)
    # One more call of this borrower than the limit has it refused; the token is not spent by that.
    stage.world.app.run_ok(device, "start")
    stage.sandbox.settings(rate_limit_per_minute=1)
    stage.world.app.run_ok(device, "call", "GET", "/api/v1/headless/journeys")
    before = stage.exchanges()
    browser.open(url)
    browser.until("the exchange is refused", lambda: stage.exchanges() > before)
    assert browser.text("#title") != "This link is used up"
    stage.sandbox.settings(rate_limit_per_minute=0)
    title(browser, "A few details")
    browser.allowed_complaints = ["429"]


def a_gold_loan_asks_for_the_jewellery(browser: Browser, stage: Stage) -> None:
    browser.open(stage.embed_url(journey_type="GOLD_LOAN"))
    title(browser, "A few details")
    assert not browser.all("#workProfile-income")
    browser.type("#profile-contactNumber", "9876543210")
    browser.type("#profile-pan", "ABCDE1234F")
    browser.script("document.querySelector('#profile-dob').value = '1990-01-31'")
    browser.type("#goldLoan-jewelleryWeightGrams", "some")
    browser.one("#consent").click()
    browser.press("Show me offers")
    browser.until("the field is named", lambda: "Weight of the jewellery" in browser.text("#error"))
    browser.type("#goldLoan-jewelleryWeightGrams", BACKSPACE * 4 + "25")
    browser.press("Show me offers")
    title(browser, "Choose an offer")
    browser.allowed_complaints = ["400"]


ALL = [a_journey_in_a_partners_frame, a_link_opens_once, another_site_cannot_frame_it, an_android_app_gets_text,
       an_ios_app_gets_an_object, the_page_renews_its_tokens, a_limited_page_waits_and_opens,
       a_gold_loan_asks_for_the_jewellery]
