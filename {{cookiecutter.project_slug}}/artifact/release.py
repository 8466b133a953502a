"""Tells releases apart: an id over the code, the template and its parameters."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def release_id(build: Path, overrides: Iterable[str]) -> str:
    """Return 12 hex digits that differ when anything does that `sam build` left in a folder, or a parameter.

    Bytecode counts by its presence only, because Python does not promise the same bytes twice.
    """
    digest = hashlib.sha256()
    for text in sorted(overrides):
        digest.update(f"{text}\0".encode())
    for path in _files(build):
        content = b"" if path.suffix == ".pyc" else path.read_bytes()
        digest.update(f"{path.relative_to(build).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file())
