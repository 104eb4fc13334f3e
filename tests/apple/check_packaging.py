#!/usr/bin/env python3
"""What can be said of the Apple packaging without a Mac: the Xcode project holds together, plists are well-formed and say what
they must, manifests agree with the library's version, and the scripts refuse clearly. Prints each check; exits 1 if one fails."""
from __future__ import annotations

import os
import plistlib
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
IOS = ROOT / "samples/ios"
TOKEN = re.compile(r'\s+|/\*.*?\*/|//[^\n]*|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_./$:@-]+)|([{}()=;,])', re.S)


class Project:
    """Reads Xcode's property list: dictionaries, arrays and strings."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise ValueError(f"no token at {text[at:at + 40]!r}")
            at = match.end()
            if match.group(3):
                self.tokens.append(("mark", match.group(3)))
            elif match.group(1) is not None or match.group(2) is not None:
                self.tokens.append(("text", match.group(1) if match.group(1) is not None else match.group(2)))
        self.at = 0

    def take(self, expected: str | None = None) -> tuple[str, str]:
        token = self.tokens[self.at]
        self.at += 1
        if expected is not None and token != ("mark", expected):
            raise ValueError(f"{expected!r} expected, {token[1]!r} found")
        return token

    def value(self) -> object:
        kind, text = self.take()
        if kind == "text":
            return text
        if text == "{":
            found: dict[str, object] = {}
            while self.tokens[self.at] != ("mark", "}"):
                key = self.take()[1]
                self.take("=")
                if key in found:
                    raise ValueError(f"{key} twice")
                found[key] = self.value()
                self.take(";")
            self.take("}")
            return found
        if text == "(":
            items = []
            while self.tokens[self.at] != ("mark", ")"):
                items.append(self.value())
                self.take(",")
            self.take(")")
            return items
        raise ValueError(f"{text!r} is no value")


def project_holds_together() -> None:
    root = Project((IOS / "Loans.xcodeproj/project.pbxproj").read_text(encoding="utf-8")).value()
    assert isinstance(root, dict)
    objects = root["objects"]
    ident = re.compile(r"^A1[0-9A-F]{22}$")
    used = {root["rootObject"]}

    def walk(value: object) -> None:
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            if isinstance(item, str) and ident.match(item):
                assert item in objects, f"{item} is referred to and not there"
                used.add(item)
            else:
                walk(item)

    for entry in objects.values():
        assert re.match(r"^(PBX|XC)", entry["isa"])
        walk(entry)
    assert set(objects) == used, f"nobody refers to {set(objects) - used}"
    settings = [entry["buildSettings"] for entry in objects.values() if entry["isa"] == "XCBuildConfiguration"]
    for setting in settings:
        for key in ("CODE_SIGN_ENTITLEMENTS", "INFOPLIST_FILE"):
            assert key not in setting or (IOS / setting[key]).is_file(), f"{key} names no file"
    assert {s["IPHONEOS_DEPLOYMENT_TARGET"] for s in settings if "IPHONEOS_DEPLOYMENT_TARGET" in s} == {"15.0"}
    groups = [entry for entry in objects.values() if entry["isa"] == "PBXFileSystemSynchronizedRootGroup"]
    assert {group["path"] for group in groups} == {"Loans", "LoansNotice"}
    for group in groups:
        for one in group["exceptions"]:
            for name in objects[one]["membershipExceptions"]:
                assert (IOS / group["path"] / name).is_file(), f"{name} is not there"
    targets = {e["name"]: e["productType"] for e in objects.values() if e["isa"] == "PBXNativeTarget"}
    assert targets == {"Loans": "com.apple.product-type.application", "LoansNotice": "com.apple.product-type.app-extension"}


def app_and_extension_share_one_group() -> None:
    groups = [plistlib.loads((IOS / name).read_bytes())["com.apple.security.application-groups"]
              for name in ("Loans/Loans.entitlements", "LoansNotice/LoansNotice.entitlements")]
    assert groups[0] == groups[1] == ["$(LOANS_APP_GROUP)"]
    for name in ("Loans/Info.plist", "LoansNotice/Info.plist"):
        info = plistlib.loads((IOS / name).read_bytes())
        assert {"LoansAppGroup", "LoansPlatformURL", "LoansPartnerURL"} <= set(info)
        assert all(info[key].startswith("https://") for key in ("LoansPlatformURL", "LoansPartnerURL"))


def privacy_manifest_says_what_is_used() -> None:
    manifest = plistlib.loads((ROOT / "bindings/swift/Sources/CreditSDK/PrivacyInfo.xcprivacy").read_bytes())
    assert manifest["NSPrivacyTracking"] is False and manifest["NSPrivacyCollectedDataTypes"] == []
    declared = {entry["NSPrivacyAccessedAPIType"].removeprefix("NSPrivacyAccessedAPICategory")
                for entry in manifest["NSPrivacyAccessedAPITypes"]}
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "platform").rglob("*.cpp"))
    needed = {"FileTimestamp"} if re.search(r"\bfstat(at)?\(", sources) else set()
    needed |= {"SystemBootTime"} if re.search(r"mach_(continuous|absolute)_time\(", sources) else set()
    assert declared == needed, f"declared {declared}, used {needed}"


def versions_agree() -> None:
    version = re.search(r"project\(CreditSDK VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    pod = (ROOT / "bindings/swift/apple/CreditSDK.podspec").read_text(encoding="utf-8")
    assert version and f"spec.version = '{version.group(1)}'" in pod
    assert "spec.ios.deployment_target = '15.0'" in pod and "spec.osx.deployment_target = '12.0'" in pod
    for name in ("bindings/swift/Package.swift", "bindings/swift/apple/Package.swift", "samples/ios/LoansKit/Package.swift"):
        assert "platforms: [.iOS(.v15), .macOS(.v12)]" in (ROOT / name).read_text(encoding="utf-8"), name


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "scripts" / script), *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, "VCPKG_ROOT": "/opt/vcpkg"})


def scripts_refuse_clearly() -> None:
    if sys.platform == "darwin":
        return
    for script in ("package-apple", "verify-on-device"):
        refused = run(script)
        assert refused.returncode == 69 and "Linux" in refused.stderr and refused.stdout == "", refused
        wrong = run(script, "--wrong")
        assert wrong.returncode == 2 and "--wrong" in wrong.stderr, wrong


def plan_covers_all_slices() -> None:
    plan = run("package-apple", "--plan", "--archive", "https://releases.example/CCredit.xcframework.zip")
    assert plan.returncode == 0, plan
    for triplet in ("arm64-ios", "arm64-ios-simulator", "x64-ios", "arm64-osx", "x64-osx"):
        assert f"--triplet {triplet} " in plan.stdout, triplet
    assert plan.stdout.count("-create-xcframework") == 1 and plan.stdout.count("libCCredit.a -headers") == 3
    assert "url: \"https://releases.example/CCredit.xcframework.zip\"" in plan.stdout
    assert run("package-apple", "--plan", "--only", "watch").returncode == 2
    only = run("package-apple", "--plan", "--only", "mac")
    assert only.returncode == 0 and "iphoneos" not in only.stdout
    listed = run("verify-on-device", "--list").stdout
    assert listed.count("on the device: ") >= 12 and listed.count("by itself: ") >= 5


def main() -> int:
    failed = 0
    for check in (project_holds_together, app_and_extension_share_one_group, privacy_manifest_says_what_is_used,
                  versions_agree, scripts_refuse_clearly, plan_covers_all_slices):
        try:
            check()
            print(f"ok      {check.__name__}")
        except (AssertionError, ValueError, KeyError, OSError) as problem:
            failed += 1
            print(f"FAILED  {check.__name__}: {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
