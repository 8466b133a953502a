"""Keeps downloaded hours on this machine, so that an interrupted download continues where it stopped."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from telemetry.report.aws.period import Window
from telemetry.report.errors import UnusableError

NAME: Final = "lifespan-report"


def default_folder() -> Path:
    """Return the folder that this user's caches belong in."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


class Cache:
    """Files of lines, one for each settled window of one log group.

    Raises:
        UnusableError: The folder cannot be made.
    """

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder / hashlib.blake2s(source.encode(), digest_size=8).hexdigest()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UnusableError(f"--cache {folder}: {error.strerror}") from error

    def lines(self, window: Window) -> Iterator[bytes] | None:
        """Return the lines of a window; None if it was not downloaded to its end."""
        path = self._path(window)
        return _read(path) if path.exists() else None

    def keep(self, window: Window, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Pass lines on; when all have come, the window counts as downloaded."""
        part = self._path(window).with_suffix(".part")
        with gzip.open(part, "wb", compresslevel=3) as file:
            for line in lines:
                file.write(line)
                yield line
        part.replace(self._path(window))

    def _path(self, window: Window) -> Path:
        return self.folder / f"{window.start:%Y%m%dT%H%M}.jsonl.gz"


def _read(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        yield from file
