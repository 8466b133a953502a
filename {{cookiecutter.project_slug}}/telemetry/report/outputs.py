"""The files that are written: never one that is read, nor one for two; whole, or the command says why not."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from telemetry.report.errors import UnusableError
from telemetry.report.read.lines import STDIN

STDOUT: Final = "-"
BEGINNINGS: Final = (b'{\n  "v": ', b"<!doctype html>", b"**")
"""Of the files that are written, JSON, page and Markdown: no log begins so."""


def must_differ(outputs: Mapping[str, Path | None], inputs: Sequence[str]) -> None:
    """Refuse to write over an input, or two outputs to one file; devices, such as /dev/null, may be shared.

    What an earlier run wrote into a folder that is read may be written over.

    Args:
        outputs: By the option that names them.
        inputs: As they are named on the command line.

    Raises:
        UnusableError: An output is the same file as an input or as the output before it, or two of them go
            to standard output.
    """
    taken = [("an input", Path("/dev/stdin" if name == STDIN else name)) for name in inputs]
    printed = [option for option, path in outputs.items() if str(path) == STDOUT]
    if len(printed) > 1:
        raise UnusableError(f"{' and '.join(printed)}: standard output takes one of them. Name a file.")
    for option, path in outputs.items():
        if path is None or str(path) == STDOUT:
            continue
        for what, other in taken:
            if _same(path, other) or _is_log_in(path, other):
                raise UnusableError(
                    f"{option} {path}: that is {what} too. Name another file; none was written."
                )
        taken.append((f"the file of {option}", path))


def _same(path: Path, other: Path) -> bool:
    try:
        if path.exists() and other.exists():
            return path.is_file() and path.samefile(other)
        return path.resolve() == other.resolve()
    except (OSError, RuntimeError, ValueError):  # no such name, or a loop of links: writing says so
        return False


def _is_log_in(path: Path, folder: Path) -> bool:
    """Say whether a file is read with its folder, and holds something else than this module writes."""
    try:
        places = (path.resolve(), path.parent.resolve())  # of a link both its own place and its target's
        inside = folder.is_dir() and any(place.is_relative_to(folder.resolve()) for place in places)
        return inside and path.is_file() and not _is_output(path)
    except (OSError, RuntimeError, ValueError):  # as above
        return False


def _is_output(path: Path) -> bool:
    """Say whether a file is what an earlier run wrote, or empty."""
    with path.open("rb") as file:
        beginning = file.read(max(map(len, BEGINNINGS)))
    return not beginning or beginning.startswith(BEGINNINGS)


@contextmanager
def discarded_on_failure(outputs: Iterable[Path | None]) -> Iterator[None]:
    """Remove what an earlier run had written where this one fails: it is not the new verdict.

    Any other file stays: `--json records.jsonl`, of which no FILE is left to read, names a log.
    """
    try:
        yield
    except BaseException:
        for path in outputs:
            if path is not None and str(path) != STDOUT:
                with suppress(OSError):
                    if path.is_file() and _is_output(path):
                        path.unlink()
        raise


def write_whole(path: Path, text: str) -> Path:
    """Write a whole file or none: it is complete before it gets its name. Devices are written to.

    Raises:
        UnusableError: It cannot be written.
    """
    if str(path) == STDOUT:
        _print(text)
        return path
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return path
        place = path.resolve()
        partial = place.with_name(f".{place.name}.{os.getpid()}.part")
        try:
            partial.write_text(text, encoding="utf-8")
            if place.exists():
                shutil.copymode(place, partial)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise UnusableError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


@contextmanager
def reader_may_leave() -> Iterator[None]:
    """Go on where the reader of standard output has seen enough, as `head` has: what was found still holds.

    Rich sends the rest of the output to nowhere then, and would end the program with exit code 1.
    """
    with suppress(SystemExit):
        yield


def _print(text: str) -> None:
    """Write to standard output, whose reader may have seen enough, as `head` has."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # At its end Python flushes once more, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
