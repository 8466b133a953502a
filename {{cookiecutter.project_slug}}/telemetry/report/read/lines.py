"""Sources of lines: files, folders, standard input; gzipped or not, plain or as a tool exported them."""

import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from telemetry.report.errors import UnusableError
from telemetry.report.read.origin import Message, Origin
from telemetry.report.read.shapes.content import LONGEST_LINE, blocks_of, lines_by_block, lines_in, peeked
from telemetry.report.read.shapes.documents import document_messages
from telemetry.report.read.shapes.one_per_line import docker_messages, event_messages, table_messages
from telemetry.report.read.shapes.prefixes import Prefix, messages
from telemetry.report.read.shapes.sniffing import DOCKER, DOCUMENTS, EVENTS, HEAD, TABLE, shape_of
from telemetry.report.read.skipped import Skip

STDIN: Final = "-"
Lines: TypeAlias = list[bytes] | Message | Skip
"""Some bare lines, with their ends, or one that came out of an export, or the reason why there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """Lines, and the name that a person knows them by."""

    name: str
    lines: Iterable[Lines]
    path: Path | None = None
    """Of a file whose lines come from no log stream that is known by its name, so that it can be cut."""


def source_of(name: str) -> Source:
    """Return what the command line names; its name is made fit to print."""
    named = name != STDIN and "\0" not in name and _stream_of(Path(name)) is None
    return Source(shown(name), lines_of(name), Path(name) if named else None)


def shown(name: str) -> str:
    """Return the name of a file without what a terminal would obey to, or could not print."""
    return "".join(character if character.isprintable() else "?" for character in name)


def lines_of(name: str) -> Iterator[Lines]:
    """Yield the lines of a file, of all files below a folder, or of standard input (`-`).

    Raises:
        UnusableError: The file is missing, cannot be read, or is no complete gzip file.
    """
    if name == STDIN:
        with explained(name):
            yield from lines_from(sys.stdin.buffer)
        return
    if "\0" in name:
        raise UnusableError(f"{shown(name)}: no file has such a name.")
    path = Path(name)
    with explained(name):
        files = list(_files_below(path)) if path.is_dir() else [path]
    for file in files:
        with explained(str(file)), file.open("rb", buffering=0) as opened:
            stream, lines = _stream_of(file), lines_from(opened)
            yield from lines if stream is None else _from_stream(lines, stream)


def lines_from(file: BinaryIO) -> Iterator[Lines]:
    """Yield the lines of an open file, in whatever shape they are.

    Raises:
        EOFError: It is gzip and cut short.
        zlib.error: It is gzip and damaged.
    """
    head, blocks = peeked(blocks_of(file), HEAD)
    if b"\n" not in head:  # one long line, which may be an app's
        head, blocks = peeked(blocks, LONGEST_LINE)
    shape = shape_of(head[: HEAD + max(head.find(b"\n"), 0)])
    if isinstance(shape, Skip):
        return iter([shape])
    if shape == DOCUMENTS:
        return document_messages(blocks)
    if isinstance(shape, Prefix):
        return messages(lines_in(blocks), shape)
    if shape in READERS:
        return READERS[shape](lines_in(blocks))
    return lines_by_block(blocks)


READERS: Final = {EVENTS: event_messages, DOCKER: docker_messages, TABLE: table_messages}


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder in the order of their names; hidden ones are none of a log's."""
    for at, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found = (Path(at, name) for name in sorted(names) if not name.startswith("."))
        yield from (path for path in found if path.is_file())


def _refuse(error: OSError) -> None:
    """Stop at a folder that cannot be read: what is in it must not be missing without a word."""
    raise error


EXPORTED: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)-([^/]{0,140}\[[^\]/]{1,140}\][0-9a-f]{32})")


def _stream_of(file: Path) -> str | None:
    """Name the log stream that an S3 export wrote to this file: its folder's name, with / for -."""
    found = EXPORTED.fullmatch(file.parent.name)
    return None if found is None else "/".join(found.groups())


def _from_stream(lines: Iterator[Lines], stream: str) -> Iterator[Message | Skip]:
    for found in lines:
        if isinstance(found, list):
            yield from (Message(line.removesuffix(b"\n"), Origin(stream=stream)) for line in found)
        elif isinstance(found, Message) and found.origin.stream is None:
            yield found._replace(origin=found.origin._replace(stream=stream))
        else:
            yield found


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Say of errors while reading which file it was, and what to do."""
    name = shown(name)
    try:
        yield
    except FileNotFoundError:
        raise UnusableError(
            f"{name}: no such file. Name a file or folder of records, or `-` for standard input."
        ) from None
    except (EOFError, zlib.error) as error:
        raise UnusableError(f"{name} is not a complete gzip file ({error}). Fetch it again.") from error
    except OSError as error:
        raise UnusableError(f"{name}: cannot be read ({error.strerror}).") from error
    except UnicodeEncodeError:
        raise UnusableError(f"{name}: no file has such a name.") from None
