"""Sources of lines: files, gzipped files, standard input."""

import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from telemetry.report.errors import UnusableError

STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """Lines, and the name that a person knows them by."""

    name: str
    lines: Iterable[bytes]


def lines_of(name: str) -> Iterator[bytes]:
    """Yield the lines of a file, of a gzipped file (`.gz`), or of standard input (`-`).

    Raises:
        UnusableError: The file is missing, cannot be read, or is no complete gzip file.
    """
    try:
        if name == STDIN:
            yield from sys.stdin.buffer
            return
        path = Path(name)
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield from file
    except FileNotFoundError:
        raise UnusableError(
            f"{name}: no such file. Name a file of records, or `-` for standard input."
        ) from None
    except IsADirectoryError:
        raise UnusableError(f"{name} is a directory. Name the files in it, such as {name}/*.jsonl.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnusableError(f"{name} is not a complete gzip file ({error}). Fetch it again.") from error
    except OSError as error:
        raise UnusableError(f"{name}: cannot be read ({error.strerror}).") from error
