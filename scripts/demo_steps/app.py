"""The app on a device: credit-cli as one process per command, or as one process that runs for a while."""

from __future__ import annotations

import array
import fcntl
import json
import secrets
import shlex
import signal
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .checks import StepFailed, equal, until
from .processes import ANSWER_SECONDS, Lines, Processes

Answer = dict[str, Any]


@dataclass
class Device:
    """One borrower, one store, one sealing key."""

    borrower: str
    login: str
    store: Path
    storage_key: str = field(default_factory=lambda: secrets.token_hex(32))
    journey: str = ""

    def files(self) -> dict[str, tuple[int, int, bytes]]:
        """Every file of the store: its inode, when it was written, what is in it."""
        found: dict[str, tuple[int, int, bytes]] = {}
        for path in sorted(self.store.rglob("*")):
            if path.is_file():
                status = path.stat()
                found[path.name] = (status.st_ino, status.st_mtime_ns, path.read_bytes())
        return found


class Running:
    """`credit-cli run`: one process with an open session that takes command after command."""

    def __init__(self, child: subprocess.Popen[str], log: Path) -> None:
        self.child = child
        assert child.stdin is not None and child.stdout is not None
        self._stdin = child.stdin
        self._lines = Lines(child.stdout, log)
        self.hello = self._lines.next_object("run")

    def send(self, *words: str) -> None:
        self._stdin.write(shlex.join(words) + "\n")
        self._stdin.flush()

    def answer(self, seconds: float = ANSWER_SECONDS) -> Answer:
        return self._lines.next_object(f"process {self.child.pid}", seconds)

    def ask(self, *words: str) -> Answer:
        self.send(*words)
        return self.answer()

    def ask_ok(self, *words: str) -> Answer:
        answer = self.ask(*words)
        return must_work(words, answer)

    def wait_until_taken(self) -> None:
        """Until the process has read its line, so that the command is under way."""
        waiting = array.array("i", [0])

        def nothing_left() -> bool:
            fcntl.ioctl(self._stdin.fileno(), termios.FIONREAD, waiting)
            return waiting[0] == 0

        until("the command is under way", nothing_left, "the line taken from the pipe")

    def kill(self) -> int:
        """SIGKILL: no handler, no flush, no goodbye."""
        self.child.send_signal(signal.SIGKILL)
        return self.child.wait(ANSWER_SECONDS)

    def quit(self) -> None:
        self._stdin.close()
        last = self.answer()
        equal("run ends in order", ("quit", 0), (last.get("command"), last.get("live_objects")))
        equal("run ends with exit code 0", 0, self.child.wait(ANSWER_SECONDS))
        self._lines.join()


def must_work(words: Sequence[str], answer: Answer) -> Answer:
    if not answer.get("ok"):
        why = {name: answer.get(name) for name in ("code", "name", "message", "status", "platform_code")}
        raise StepFailed(f"{words[0]} succeeds", "ok", json.dumps(why))
    return answer


class App:
    """Starts credit-cli for a device."""

    def __init__(self, processes: Processes, program: Path, folder: Path, urls: Mapping[str, str]) -> None:
        self._processes = processes
        self._program = program
        self._folder = folder
        self._urls = dict(urls)

    def _environment(self, device: Device, extra: Mapping[str, str] | None) -> dict[str, str]:
        return self._urls | {
            "CREDIT_ENVIRONMENT": "test", "CREDIT_BORROWER": device.borrower, "CREDIT_STORAGE_DIR": str(device.store),
            "CREDIT_STORAGE_KEY": device.storage_key, "CREDIT_PARTNER_AUTH": f"Bearer {device.login}",
        } | dict(extra or {})

    def _run(self, device: Device, words: Sequence[str], environment: Mapping[str, str] | None) -> tuple[int, str]:
        child, log = self._processes.spawn("cli", [str(self._program), *words],
                                           self._environment(device, environment), subprocess.DEVNULL, self._folder)
        try:
            output, _ = child.communicate(timeout=ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            raise StepFailed(f"{words[-1]} ends", f"an end within {ANSWER_SECONDS:g} s", "still running") from None
        log.write_text(output, encoding="utf-8")
        return child.returncode, output

    def print_out(self, device: Device, *words: str) -> None:
        """One process whose output is only kept in the logs."""
        self._run(device, words, None)

    def run(self, device: Device, *words: str, environment: Mapping[str, str] | None = None) -> Answer:
        """One process, one command. The answer has its exit code in `exit_code`."""
        status, output = self._run(device, ["--json", *words], environment)
        try:
            answer = json.loads(output)
        except ValueError:
            raise StepFailed(f"{words[0]} answers", "one JSON object",
                             f"exit code {status}, {output[:200]!r}") from None
        return {**answer, "exit_code": status}

    def run_unlogged(self, device: Device, text: str, *words: str) -> Answer:
        """One process that reads `text` and answers with a secret: neither is written to a log."""
        child, _ = self._processes.spawn("cli", [str(self._program), "--json", *words], self._environment(device, None),
                                         subprocess.PIPE, self._folder)
        output, _ = child.communicate(text, timeout=ANSWER_SECONDS)
        return must_work(words, json.loads(output))

    def run_ok(self, device: Device, *words: str, environment: Mapping[str, str] | None = None) -> Answer:
        answer = must_work(words, self.run(device, *words, environment=environment))
        equal(f"exit code of {words[0]}", 0, answer["exit_code"])
        return answer

    def open(self, device: Device, *options: str) -> Running:
        arguments = [str(self._program), *options, "run"]
        child, log = self._processes.spawn("run", arguments, self._environment(device, None),
                                           subprocess.PIPE, self._folder)
        return Running(child, log)


def wait_for_expiry(expires_at_ms: int) -> None:
    """Until the token's own expiry has passed; it was issued with a short life."""
    time.sleep(max(0.0, expires_at_ms / 1000 - time.time() + 0.02))
