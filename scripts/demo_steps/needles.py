"""Looking for secrets in every shape they might have slipped out in."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


def encodings(secret: bytes) -> dict[str, bytes]:
    """The same secret in each spelling. Base64 also as a part of something longer, at each of the three offsets."""
    hexadecimal = secret.hex().encode()
    shapes = {"raw": secret, "hex": hexadecimal, "upper case hex": hexadecimal.upper(),
              "percent": b"".join(b"%%%02x" % byte for byte in secret),
              "upper case percent": b"".join(b"%%%02X" % byte for byte in secret)}
    for offset in range(3):
        inside = base64.b64encode(b"\0" * offset + secret)
        # What neighbours have a part in is cut off at both ends.
        first = (offset * 8 + 5) // 6
        last = (offset + len(secret)) * 8 // 6
        core = inside[first:last]
        shapes[f"base64 at offset {offset}"] = core
        shapes[f"base64url at offset {offset}"] = core.replace(b"+", b"-").replace(b"/", b"_")
    return shapes


@dataclass(frozen=True)
class Secret:
    name: str  # says which one it is without telling it
    value: bytes


class Needles:
    def __init__(self, secrets: Iterable[Secret]) -> None:
        self.secrets = list(secrets)
        self._shapes = [(secret.name, shape, text) for secret in self.secrets
                        for shape, text in encodings(secret.value).items()]

    @staticmethod
    def of_tokens(tokens: Iterable[dict[str, Any]]) -> "Needles":
        return Needles(Secret(f"{one['kind']} token {one['id']}", str(one["token"]).encode()) for one in tokens)

    def found_in(self, content: bytes, place: str) -> list[str]:
        return [f"{name} as {shape} in {place}" for name, shape, text in self._shapes if text in content]
