"""What environments write: where it goes, and what is read of it as it passes."""

import json
from pathlib import Path
from typing import BinaryIO, NamedTuple

from telemetry.lab.platform.process import Write
from telemetry.schema import KINDS, PLACEMENT, RECORD, SCHEMA


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
        try:
            record = json.loads(line)
        except ValueError:
            return
        if record.get(RECORD) not in KINDS or SCHEMA not in record:
            return
        self.has_records = True
        placement = record.get(PLACEMENT)
        if self.placement is None and record[RECORD] == self._kind and isinstance(placement, str):
            self.placement = placement


def lines_since(path: Path, mark: int) -> list[str]:
    """Return the lines of a file from a position on."""
    with path.open("rb") as file:
        file.seek(mark)
        return file.read().decode(errors="replace").splitlines()
