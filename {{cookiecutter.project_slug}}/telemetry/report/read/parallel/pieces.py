"""Pieces of a plain file of lines, cut at line ends, so that several processes can read one log."""

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from telemetry.report.read.shapes.content import BLOCK, GZIP, lines_by_block
from telemetry.report.read.shapes.sniffing import BARE, HEAD, shape_of
from telemetry.report.read.skipped import Skip

LEAST: Final = 48 * 2**20
"""Bytes of a piece: read in the time in which a process starts and hands over what it read, and more."""
MOST: Final = 4
"""Processes; each takes some 60 MB of memory."""
MARKED: Final = (GZIP, codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Beginnings of files that are not read byte by byte."""


class Piece(NamedTuple):
    """Bytes of a file, from a line's first to after a line's last."""

    path: bytes
    """As the system has it, whatever its encoding."""
    begin: int
    end: int | None
    """None: the end of the file."""


def pieces_of(path: Path, processes: int) -> list[Piece]:
    """Cut a file into as many pieces as processes are worth it; none where it has to be read as one.

    Raises:
        OSError: It cannot be read.
    """
    size = path.stat().st_size if path.is_file() else 0
    count = min(processes, MOST, size // LEAST)
    if count < 2:
        return []
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(MARKED) or shape_of(head) != BARE:
            return []
        return cut(file, os.fsencode(path), [size * number // count for number in range(1, count)])


def cut(file: BinaryIO, path: bytes, near: Iterable[int]) -> list[Piece]:
    """Cut a file at each of these places where a line begins, else where the next one does."""
    found = {begin for place in near if (begin := _line_begin(file, place)) is not None}
    begins = [0, *sorted(found - {0})]
    return [Piece(path, begin, end) for begin, end in zip(begins, [*begins[1:], None], strict=True)]


def lines_of_piece(piece: Piece) -> Iterator[list[bytes] | Skip]:
    """Yield the lines of a piece, with their ends, block by block.

    Raises:
        OSError: The file cannot be read.
    """
    with Path(os.fsdecode(piece.path)).open("rb", buffering=0) as file:
        file.seek(piece.begin)
        size = None if piece.end is None else piece.end - piece.begin
        yield from lines_by_block(_blocks(file, size))


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _line_begin(file: BinaryIO, place: int) -> int | None:
    """Return where the first line from a place on begins; None if none does."""
    at = max(place - 1, 0)  # the end of a line, if one begins at the place itself
    file.seek(at)
    while block := file.read(BLOCK):
        found = block.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(block)
    return None


def _blocks(file: BinaryIO, size: int | None) -> Iterator[bytes]:
    left = size
    while block := file.read(BLOCK if left is None else min(BLOCK, left)):
        yield block
        if left is not None:
            left -= len(block)
            if left <= 0:
                return
