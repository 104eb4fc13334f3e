"""The spellings a secret might have slipped out in; those of scripts/demo_steps/needles.py and UTF-16 besides."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from demo_steps.needles import encodings  # noqa: E402

# What tokens and API keys begin with. A credential is told by its beginning, so those that a suite makes up are found too.
BEGINNINGS = [f"{kind}_{environment}_".encode() for kind in ("st", "rt", "sk") for environment in ("test", "live")]
CREDENTIAL = re.compile(rb"(?<![A-Za-z0-9])(?:st|rt|sk)_(?:test|live)_[A-Za-z0-9_\-]{8,}")
PAN = re.compile(rb"(?<![A-Za-z0-9+/=_\-])[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z](?![A-Za-z0-9+/=_\-])")
PHONE = re.compile(rb"(?<![0-9A-Za-z])(?:\+|%2[bB])91[6-9][0-9]{9}(?![0-9])")


@dataclass(frozen=True)
class Needle:
    name: str  # says which one it is without telling it
    spelling: str
    matches: Callable[[bytes], bool]


def utf16(value: bytes) -> dict[str, bytes]:
    text = value.decode("latin-1")
    return {"UTF-16 LE": text.encode("utf-16-le"), "UTF-16 BE": text.encode("utf-16-be")}


def spellings(value: bytes) -> dict[str, bytes]:
    found = encodings(value) | utf16(value)
    # As a URL has it: only what is not plain there.
    plain = b"".join(bytes([c]) if chr(c).isalnum() or c in b"-._~" else b"%%%02X" % c for c in value)
    found["percent where needed"] = plain
    return found


def contains(text: bytes) -> Callable[[bytes], bool]:
    return lambda content: text in content


def finds(pattern: re.Pattern[bytes]) -> Callable[[bytes], bool]:
    return lambda content: pattern.search(content) is not None


def of_value(name: str, value: bytes) -> Iterator[Needle]:
    for spelling, text in spellings(value).items():
        yield Needle(name, spelling, contains(text))


def of_unknown_credentials() -> Iterator[Needle]:
    """Tokens and keys nobody has told us, by their beginning. Raw only with enough behind it: prose names the beginnings."""
    yield Needle("a credential", "raw", finds(CREDENTIAL))
    for beginning in BEGINNINGS:
        for spelling, text in spellings(beginning).items():
            if spelling in ("raw", "percent where needed"):
                continue
            yield Needle("the beginning of a credential", spelling, contains(text))


def of_unknown_people() -> Iterator[Needle]:
    yield Needle("a PAN", "raw", finds(PAN))
    yield Needle("a phone number", "raw", finds(PHONE))
