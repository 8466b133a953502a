"""Telemetry's own failures: counted, stated once by kind, and never in the way of the service."""

from collections.abc import Callable
from typing import TypeAlias

OnFault: TypeAlias = Callable[[str, Exception], None]
"""Takes the name of the part that failed and what it raised."""


class Faults:
    """Counts what telemetry's parts raised, and states the first of each part and type."""

    def __init__(self, state: Callable[[str, str], None]) -> None:
        self._state = state
        self._stated: set[tuple[str, str]] = set()
        self.total = 0

    def add(self, part: str, error: Exception) -> None:
        """Never raises, also when the statement itself cannot be written."""
        self.total += 1
        kind = (part, type(error).__name__)
        if kind in self._stated:
            return
        self._stated.add(kind)
        try:
            self._state(*kind)
        except Exception:  # noqa: BLE001 - stdout is gone: the total at the end is all that can be said
            self.total += 1
