"""What the reader sees: a timeline while it happens, a table at the end."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any, TextIO

NAME_WIDTH = 18
GREEN, RED, GREY, BOLD, PLAIN = "\033[32m", "\033[31m", "\033[90m", "\033[1m", "\033[0m"


@dataclass
class Result:
    name: str
    ok: bool
    ms: int
    evidence: dict[str, Any] = field(default_factory=dict)
    failure: dict[str, str] | None = None  # check, expected, seen

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"name": self.name, "ok": self.ok, "ms": self.ms, "evidence": self.evidence}
        if self.failure:
            shown["failure"] = self.failure
        return shown


class Report:
    """Prints, and keeps a copy of what it printed for the search for secrets."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._colours = out.isatty()
        self._began = time.monotonic()
        self._step = ""
        self.copy: TextIO | None = None

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self._colours else text

    def line(self, text: str = "") -> None:
        print(text, file=self._out, flush=True)
        if self.copy:
            print(text, file=self.copy, flush=True)

    def _stamped(self, name: str, text: str) -> None:
        seconds = time.monotonic() - self._began
        self.line(f"{self._paint(GREY, f'{seconds:6.2f} s')}  {self._paint(BOLD, name.ljust(NAME_WIDTH))}{text}")

    def begin(self, name: str) -> None:
        self._step = name

    def say(self, text: str) -> None:
        self._stamped(self._step, text)

    def finish(self, result: Result) -> None:
        if result.ok:
            self._stamped(result.name, self._paint(GREEN, "ok") + f"  {result.ms} ms")
            return
        self._stamped(result.name, self._paint(RED, "FAILED"))
        for name, text in (result.failure or {}).items():
            self.line(f"{'':10} {name.rjust(NAME_WIDTH)}: {text}")

    def table(self, results: list[Result]) -> None:
        heads = ("step", "", "ms", "rotations", "replays", "reuse", "ledger")
        rows = [heads] + [(one.name, "ok" if one.ok else "FAILED", str(one.ms), self._count(one, "rotations"),
                           self._count(one, "replays"), self._count(one, "reuse_verdicts"), self._span(one))
                          for one in results]
        widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
        self.line()
        for row in rows:
            cells = [cell.ljust(width) if column in (0, 1, 6) else cell.rjust(width)
                     for column, (cell, width) in enumerate(zip(row, widths))]
            if row is heads:
                self.line(self._paint(BOLD, "  ".join(cells).rstrip()))
                continue
            cells[1] = self._paint(GREEN if row[1] == "ok" else RED, cells[1])
            self.line("  ".join(cells).rstrip())
        self.line()

    @staticmethod
    def _count(result: Result, name: str) -> str:
        return str(result.evidence.get(name, "-"))

    @staticmethod
    def _span(result: Result) -> str:
        ids = result.evidence.get("ledger", [])
        return f"{ids[0]}-{ids[-1]}" if ids else "-"
