"""What a section of the verdict is, however it is shown: a table, or a list of remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Row: TypeAlias = tuple[str, ...]
Tone: TypeAlias = Literal["good", "bad", "open"]

NONE: Final = "-"
"""A cell without a value."""
TONES: Final[Mapping[str, Tone]] = {
    "saves": "good",
    "keep": "good",
    "costs": "bad",
    "make lazy": "open",
    "cannot tell yet": "open",
}
"""Cells that stand out, and how."""


@dataclass(frozen=True, slots=True)
class TableSection:
    """Headings and cells; left out where there is no row."""

    name: str
    title: str
    headings: Row
    rows: Sequence[Row]
    caption: str = ""
    prose: frozenset[int] = frozenset()
    """Columns, beside the first, that hold words rather than numbers."""


@dataclass(frozen=True, slots=True)
class ListSection:
    """Remarks, one a line; left out where there is none."""

    name: str
    title: str
    rows: Sequence[str]


Section: TypeAlias = TableSection | ListSection
