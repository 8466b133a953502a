"""One table of the verdict as text, however it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Headings and cells; the terminal and the page show the same ones."""

    name: str
    title: str
    headings: Row
    rows: Sequence[Row]
    caption: str = ""
    prose: frozenset[int] = frozenset()
    """Columns, beside the first, that hold words rather than numbers."""
