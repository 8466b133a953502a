"""Rows of numbers, packed as they come and read at once as a numpy array."""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMATS: Mapping[str, str] = {"i8": "q", "i4": "i", "i1": "b", "f8": "d"}


class Rows:
    """A growing table: a few bytes per value, where a list of objects takes fifty.

    Args:
        columns: Name and type (`i8`, `i4`, `i1`, `f8`) of each column, in the order of `append`.
    """

    __slots__ = ("_buffer", "_pack", "dtype")

    def __init__(self, **columns: str) -> None:
        self.dtype = np.dtype([(name, f"<{kind}") for name, kind in columns.items()])
        self._pack = struct.Struct("<" + "".join(FORMATS[kind] for kind in columns.values())).pack
        self._buffer = bytearray()

    def append(self, *values: float) -> None:
        """Add one row."""
        self._buffer += self._pack(*values)

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows that have the table's columns."""
        self._buffer += rows.tobytes()

    def clear(self) -> None:
        """Forget all rows; arrays that were taken keep theirs."""
        self._buffer = bytearray()

    def array(self) -> NDArray[Any]:
        """Return all rows, by column name. The table takes no rows while the array is in use."""
        return np.frombuffer(self._buffer, dtype=self.dtype)

    def once(self, key: str) -> tuple[NDArray[Any], int]:
        """Return the first row of each key, in order, and how many were left out."""
        return once(self.array(), key)


def once(rows: NDArray[Any], key: str) -> tuple[NDArray[Any], int]:
    """Return the first row of each key, in order, and how many were left out."""
    _, first = np.unique(rows[key], return_index=True)
    return rows[np.sort(first)], len(rows) - len(first)
