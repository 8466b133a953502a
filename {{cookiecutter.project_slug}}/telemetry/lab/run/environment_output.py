"""What environments write: where it goes, and what is read of it as it passes."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from telemetry.lab.platform.process import Write
from telemetry.lab.run.tracebacks import plain_text
from telemetry.schema import KINDS, PLACEMENT, RECORD, SCHEMA

LINE_END: Final = re.compile(r"\r\n|\n|\r")
"""Nothing else ends a line: JSON may hold what `str.splitlines` takes for an end, such as U+2028."""


class Outputs(NamedTuple):
    """Open files."""

    records: BinaryIO
    log: BinaryIO
    """Takes all that is no record."""


class RecordReader:
    """Passes on what an environment writes, and reads its placement from the first record of `kind`."""

    def __init__(self, kind: str, write: Write) -> None:
        self.placement: str | None = None
        """None until there is such a record."""
        self.has_records = False
        """Whether there was a record of telemetry, of whatever kind."""
        self._kind = kind
        self._mark = f'"{RECORD}":"{kind}"'.encode()
        self._write = write

    def write(self, lines: bytes) -> None:
        """Take whole lines."""
        if not self.has_records or (self.placement is None and self._mark in lines):
            for line in lines.splitlines():
                self._read(line)
        self._write(lines)

    def _read(self, line: bytes) -> None:
        """Read a line; the function may well write others that look like records."""
        if not line.startswith(b"{"):
            return
        record = _object(line)
        if not is_record(record):
            return
        self.has_records = True
        placement = record.get(PLACEMENT)
        if self.placement is None and record[RECORD] == self._kind and isinstance(placement, str):
            self.placement = placement


def lines_since(path: Path, mark: int) -> list[str]:
    """Return the lines of a file from a position on, as plain text."""
    with path.open("rb") as file:
        file.seek(mark)
        lines = LINE_END.split(plain_text(file.read().decode(errors="replace")))
    return lines if lines[-1] else lines[:-1]


def own_lines(lines: Sequence[str]) -> list[str]:
    """Return what the function itself has written: neither records of telemetry nor Lambda's lines."""
    return [line for line in lines if not _is_of_platform(line)]


def is_record(line: Mapping[str, Any]) -> bool:
    """Whether a line is a record of telemetry."""
    return line.get(RECORD) in KINDS and SCHEMA in line


def _is_of_platform(line: str) -> bool:
    if not line.startswith("{"):
        return line.startswith(("START RequestId:", "END RequestId:", "REPORT RequestId:", "--- "))
    found = _object(line)
    return is_record(found) or str(found.get("type", "")).startswith("platform.")


def _object(line: bytes | str) -> dict[str, Any]:
    """Read a JSON object; nothing where the line is something else, or too deep to be read."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
