"""The first request of each environment, and its warm ones: there placements differ, or do not."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.requests import Requests
from telemetry.report.read.units import START_CODES, TIMED_OUT

ANSWERED: Final = 0
FAILED: Final = 1
"""How a first request ended; beside these two, `TIMED_OUT`."""
LATER_MS: Final = 1e14
"""Three thousand years."""
COLD, WARM = START_CODES["cold"], START_CODES["warm"]


class FirstRequests:
    """Arrays by unit, that is by environment in its arm. Times are milliseconds.

    Environments serve the requests that follow a crash in a new process. Its first request is no first
    request of the environment, which is what an experiment assigns.
    """

    def __init__(self, units: int) -> None:
        self.at: Vector = np.full(units, np.inf)
        self.ms: Vector = np.full(units, np.nan)
        """What the user waited, INIT included; NaN without a request, or where INIT is of unknown length."""
        self.init: Vector = np.zeros(units)
        """The part of it that was INIT."""
        self.billed: Vector = np.full(units, np.nan)
        """What was billed for it; NaN where the platform did not say it."""
        self.ended: NDArray[np.int8] = np.zeros(units, np.int8)
        self._start: NDArray[np.int8] = np.zeros(units, np.int8)
        self._warm_n: Vector = np.zeros(units)
        self._warm_ms: Vector = np.zeros(units)
        self.timeout_ms = 0.0
        """The longest request that timed out; 0 where none did."""

    @property
    def seen(self) -> Flags:
        """Say which units have a request."""
        return self.at < np.inf

    @property
    def timed(self) -> Flags:
        """Say whose first request has a known length."""
        return ~np.isnan(self.ms)

    def only(self, units: Flags) -> "FirstRequests":
        """Return the requests of some units; the others are as if they had none."""
        found = FirstRequests(len(units))
        found.at, found.ms = np.where(units, self.at, np.inf), np.where(units, self.ms, np.nan)
        found.init = np.where(units, self.init, 0.0)
        found.billed = np.where(units, self.billed, np.nan)
        found.ended, found._start = self.ended, self._start
        found._warm_n, found._warm_ms = self._warm_n * units, self._warm_ms * units
        found.timeout_ms = self.timeout_ms
        return found

    def see(self, part: Requests) -> None:
        """Take some requests, in any order."""
        self._see_warm(part)
        timed_out = part.reported & (part.outcome == TIMED_OUT)
        lasted = (part.user_ms - part.init_ms)[timed_out]
        self.timeout_ms = float(np.fmax.reduce(lasted, initial=self.timeout_ms))
        at, unit = _ordered(part), part.unit
        before = self.at.copy()
        np.minimum.at(self.at, unit, at)
        mine = np.flatnonzero((at == self.at[unit]) & (at < before[unit]))
        units = unit[mine]
        self.ms[units], self.init[units] = part.user_ms[mine], part.init_ms[mine]
        self.billed[units] = part.billed_ms[mine]
        self.ended[units] = np.where(timed_out, TIMED_OUT, np.where(part.failed, FAILED, ANSWERED))[mine]
        self._start[units] = part.rows["start"][mine]

    def forget(self, units: Flags) -> None:
        """Leave out the first request of some units: what was seen first was not the first."""
        self.at[units], self.ms[units], self.init[units] = np.inf, np.nan, 0.0
        self.billed[units] = np.nan

    def replace(self, units: Flags, ms: float, ended: int) -> None:
        """Say what became of first requests that left no record; those that were seen came after them."""
        self.at[units], self.ms[units], self.init[units] = -np.inf, ms, 0.0
        self.billed[units] = np.nan
        self.ended[units], self._start[units] = ended, COLD

    def _see_warm(self, part: Requests) -> None:
        mine = (part.rows["start"] == WARM) & ~np.isnan(part.user_ms)
        self._warm_n += np.bincount(part.unit[mine], minlength=len(self._warm_n))
        self._warm_ms += np.bincount(part.unit[mine], part.user_ms[mine], minlength=len(self._warm_n))

    def warm(self) -> tuple[Vector, Vector]:
        """Return the sums of ms, and of requests, over warm requests that are not the first of their unit."""
        first = self.timed & (self._start == WARM)
        return self._warm_ms - np.where(first, self.ms, 0.0), self._warm_n - first


def _ordered(part: Requests) -> Vector:
    """When each request began; a warm one of unknown time comes last, any other one first.

    A process counts its requests: those after its first come later, whatever its clock did.
    """
    at: Vector = part.rows["at"]
    unknown: NDArray[Any] = np.where(part.rows["start"] == WARM, np.finfo(np.float64).max, -np.inf)
    told = np.where(part.first, at, at + LATER_MS) if part.recorded else at
    return np.where(np.isnan(at), unknown, told)
