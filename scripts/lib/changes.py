"""What differs from a base: commits since then, the index, the working tree, and files git does not know yet."""
from __future__ import annotations

import subprocess
from pathlib import Path


class NoBase(Exception):
    """The wish for a base cannot be met; says why."""


def git(root: Path, *arguments: str) -> str | None:
    """What git prints, or None when it refuses."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def base_of(root: Path, wanted: str | None) -> str:
    """The commit to compare with: the one asked for, or where this branch left main. On main itself that is HEAD, so that
    only the working tree counts."""
    if wanted is not None:
        found = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted + "^{commit}")
        if found is None:
            raise NoBase(f"git knows no commit '{wanted}'")
        return found.strip()
    for main in ("main", "origin/main"):
        found = git(root, "merge-base", "HEAD", main)
        if found is not None:
            return found.strip()
    raise NoBase("there is neither main nor origin/main here; --base names a commit")


def changed_files(root: Path, base: str) -> list[str]:
    """Names from the root of the tree, sorted; those of deleted files, too. A renamed file is one deleted and one new."""
    different = git(root, "diff", "--name-only", "--no-renames", "-z", base, "--")
    unknown = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    if different is None or unknown is None:
        raise NoBase("git could not compare the working tree with the base")
    return sorted({name for name in (different + unknown).split("\0") if name})


def language_of(root: Path, name: str) -> str:
    """cpp, python, shell or nothing: by the suffix, and for scripts without one by their first line."""
    path = root / name
    if path.suffix in {".c", ".h", ".cpp", ".hpp"}:
        return "cpp"
    if path.suffix == ".py":
        return "python"
    if path.suffix not in {"", ".sh"} or not path.is_file():
        return ""
    with path.open("rb") as file:
        first = file.readline(200)
    if first.startswith(b"#!"):
        return "python" if b"python" in first else "shell" if first.split()[-1].endswith(b"sh") else ""
    return "shell" if path.suffix == ".sh" else ""
