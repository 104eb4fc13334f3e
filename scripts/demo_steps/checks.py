"""What a step expects, and how it says that it saw something else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

POLL_SECONDS = 0.004


class StepFailed(Exception):
    """A check that did not hold. `label` names the check, for people and for the test of sabotages."""

    def __init__(self, label: str, expected: Any, seen: Any) -> None:
        super().__init__(f"{label}: expected {expected}, saw {seen}")
        self.label = label
        self.expected = expected
        self.seen = seen


def equal(label: str, expected: Any, seen: Any) -> None:
    if expected != seen:
        raise StepFailed(label, repr(expected), repr(seen))


def holds(label: str, condition: bool, expected: str, seen: Any) -> None:
    if not condition:
        raise StepFailed(label, expected, seen)


def until(label: str, condition: Callable[[], bool], expected: str, seconds: float = 10.0) -> None:
    """Waits for a condition of the world, never for a guess of how long it takes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise StepFailed(label, expected, f"nothing of it within {seconds:g} s")
        time.sleep(POLL_SECONDS)
