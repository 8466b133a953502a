"""Keeps downloaded hours on this machine, so that an interrupted download continues where it stopped."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from telemetry.report.aws.period import Window
from telemetry.report.errors import UnusableError
from telemetry.report.read.lines import lines_from
from telemetry.report.read.origin import Message
from telemetry.report.read.shapes.content import is_whole_gzip
from telemetry.report.read.shapes.wrapped import event_line

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

    def messages(self, window: Window) -> Iterator[Message] | None:
        """Return the lines of a window; None if it was not downloaded to its end, or its file is damaged."""
        path = self._path(window)
        if not path.exists():
            return None
        with path.open("rb") as file:
            if not is_whole_gzip(file):
                return None
        return _read(path)

    def keep(self, window: Window, messages: Iterable[Message]) -> Iterator[Message]:
        """Pass lines on; when all have come, the window counts as downloaded."""
        part = self._path(window).with_suffix(".part")
        with gzip.open(part, "wb", compresslevel=3) as file:
            for message in messages:
                file.write(event_line(message))
                yield message
        part.replace(self._path(window))

    def _path(self, window: Window) -> Path:
        return self.folder / f"{window.start:%Y%m%dT%H%M}.jsonl.gz"


def _read(path: Path) -> Iterator[Message]:
    """Read what `keep` wrote, or an earlier version that kept bare lines."""
    with path.open("rb") as file:
        for found in lines_from(file):
            if isinstance(found, Message):
                yield found
            elif isinstance(found, list):
                yield from (Message(line.removesuffix(b"\n")) for line in found)
