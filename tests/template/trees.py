"""Trees of files, compared byte for byte."""

import hashlib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

FOLDER = "{{cookiecutter.project_slug}}"


class Generate(Protocol):
    def __call__(self, **answers: str) -> Path: ...


def git(folder: Path, env: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=dict(env), check=True, capture_output=True)


def tree(folder: Path, *, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Every file of a folder with the hash of its content and whether it may be executed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or name in without or name.startswith(".git/"):
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found[name] = f"{digest} {'x' if path.stat().st_mode & 0o100 else '-'}"
    return found
