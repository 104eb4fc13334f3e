#!/usr/bin/env python3
"""Reads a built site: every link and anchor leads somewhere, and no page fetches anything from another host.

    check_links.py FOLDER     the last line is "N pages, N links, N faults"

It also spoils a small site of its own in several ways and has to find each.
"""
from __future__ import annotations

import re
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHING = {"img": ("src", "srcset"), "script": ("src",), "source": ("src", "srcset"), "iframe": ("src",), "link": ("href",)}
KEPT_LINKS = {"stylesheet", "icon", "preload", "preconnect", "modulepreload"}
CSS_URL = re.compile(r"url\(\s*['\"]?(https?:)?//")


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "__top"}
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and not KEPT_LINKS & set(given.get("rel", "").split()):
            return
        self.fetched += [given[name].split()[0] for name in FETCHING.get(tag, ()) if given.get(name)]


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def check(site: Path) -> tuple[int, int, list[str]]:
    """Pages, links and faults of a site."""
    # The page for what is not found stands at no fixed address, so that its links begin at the server's root.
    pages = {path: read(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    faults = []
    links = 0
    for path, page in pages.items():
        where = path.relative_to(site)
        faults += [f"{where} fetches {url}" for url in page.fetched if urlsplit(url).netloc]
        for url in [*page.links, *page.fetched]:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            links += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_relative_to(site) or not target.exists():
                faults.append(f"{where} leads to {url}")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                faults.append(f"{where} leads to {url}, and there is no such place on that page")
    faults += [f"{path.relative_to(site)} fetches from another host" for path in sorted(site.rglob("*.css"))
               if CSS_URL.search(path.read_text(encoding="utf-8"))]
    return len(pages), links, faults


def missed() -> list[str]:
    """Mistakes that the check does not find; there should be none."""
    good = '<a href="b.html#here">b</a><img src="i.png"><a href="https://example.com/">out</a>'
    mistakes = {'<a href="c.html">': "a page", '<a href="b.html#there">': "an anchor", '<img src="j.png">': "an image",
                '<img src="//example.com/i.png">': "an image of another host", '<script src="https://example.com/s.js">': "a script",
                '<link rel="stylesheet" href="https://example.com/s.css">': "a style sheet", '<a href="../x.html">': "out of the site"}
    out = []
    with tempfile.TemporaryDirectory(prefix="credit-site-") as folder:
        site = Path(folder).resolve()
        site.joinpath("b.html").write_text('<p id="here">', encoding="utf-8")
        site.joinpath("i.png").touch()
        for mistake, what in {"": "nothing", **mistakes}.items():
            site.joinpath("a.html").write_text(good + mistake, encoding="utf-8")
            if bool(check(site)[2]) != bool(mistake):
                out.append(f"a mistake was not told: {what}")
    return out


def main() -> int:
    pages, links, faults = check(Path(sys.argv[1]).resolve())
    faults += missed()
    for fault in faults:
        print(f"site: {fault}")
    print(f"site: {pages} pages, {links} links, {len(faults)} faults")
    return 1 if faults or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
