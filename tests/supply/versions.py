"""One place says which version this is: project() in CMakeLists.txt. What repeats it has to agree."""
from __future__ import annotations

import ctypes
import re
import shutil
import tempfile
from pathlib import Path
from typing import Callable

PROJECT = re.compile(r"^project\(CreditSDK VERSION (\d+\.\d+\.\d+)\b", re.MULTILINE)
# File, what it says, and how much of the version that is. Those that are not there yet are not asked.
REPEATED = (
    ("bindings/swift/apple/CreditSDK.podspec", r"spec\.version = '([\d.]+)'", 3),
    ("capi/include/credit/credit.h", r'/\* "([\d.]+)"; static\. \*/\nCREDIT_API credit_str credit_version', 3),
    ("tests/abi/canary.c", r'credit_version\(\), "([\d.]+)"', 3),
    ("tests/consumer/find_package/CMakeLists.txt", r"find_package\(CreditSDK ([\d.]+)", 2),
    ("docs/install.md", r"find_package\(CreditSDK ([\d.]+) REQUIRED\)", 2),
    ("CHANGELOG.md", r"^## (?:Unreleased \()?(\d+\.\d+\.\d+)", 3),
)
OPTIONAL = (("vcpkg.json", r'"version(?:-semver|-string)?": "([\d.]+)"', 3),)
# Takes the version from CMakeLists.txt when it is run.
DERIVED = (("scripts/package-android", r"project\(CreditSDK VERSION"), ("cmake/CreditPackage.cmake", r"CreditSDK_VERSION"),
           ("capi/CMakeLists.txt", r'CREDIT_SDK_VERSION="\$\{CreditSDK_VERSION\}"'), ("cmake/creditsdk.pc.in", "@CreditSDK_VERSION@"))
HEADING = re.compile(r"^## (?:Unreleased \((\d+\.\d+\.\d+)\)|(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2})$")


class CreditStr(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("size", ctypes.c_size_t)]


def version_of(root: Path) -> str:
    return PROJECT.search((root / "CMakeLists.txt").read_text(encoding="utf-8"))[1]


def problems(root: Path) -> list[str]:
    version = version_of(root)
    out = []
    for name, pattern, numbers in (*REPEATED, *(one for one in OPTIONAL if (root / one[0]).exists())):
        match = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        wanted = ".".join(version.split(".")[:numbers])
        if match is None or match[1] != wanted:
            out.append(f"{name}: says {match[1] if match else 'nothing'}, CMakeLists.txt says {wanted}")
    for name, pattern in DERIVED:
        if not re.search(pattern, (root / name).read_text(encoding="utf-8")):
            out.append(f"{name}: does not take the version from CMakeLists.txt")
    return out + abi(root, version) + changelog(root)


def abi(root: Path, version: str) -> list[str]:
    """Before 1.0 each minor has an ABI of its own; after it the major counts."""
    text = (root / "capi/include/credit/credit.h").read_text(encoding="utf-8")
    major, minor = (int(re.search(rf"^#define CREDIT_ABI_{name} (\d+)$", text, re.MULTILINE)[1]) for name in ("MAJOR", "MINOR"))
    wanted = [int(one) for one in version.split(".")]
    if major != wanted[0] or (major == 0 and minor != wanted[1]) or minor > wanted[1]:
        return [f"capi/include/credit/credit.h: ABI {major}.{minor} does not go with version {version}"]
    return []


def changelog(root: Path) -> list[str]:
    """Headings are versions, newest first; at most the first is unreleased."""
    out, seen = [], []
    for line in (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("## "):
            continue
        match = HEADING.match(line)
        if match is None:
            out.append(f"CHANGELOG.md: '{line}' is neither '## X.Y.Z - YYYY-MM-DD' nor '## Unreleased (X.Y.Z)'")
            continue
        if match[1] and seen:
            out.append("CHANGELOG.md: only the first version may be unreleased")
        seen.append(tuple(int(one) for one in (match[1] or match[2]).split(".")))
    if not seen or seen != sorted(set(seen), reverse=True):
        out.append("CHANGELOG.md: versions have to fall from the top")
    return out


def of_library(library: Path) -> str:
    loaded = ctypes.CDLL(str(library))
    loaded.credit_version.restype = CreditStr
    return loaded.credit_version().data.decode()


def planted(root: Path, add: Callable[[bool, str, str], None]) -> None:
    """A tree in which one file says something else."""
    files = {"CMakeLists.txt", *(one[0] for one in (*REPEATED, *DERIVED))}
    changes = [(name, pattern) for name, pattern, _ in REPEATED]
    version = version_of(root)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in files:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)
        add(not problems(copy), "versions, planted: nothing", str(problems(copy)))
        for name, pattern in changes:
            text = (root / name).read_text(encoding="utf-8")
            match = re.search(pattern, text, re.MULTILINE)
            (copy / name).write_text(text[:match.start(1)] + "9.9.9" + text[match.end(1):], encoding="utf-8")
            found = problems(copy)
            add(any(one.startswith(name) for one in found), f"versions, planted: {name}", str(found))
            shutil.copyfile(root / name, copy / name)
        head = f"## {version} - 2026-01-01\n"
        for what, text in (("an older version first", f"## 0.0.1 - 2026-01-01\n{head}"), ("a heading of another form", f"{head}## soon\n")):
            (copy / "CHANGELOG.md").write_text(text, encoding="utf-8")
            add(bool(changelog(copy)), f"versions, planted: {what}", "")
