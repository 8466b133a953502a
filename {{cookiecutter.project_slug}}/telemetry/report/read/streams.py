"""Which environment wrote which log stream: what joins the platform's events with the records."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np

from telemetry.report.read.columns import Numbers, Table, Vector
from telemetry.report.read.origin import Origin, environment_of
from telemetry.report.read.platform.events import PlatformInit

NO_STREAM: Final = -1
UNKNOWN: Final = -1
"""In the place of a unit: nothing tells whose stream it is, or it is of several."""
ELSEWHERE: Final = -2
"""In the place of a unit: the stream is of another service or function than the one that is judged."""
FAILED: Final = frozenset({"failure", "error", "timeout"})


class Streams:
    """Log streams by number, and the INITs that the platform reported in them.

    An environment writes one stream, and the adapter's id of it is a hash of the stream's name. Restored
    snapshots draw their id at random: there the records' own streams tell.
    """

    def __init__(self) -> None:
        self.numbers: dict[tuple[str | None, str], int] = {}
        """By log group and name."""
        self.seen: dict[int, set[str]] = {}
        """Environments whose records are in a stream, by its number."""
        self.inits = Table(stream="i4", cut="i1", ms="f8", at="f8")
        """INITs before the first request; `cut` are those that failed or timed out."""
        self.unplaced_cuts = 0
        """INITs that failed or timed out, in lines without a stream."""

    def number(self, origin: Origin | None) -> int:
        """Return the number of a line's stream; `NO_STREAM` where the export does not tell."""
        if origin is None or origin.stream is None:
            return NO_STREAM
        return self.numbers.setdefault((origin.group, origin.stream), len(self.numbers))

    def saw(self, origin: Origin | None, environment: str) -> None:
        """Note that an environment's record came in a line of a stream."""
        number = self.number(origin)
        if number != NO_STREAM:
            self.seen.setdefault(number, set()).add(environment)

    def enter(self, event: PlatformInit, origin: Origin | None) -> None:
        """Take an INIT; one that ran again inside a request (phase `invoke`) is a part of its duration."""
        if event.phase == "invoke":
            return
        cut, number = event.status in FAILED, self.number(origin)
        if number == NO_STREAM:
            self.unplaced_cuts += cut
            return
        self.inits.append(number, cut, event.duration_ms, at_of(origin))

    def units(self, by_environment: Mapping[str, Iterable[int]], others: Callable[[str], bool]) -> Numbers:
        """Return the unit of each stream, or `UNKNOWN`, or `ELSEWHERE`.

        Args:
            by_environment: Units of each environment that is judged.
            others: Whether an environment is of another service or function.
        """
        found = np.full(len(self.numbers), UNKNOWN, np.int64)
        for (_, name), number in self.numbers.items():
            environments = self.seen.get(number, set()) | {environment_of(name)}
            units = {unit for environment in environments for unit in by_environment.get(environment, ())}
            if len(units) == 1:
                (found[number],) = units
            elif not units and any(map(others, environments)):
                found[number] = ELSEWHERE
        return found

    def init_by_unit(self, unit_of: Numbers, units: int, *, cut_only: bool) -> tuple[Vector, Vector]:
        """Sum up INITs by unit: ms, and when the last of them ended; NaN where none was reported."""
        rows = self.inits.array()
        if cut_only:
            rows = rows[rows["cut"] == 1]
        ms, at = np.full(units, np.nan), np.full(units, np.nan)
        if not len(rows):
            return ms, at
        rows = np.unique(rows)  # an export that was read twice
        rows = rows[unit_of[rows["stream"]] >= 0]
        unit = unit_of[rows["stream"]]
        n = np.bincount(unit, minlength=units) > 0
        ms[n] = np.bincount(unit, rows["ms"], minlength=units)[n]
        np.fmax.at(at, unit, rows["at"])
        return ms, at


def at_of(origin: Origin | None) -> float:
    """Return when a line was written; NaN where the export does not tell."""
    return np.nan if origin is None or origin.at_ms is None else origin.at_ms
