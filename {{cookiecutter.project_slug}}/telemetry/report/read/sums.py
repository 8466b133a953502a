"""What is kept of any number of requests: sums by environment, and histograms of fixed size."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.read.columns import Flags, Numbers, Vector

STEP: Final = 1e-3
"""Width of a bin on the natural log scale: a percentile is off by 0.05 % at most."""
LEAST_MS: Final = 1e-3
MOST_MS: Final = 1e8
"""Durations outside of these limits, the upper one of which is a day and more, count as the limit."""
BINS: Final = int(np.ceil(np.log(MOST_MS / LEAST_MS) / STEP))


@dataclass(frozen=True, slots=True)
class Sums:
    """Arrays by unit, that is by environment in its arm. Times are milliseconds."""

    arms: Numbers
    """Position in `PLACEMENTS`."""
    n: Vector
    """Requests."""
    recorded: Vector
    """Requests with a record: of the others nobody knows what state they read."""
    timed: Vector
    """Requests whose time can be told; all sums of times are over these."""
    failed: Vector
    firsts: Vector
    """First requests of a process."""
    waited: Vector
    """First requests that waited for INIT."""
    user: Vector
    init: Vector
    """The part of `user` that was INIT, or the restore of a snapshot."""
    doubtful: Vector
    """The part of `init` that follows a gap which does not tell whether INIT was waited for."""
    billed_n: Vector
    """Requests whose billed time the platform said."""
    billed: Vector
    adapter: Vector
    """As the adapter measured, startup and shutdown inside invocations included. All of the request where
    it has no record.
    """
    loading: Vector
    """Startup and shutdown inside invocations."""
    repeated: Vector
    """The part of `loading` that the `init` arm would not have paid: see `totals`."""
    hidden: Vector
    """First startups that count as repeated, as INIT was off the path."""
    used_mb: Vector
    """The most memory in use; NaN without a platform.report line, and so the next."""
    memory_mb: Vector
    """Configured memory, as the platform said it."""
    first_at: Vector
    """Unix milliseconds of the first and of the last request; NaN where no record tells the time."""
    last_at: Vector

    @classmethod
    def zero(cls, arms: Numbers) -> Self:
        """Begin with no requests."""
        unknown = {"used_mb", "memory_mb", "first_at", "last_at"}
        fields = [name for name in cls.__slots__ if name not in {"arms", *unknown}]
        return cls(
            arms=arms,
            **{name: np.zeros(len(arms)) for name in fields},
            **{name: np.full(len(arms), np.nan) for name in unknown},
        )

    def in_arm(self, placement: Placement) -> Flags:
        """Which units were assigned the placement."""
        return np.equal(self.arms, PLACEMENTS.index(placement))

    def only(self, units: Flags) -> "Sums":
        """Return the sums of some units; those of the others are as if they had served no request."""
        if units.all():
            return self
        kept = {name: np.where(units, getattr(self, name), 0.0) for name in self.__slots__ if name != "arms"}
        return Sums(arms=self.arms, **kept)

    def weighted(self, some: "Sums", times: Vector) -> "Sums":
        """Return the sums in which `some` requests count once and all others so many times.

        Args:
            some: Sums of some of these requests.
            times: By unit.
        """
        limits = {"used_mb", "memory_mb", "first_at", "last_at"}
        weighted = {
            name: getattr(some, name) + times * (getattr(self, name) - getattr(some, name))
            for name in self.__slots__
            if name not in {"arms", *limits}
        }
        return Sums(arms=self.arms, **weighted, **{name: getattr(self, name) for name in limits})


class Histogram:
    """Counts durations in bins of equal width on the log scale (DDSketch: Masson et al., VLDB 12, 2019)."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, np.int64)
        self._total = 0.0

    def add(self, ms: Vector) -> None:
        """Count some durations."""
        self._counts += np.bincount(bins_of(ms), minlength=BINS)
        self._total += float(ms.sum())

    @property
    def n(self) -> int:
        """Number of durations."""
        return int(self._counts.sum())

    @property
    def mean(self) -> float:
        """Their exact mean."""
        return self._total / self.n

    def percentile(self, percent: float) -> float:
        """Return the middle of the bin that holds the nearest rank."""
        rank = max(1, int(np.ceil(self.n * percent / 100)))
        at = int(np.searchsorted(np.cumsum(self._counts), rank))
        return middle_of(at)


def bins_of(ms: Vector) -> Numbers:
    """Return the bin of each duration."""
    within = np.clip(ms, LEAST_MS, MOST_MS)
    bins: Numbers = np.minimum((np.log(within / LEAST_MS) / STEP).astype(np.int64), BINS - 1)
    return bins


def middle_of(at: int) -> float:
    """Return the duration in the middle of a bin, on the log scale."""
    return float(LEAST_MS * np.exp((at + 0.5) * STEP))
