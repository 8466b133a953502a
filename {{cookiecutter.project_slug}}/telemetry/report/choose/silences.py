"""Long silences in a recording: of few requests beyond one it is the clock, of many it is two recordings."""

from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np

from telemetry.report.errors import UnusableError
from telemetry.report.estimate.digits import digits
from telemetry.report.read.columns import Vector

DAY: Final = 86400.0
FEW: Final = 0.01
"""Share of the requests up to which those beyond a silence are left out."""
EXPECTED: Final = 100
"""Requests that would have come in a silence at the mean rate, from which on it is told."""


class Silence(NamedTuple):
    """Nothing came between two moments, seconds; `after` is the place of the request that ended it."""

    begin: float
    end: float
    after: int

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.end - self.begin

    @property
    def days(self) -> str:
        """When it was, in words."""
        first, last = (_moment(at) for at in (self.begin, self.end))
        return f"from {first} to {last} ({digits(self.seconds / DAY)} days)"


def longest(at: Vector) -> Silence:
    """Return the longest silence between arrivals, which ascend; no time at all where there is but one."""
    if len(at) < 2:
        return Silence(float(at[0]), float(at[0]), 0)
    after = int(np.argmax(np.diff(at))) + 1
    return Silence(float(at[after - 1]), float(at[after]), after)


def together(at: Vector) -> slice:
    """Return which arrivals are of one time: all of them, but for few that are far from all others.

    Args:
        at: Unix seconds, ascending.

    Raises:
        UnusableError: More than half of the time is one silence, with many requests on both sides.
    """
    first, last = 0, len(at)
    while True:
        silence = longest(at[first:last])
        if silence.seconds < max(DAY, (at[last - 1] - at[first]) / 2):
            return slice(first, last)
        before, beyond = silence.after, last - first - silence.after
        if min(before, beyond) > FEW * len(at):
            raise UnusableError(
                f"nothing was recorded {silence.days}, more than half of the time between the first record "
                "and the last: these are recordings of two times, or a clock was wrong. Give one of them."
            )
        first, last = (first, first + before) if beyond < before else (first + before, last)


def silence_note(at: Vector, seconds: float) -> str | None:
    """Say that a long silence is taken for a time in which nobody came; None where there is none."""
    silence = longest(at)
    if silence.seconds < DAY or silence.seconds / seconds * len(at) < EXPECTED:
        return None
    return f"nothing was recorded {silence.days}: it is taken for a time in which nobody came"


def _moment(at: float) -> str:
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):  # no year of the calendar
        return f"second {at:.0f}"
