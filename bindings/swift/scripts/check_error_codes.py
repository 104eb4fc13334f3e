#!/usr/bin/env python3
"""Every error code of the C header has a name in Swift and a remedy, and Swift names none that the header lacks."""

import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
HEADER = PACKAGE.parent.parent / "capi/include/credit/credit.h"
SOURCES = PACKAGE / "Sources/CreditSDK"


def header_codes() -> set[str]:
    body = re.search(r"CREDIT_ENUM\(credit_code\) \{(.*?)\n\};", HEADER.read_text(encoding="utf-8"), re.S)
    if body is None:
        sys.exit("the header has no credit_code")
    return set(re.findall(r"^ +(CREDIT_[A-Z_]+) = \d+", body.group(1), re.M))


def compare(what: str, expected: set[str], found: list[str]) -> list[str]:
    wrong = [f"{what}: {code} is missing" for code in sorted(expected - set(found))]
    wrong += [f"{what}: {code} is not in the header" for code in sorted(set(found) - expected)]
    wrong += [f"{what}: {code} stands there {found.count(code)} times" for code in sorted(set(found)) if found.count(code) > 1]
    return wrong


def main() -> int:
    codes = header_codes()
    if len(codes) < 50:
        sys.exit(f"only {len(codes)} codes were read from the header: this script reads it wrongly")
    names = re.findall(r"static let \w+ = CreditErrorCode\(\.(CREDIT_[A-Z_]+)\)", (SOURCES / "ErrorCode.swift").read_text())
    remedies = (SOURCES / "Remedy.swift").read_text()
    switch = remedies[remedies.index("switch native {"):remedies.index("@unknown default")]
    wrong = compare("ErrorCode.swift", codes - {"CREDIT_OK"}, names)
    wrong += compare("Remedy.swift", codes, re.findall(r"\.(CREDIT_[A-Z_]+)", switch))
    for line in wrong:
        print(line)
    print(f"{len(codes)} codes, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
