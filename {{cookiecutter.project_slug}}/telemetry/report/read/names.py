"""Names out of the records: safe to print, and still told apart."""

from collections.abc import Iterable
from typing import Final

LONGEST_NAME: Final = 60


def printable(name: str) -> str:
    """Make a name from the records safe to print: no control characters, no endless ones."""
    shown = name if name.isprintable() else "".join(c if c.isprintable() else "?" for c in name)
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 3] + "..."


def told_apart(names: Iterable[str]) -> list[str]:
    """Make names safe to print, each unlike those before it: `model`, `model (2)`."""
    shown: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for name in names:
        base = candidate = printable(name)
        while candidate in taken:
            counts[base] = counts.get(base, 1) + 1
            candidate = f"{base} ({counts[base]})"
        taken.add(candidate)
        shown.append(candidate)
    return shown
