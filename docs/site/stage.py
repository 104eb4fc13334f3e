#!/usr/bin/env python3
"""Lays out what mkdocs reads: every page that README and docs/ lead to, in the folders of the repository, and the C reference.

    stage.py FOLDER     FOLDER is made anew

Links to sources and folders of the repository become their paths: a site has no sources to show. Fails on links to what is
not there, and where the C reference and capi/exports.txt differ."""
from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from reference import HEADER, Reference

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]+)\]\((?!https?:|#)(?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
SOURCE = re.compile(r"(?:src=\"|srcset=\"|!\[[^\]]*\]\()(?!https?:)([^\")\s]+)")
FENCE = re.compile(r"^(```.*?^```)$", re.S | re.M)


class Stage:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pages: set[Path] = set()
        self.images: set[Path] = set()
        self.faults: list[str] = []

    def place(self, path: Path) -> Path:
        return self.folder / path.relative_to(ROOT)

    def link(self, page: Path, found: re.Match[str], todo: list[Path]) -> str:
        target = (page.parent / found["target"]).resolve()
        if not target.exists() or not target.is_relative_to(ROOT):
            self.faults.append(f"{page.relative_to(ROOT)} leads to {found['target']}, which is not there")
            return found[0]
        if target.suffix == ".md":
            todo.append(target)
            return found[0]
        if target == HEADER:
            return f"[{found['text']}]({os.path.relpath(self.folder / 'reference' / 'index.md', self.place(page).parent)})"
        path, text = str(target.relative_to(ROOT)), found["text"]
        return f"`{path}`" if text.strip("`").rstrip("/") in (path, target.name) else f"{text} (`{path}`)"

    def add(self, page: Path, todo: list[Path]) -> None:
        text = page.read_text(encoding="utf-8")
        for source in SOURCE.findall(text):
            image = (page.parent / source).resolve()
            self.images.add(image) if image.exists() else self.faults.append(f"{page.relative_to(ROOT)} shows {source}, which is not there")
        # Blocks of code stay as they are.
        parts = [part if part.startswith("```") else LINK.sub(lambda found: self.link(page, found, todo), part)
                 for part in FENCE.split(text)]
        place = self.place(page)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("".join(parts), encoding="utf-8")
        self.pages.add(page)

    def collect(self) -> None:
        todo = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
        while todo:
            page = todo.pop()
            if page not in self.pages:
                self.add(page, todo)
        for image in self.images:
            self.place(image).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(image, self.place(image))
        for name in ("extra.css", "extra.js"):
            shutil.copyfile(HERE / name, self.folder / name)

    def reference(self) -> int:
        with tempfile.TemporaryDirectory(prefix="credit-site-") as work:
            reference = Reference(Path(work))
            reference.write(self.folder / "reference")
        exported = set((ROOT / "capi" / "exports.txt").read_text(encoding="utf-8").split())
        described = reference.functions - {"credit_string"}  # inline: not exported
        self.faults += [f"the reference lacks {name}" for name in sorted(exported - described)]
        self.faults += [f"the reference has {name}, which is not exported" for name in sorted(described - exported)]
        return len(reference.functions)


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stage = Stage(folder)
    stage.collect()
    functions = stage.reference()
    for fault in stage.faults:
        print(f"site: {fault}")
    print(f"site: {len(stage.pages)} pages, {len(stage.images)} images, {functions} functions, {len(stage.faults)} faults")
    return 1 if stage.faults else 0


if __name__ == "__main__":
    sys.exit(main())
