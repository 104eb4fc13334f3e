"""The bill of materials: by CycloneDX's own schema, and against the notices."""
from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Callable

SECTION = re.compile(r"^## (.+)\n\nLicense: (.+)\n\n(?P<body>(?:(?!^## ).*\n)*)", re.MULTILINE)


def notices(text: str) -> dict[str, str]:
    return {match[1]: match[2] for match in SECTION.finditer(text) if match["body"].strip()}


def license_of(component: dict[str, Any]) -> str:
    first = component["licenses"][0]
    return first.get("expression") or first["license"].get("id") or first["license"]["name"]


def against_notices(document: dict[str, Any], text: str) -> list[str]:
    told = notices(text)
    foreign = {one["name"]: license_of(one) for one in document["components"] if license_of(one) != "Proprietary"}
    out = [f"{name} ({licence}) has no section in the notices, or one of another licence"
           for name, licence in foreign.items() if told.get(name) != licence]
    # A build without the keyring names no libsecret.
    out += [f"the notices tell of {name}, which is no component" for name in told if name not in foreign and name != "libsecret"]
    return out


def of_the_library(document: dict[str, Any]) -> list[str]:
    """What the validator cannot know: that it says something about this library."""
    names = {one["name"]: one for one in document["components"]}
    out = [f"{name} is missing" for name in ("curl", "libsodium", "simdjson", "kotlin-stdlib", "okhttp") if name not in names]
    out += [f"{name} has no version" for name, one in names.items() if not re.match(r"\d+\.\d+", one.get("version", ""))]
    refs = {one["bom-ref"] for one in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
    out += [f"a dependency leads to {ref}, which is not there" for edge in document["dependencies"]
            for ref in (edge["ref"], *edge["dependsOn"]) if ref not in refs]
    return out


def by_schema(text: str) -> list[str]:
    # Only in the virtual environment.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return [str(error)[:2000]] if error else []


def check(file: Path, page: Path, add: Callable[[bool, str, str], None], with_schema: bool) -> None:
    text, told = file.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")
    document = json.loads(text)
    for what, found in (("names what it should", of_the_library(document)), ("against the notices", against_notices(document, told))):
        add(not found, f"bill of materials: {what}", "\n".join(found))
    fewer = told.replace("## simdjson\n", "## something\n")
    add(len(against_notices(document, fewer)) == 2, "bill of materials, planted: a notice is missing, another is too many", "")
    other = told.replace("License: curl\n", "License: MIT\n")
    add(len(against_notices(document, other)) == 1, "bill of materials, planted: another licence", "")
    if with_schema:
        add(not by_schema(text), "bill of materials: by CycloneDX's schema", "\n".join(by_schema(text)))
        for what, key, value in (("a type that is none", "type", "library!"), ("a scope that is none", "scope", "perhaps")):
            wrong = json.loads(text)
            wrong["components"][0][key] = value
            add(bool(by_schema(json.dumps(wrong))), f"bill of materials, planted: {what}", "")
