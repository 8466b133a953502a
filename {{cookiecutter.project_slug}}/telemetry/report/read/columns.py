"""Growing tables of numbers, packed by column type; from a certain size on they spill to disk."""

import struct
import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telemetry.report.errors import UnusableError

Vector: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

FORMATS: Final[Mapping[str, str]] = {"i8": "q", "i4": "i", "i1": "b", "f8": "d"}
IN_MEMORY: Final = 8 * 2**20
"""Bytes of rows that a table keeps in memory before it writes them to disk."""
PARTS: Final = 64
"""A hundred million requests are then 1.6 million a part."""


def packer(columns: Mapping[str, str]) -> Callable[..., bytes]:
    """Return what packs the values of one row, given their types by column."""
    return struct.Struct("<" + "".join(FORMATS[kind] for kind in columns.values())).pack


class Table:
    """A table in memory: a few bytes per value, where a list of objects takes fifty.

    Args:
        columns: Name and type (`i8`, `i4`, `i1`, `f8`) of each column, in the order of `append`.
    """

    __slots__ = ("_pack", "buffer", "dtype")

    def __init__(self, **columns: str) -> None:
        self.dtype = np.dtype([(name, f"<{kind}") for name, kind in columns.items()])
        self._pack = packer(columns)
        self.buffer = bytearray()
        """The rows, packed."""

    def append(self, *values: float) -> None:
        """Add one row."""
        self.buffer += self._pack(*values)

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows that have the table's columns."""
        self.buffer += rows.data

    def clear(self) -> None:
        """Remove all rows; arrays that were taken keep theirs."""
        self.buffer = bytearray()

    def array(self) -> NDArray[Any]:
        """Return all rows, by column name. The table takes no rows while the array is in use."""
        return np.frombuffer(self.buffer, dtype=self.dtype)

    def deduplicated(self, key: str) -> tuple[NDArray[Any], int]:
        """Return the first row of each key, in order, and how many rows were left out."""
        return deduplicated(self.array(), key)


class SpillingTable:
    """A table whose memory does not grow: rows beyond `IN_MEMORY` go to a temporary file.

    It is read in parts, each with all rows of some values of one column, in the order in which they came.

    Args:
        by: The column that decides in which part a row is; of type `i8` or `i4`.
        columns: As for `Table`.
    """

    def __init__(self, by: str, **columns: str) -> None:
        self._by = by
        self._rows = Table(**columns)
        self._pack = packer(columns)
        self._room = IN_MEMORY // self._rows.dtype.itemsize
        self._file: IO[bytes] | None = None
        self._starts: list[Numbers] = []
        """Where each part begins in the file, by batch; the last entry is the end."""

    def append(self, *values: float) -> None:
        """Add one row."""
        self._rows.buffer += self._pack(*values)  # not by `Table.append`: a call costs as much as the rest
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
        """Type of a row."""
        return self._rows.dtype

    @property
    def in_memory(self) -> int:
        """Bytes of rows that are not on disk."""
        return self._rows.array().nbytes

    @property
    def parts(self) -> int:
        """How many parts to read: one while all rows are in memory."""
        return 1 if self._file is None else PARTS

    def batches(self) -> Iterator[NDArray[Any]]:
        """Yield all rows, about `IN_MEMORY` at a time; within a part in the order in which they came."""
        for starts in self._starts:
            yield self._read(starts, 0, PARTS)
        yield self._rows.array()

    def part(self, number: int, of: int) -> NDArray[Any]:
        """Return the rows of one of `of` parts, counted from 0. The table takes no more rows after this."""
        if of == 1:
            return self._rows.array()
        if len(self._rows.array()):
            self._write()
        batches = [self._read(starts, number, number + 1) for starts in self._starts]
        return together(batches or [self._rows.array()])

    def _write(self) -> None:
        rows = self._rows.array()
        part = (rows[self._by] % PARTS).astype(np.uint8)  # bytes are sorted by counting them
        self._spill(rows.take(np.argsort(part, kind="stable")))
        counts = np.bincount(part, minlength=PARTS)
        end = 0 if not self._starts else int(self._starts[-1][-1])
        self._starts.append(end + np.concatenate(([0], np.cumsum(counts))) * rows.itemsize)
        self._rows.clear()
        self._room = IN_MEMORY // self._rows.dtype.itemsize

    def _spill(self, rows: NDArray[Any]) -> None:
        """Write rows to the file, which has no name: nothing of it is left, however the process ends.

        Raises:
            UnusableError: There is no room for them.
        """
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="telemetry-report-")  # noqa: SIM115  # closed below
                weakref.finalize(self, self._file.close)
            self._file.write(rows.data)
            self._file.flush()
        except OSError as error:
            folder = tempfile.tempdir or "the temporary folder"
            raise UnusableError(
                f"no room in {folder} for what was read ({error.strerror or error}). Set TMPDIR to a folder "
                "with more: a large log takes about a third of its size."
            ) from error

    def _read(self, starts: Numbers, first: int, after: int) -> NDArray[Any]:
        """Return the rows of some parts of one batch."""
        if self._file is None:
            return self._rows.array()
        self._file.seek(int(starts[first]))
        return np.frombuffer(self._file.read(int(starts[after] - starts[first])), self._rows.dtype)


def parts_of(*tables: SpillingTable) -> int:
    """Return in how many parts to read tables that are read side by side."""
    return max(table.parts for table in tables)


def deduplicated(rows: NDArray[Any], key: str) -> tuple[NDArray[Any], int]:
    """Return the first row of each key, in order, and how many rows were left out."""
    _, first = np.unique(rows[key], return_index=True)
    return rows.take(np.sort(first)), len(rows) - len(first)


def together(tables: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return the rows of tables with the same columns, one after the other.

    They are copied as bytes, as `take` and `compress` do it: NumPy copies column by column where tables are
    concatenated or indexed by arrays, which takes ten times as long and more.
    """
    columns = tables[0].dtype
    return np.concatenate([rows.view(f"V{columns.itemsize}") for rows in tables]).view(columns)
