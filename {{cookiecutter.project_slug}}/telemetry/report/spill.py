"""Rows too many for memory: on disk from a certain number on, and read back part by part."""

import tempfile
import weakref
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from telemetry.report.rows import Rows

IN_MEMORY = 8 * 2**20
"""Bytes of rows that are kept in memory before they go to disk."""
PARTS = 64
"""A hundred million requests are then 1.6 million a part."""


class Spill:
    """A growing table like `Rows`, whose memory does not grow.

    A part holds all rows of some values of the column `by`, in the order in which they came.
    """

    def __init__(self, by: str, **columns: str) -> None:
        self._by = by
        self._rows = Rows(**columns)
        self._room = IN_MEMORY // self._rows.dtype.itemsize
        self._file: IO[bytes] | None = None
        self._starts: list[NDArray[np.int64]] = []
        """Where each part begins in the file, by batch; the last entry is the end."""

    def append(self, *values: float) -> None:
        """Add one row."""
        self._rows.append(*values)
        self._room -= 1
        if self._room <= 0:
            self._write()

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows that have the table's columns."""
        self._rows.extend(rows)
        self._room -= len(rows)
        if self._room <= 0:
            self._write()

    @property
    def dtype(self) -> "np.dtype[Any]":
        """Of a row."""
        return self._rows.dtype

    @property
    def in_memory(self) -> int:
        """Bytes of rows that are not on disk."""
        return self._rows.array().nbytes

    @property
    def parts(self) -> int:
        """How many parts to read: one while all rows are in memory."""
        return 1 if self._file is None else PARTS

    def part(self, number: int, of: int) -> NDArray[Any]:
        """Return the rows of one of `of` parts, counted from 0. The table takes no more rows after this."""
        if of == 1:
            return self._rows.array()
        if len(self._rows.array()):
            self._write()
        return np.concatenate([self._read(starts, number) for starts in self._starts] or [self._rows.array()])

    def _write(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="telemetry-report-")  # noqa: SIM115  # closed below
            weakref.finalize(self, self._file.close)
        rows = self._rows.array()
        part = rows[self._by] % PARTS
        rows[np.argsort(part, kind="stable")].tofile(self._file)
        counts = np.bincount(part, minlength=PARTS)
        end = 0 if not self._starts else int(self._starts[-1][-1])
        self._starts.append(end + np.concatenate(([0], np.cumsum(counts))) * rows.itemsize)
        self._rows.clear()
        self._room = IN_MEMORY // self._rows.dtype.itemsize

    def _read(self, starts: NDArray[np.int64], number: int) -> NDArray[Any]:
        if self._file is None:
            return self._rows.array()
        self._file.seek(int(starts[number]))
        return np.frombuffer(self._file.read(int(starts[number + 1] - starts[number])), self._rows.dtype)


def parts_of(*tables: Spill) -> int:
    """In how many parts to read tables that are read side by side."""
    return max(table.parts for table in tables)
