"""Child processes that never outlive the demo, and a record of everything they print and are called with."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, IO

from .checks import StepFailed

ANSWER_SECONDS = 40.0
SAMPLE_SECONDS = 0.02

class Processes:
    """Starts children, keeps their argument lists, and ends them all."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self.logs = logs
        self.base_environment = dict(environment)
        self.argument_lists: set[str] = set()
        self._alive: list[subprocess.Popen[str]] = []
        self._count = 0
        # A demo that is itself killed with SIGKILL leaves nothing behind either.
        setpriv = shutil.which("setpriv")
        self._prefix = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        self._stop = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def log_path(self, name: str, suffix: str) -> Path:
        return self.logs / f"{self._count:03d}-{name}.{suffix}"

    def spawn(self, name: str, arguments: Sequence[str], environment: Mapping[str, str],
              stdin: int, folder: Path) -> tuple[subprocess.Popen[str], Path]:
        """A child with piped output; its standard error goes to a log. Returns it and the path for its output."""
        self._count += 1
        self.argument_lists.add("\0".join(arguments))
        with open(self.log_path(name, "err"), "w", encoding="utf-8") as errors:
            child = subprocess.Popen(
                [*self._prefix, *arguments], env=self.base_environment | dict(environment), stdin=stdin,
                stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1, cwd=folder, start_new_session=True)
        self._alive = [one for one in self._alive if one.poll() is None] + [child]
        return child, self.log_path(name, "out")

    def stop_all(self) -> None:
        self._stop.set()
        self._sampler.join()
        for child in self._alive:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
        for child in self._alive:
            child.wait()

    def _sample(self) -> None:
        """What any user of this machine can see of our processes: their argument lists."""
        while not self._stop.wait(SAMPLE_SECONDS):
            for child in self._alive[:]:
                try:
                    seen = Path(f"/proc/{child.pid}/cmdline").read_bytes()
                except OSError:
                    continue
                self.argument_lists.add(seen.decode("utf-8", "replace"))


class Lines:
    """The lines a child prints, written to a log as they come, and read with a deadline."""

    def __init__(self, stream: IO[str], log: Path, first_line_is_kept: bool = True) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, args=(stream, log, first_line_is_kept), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str], log: Path, keep: bool) -> None:
        with open(log, "w", encoding="utf-8", buffering=1) as out:
            for line in stream:
                if keep:
                    out.write(line)
                keep = True
                self._lines.put(line)
        self._lines.put(None)

    def next_object(self, what: str, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise StepFailed(f"{what} answers", "a line", f"silence for {seconds:g} s") from None
        if line is None:
            raise StepFailed(f"{what} answers", "a line", "the end of its output")
        try:
            value = json.loads(line)
        except ValueError:
            raise StepFailed(f"{what} answers", "a JSON object", line.strip()[:200]) from None
        if not isinstance(value, dict):
            raise StepFailed(f"{what} answers", "a JSON object", line.strip()[:200])
        return value

    def join(self) -> None:
        self._thread.join(ANSWER_SECONDS)


def plain_environment(temporary: Path) -> dict[str, str]:
    """As little as possible: what the parent's environment says must not decide what the demo shows."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS",
                                                "LLVM_PROFILE_FILE") if name in os.environ}
    return kept | {"HOME": str(temporary), "TMPDIR": str(temporary)}
