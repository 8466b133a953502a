"""The period to read, in windows of whole hours, so that a downloaded hour can be used again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from telemetry.report.errors import UnusableError

AGO: Final = re.compile(r"(\d+)([mhdw])")
UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
WINDOW: Final = timedelta(hours=1)
SETTLED: Final = timedelta(minutes=15)
"""Until then, CloudWatch may still get lines of a window."""
FORMAT: Final = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Window:
    """The time from `start` to just before `end`."""

    start: datetime
    end: datetime
    settled: bool
    """Nothing more will come into it."""

    @property
    def start_ms(self) -> int:
        """`start` in Unix milliseconds."""
        return round(self.start.timestamp() * 1000)

    @property
    def last_ms(self) -> int:
        """The last millisecond within, since 1970."""
        return round(self.end.timestamp() * 1000) - 1


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `start`, at a full hour, to just before `end`."""

    start: datetime
    end: datetime
    now: datetime

    def windows(self) -> Iterator[Window]:
        """Yield whole hours; the last one may be cut by the end."""
        start = self.start
        while start < self.end:
            end = min(start + WINDOW, self.end)
            whole = end == start + WINDOW
            yield Window(start, end, settled=whole and end + SETTLED <= self.now)
            start = end

    def __str__(self) -> str:
        return f"{self.start:{FORMAT}} to {self.end:{FORMAT}} UTC"


def period(since: str, until: str | None, now: datetime) -> Period:
    """Read `--since` and `--until`, which may be times ago (`7d`) or dates.

    Raises:
        UnusableError: One is neither, or there is no time between them.
    """
    start = _instant(since, now, "--since").replace(minute=0, second=0, microsecond=0)
    end = now if until is None else _instant(until, now, "--until")
    if start >= end:
        raise UnusableError(
            f"--since {since}: the period from {start:{FORMAT}} to {end:{FORMAT}} UTC is empty."
        )
    return Period(start, min(end, now), now)


def _instant(text: str, now: datetime, name: str) -> datetime:
    try:
        if ago := AGO.fullmatch(text):
            return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UnusableError(
            f"{name} {text or repr(text)}: write 7d, 12h, or a date such as 2026-11-24T08:00."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
