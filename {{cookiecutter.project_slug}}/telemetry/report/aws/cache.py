"""What was fetched stays on this machine, so that an interrupted download goes on where it stopped."""

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
    """Where caches belong on this machine."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME


class Cache:
    """Files of lines, one for each settled window of one source."""

    def __init__(self, folder: Path, source: str) -> None:
        self.folder = folder / hashlib.blake2s(source.encode(), digest_size=8).hexdigest()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UnusableError(f"--cache {folder}: {error.strerror}") from error

    def lines(self, window: Window) -> Iterator[bytes] | None:
        """Give the lines of a window; None when it was not fetched to its end."""
        path = self._path(window)
        return _read(path) if path.exists() else None

    def keep(self, window: Window, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Pass lines on, and keep them once all have come."""
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
