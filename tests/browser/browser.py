"""Headless Chromium, and what checks do with a page."""

from __future__ import annotations

import base64
import hashlib
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 20.0
DESKTOP = (1440, 900)
PHONE = (420, 860)


def key_of(url: str) -> str:
    """The hash of the server's public key: the one key for which a private CA is no error."""
    address = urlsplit(url)
    certificate = ssl.get_server_certificate((str(address.hostname), int(address.port or 443)))
    public = subprocess.run(["openssl", "x509", "-pubkey", "-noout"], input=certificate.encode(), check=True,
                            capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public, check=True,
                         capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Browser:
    def __init__(self, profile: Path, urls: list[str], screenshots: Path | None) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                         "--disable-background-networking", "--hide-scrollbars", "--lang=en", f"--user-data-dir={profile}",
                         "--ignore-certificate-errors-spki-list=" + ",".join(key_of(url) for url in urls)):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self._screenshots = screenshots
        self._first = self.driver.current_window_handle
        self._scripts: list[str] = []
        self.allowed_complaints: list[str] = []

    def quit(self) -> None:
        self.driver.quit()

    def start_over(self) -> None:
        """One empty tab, light, of a desktop's size."""
        for handle in self.driver.window_handles:
            if handle != self._first:
                self.driver.switch_to.window(handle)
                self.driver.close()
        self.driver.switch_to.window(self._first)
        for script in self._scripts:
            self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
        self._scripts = []
        self.allowed_complaints = []
        self.driver.get("about:blank")
        self.size(DESKTOP)
        self.scheme("light")
        self.driver.get_log("browser")

    def size(self, pixels: tuple[int, int]) -> None:
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": pixels[0], "height": pixels[1], "deviceScaleFactor": 1, "mobile": False})

    def scheme(self, name: str) -> None:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": name}, {"name": "prefers-reduced-motion", "value": "reduce"}]})

    def before_every_page(self, script: str) -> None:
        added = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})
        self._scripts.append(added["identifier"])

    def open(self, url: str) -> None:
        self.driver.get(url)

    def frame(self, selector: str) -> None:
        self.driver.switch_to.frame(self.one(selector))

    def top(self) -> None:
        self.driver.switch_to.default_content()

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        return self.until(f"{selector} is there", lambda: next(iter(self.all(selector)), None))

    def button(self, label: str) -> WebElement:
        return self.until(f"a button {label!r} can be pressed", lambda: next(
            (one for one in self.all("button") if one.text == label and one.is_displayed() and one.is_enabled()), None))

    def press(self, label: str) -> None:
        self.button(label).click()

    def type(self, selector: str, text: str) -> None:
        self.one(selector).send_keys(text)

    def keys(self, *keys: str) -> None:
        """To whatever has the focus."""
        self.driver.switch_to.active_element.send_keys(*keys)

    def script(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def until(self, what: str, condition: Callable[[], Any]) -> Any:
        def holds(_: Any) -> Any:
            return condition()
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05,
                             ignored_exceptions=(Exception,)).until(holds, f"not so: {what}")

    def screenshot(self, name: str) -> None:
        if self._screenshots:
            self.driver.save_screenshot(str(self._screenshots / name))

    def expect_quiet_console(self) -> None:
        """Nothing the content policy stopped, no script that failed."""
        loud = [one["message"] for one in self.driver.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]
        loud = [one for one in loud if not any(allowed in one for allowed in self.allowed_complaints)]
        if loud:
            raise AssertionError("the console says: " + "; ".join(loud))

    def describe(self) -> str:
        try:
            return f"at {urlsplit(self.driver.current_url).path}: {self.text('body')[:600]}"
        except Exception as problem:
            return f"no page to describe: {problem}"


BACKSPACE, ENTER, ESCAPE, RIGHT = Keys.BACKSPACE, Keys.ENTER, Keys.ESCAPE, Keys.ARROW_RIGHT
