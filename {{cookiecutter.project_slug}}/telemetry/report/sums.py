"""Sums over the requests of each environment: all that the estimators need, wherever they come from."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.jackknife import Ratio, Vector, ratio

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sums:
    """Arrays by unit, that is by environment in its arm. Times are milliseconds."""

    arms: NDArray[np.int64]
    """Position in `PLACEMENTS`."""
    n: Vector
    """Requests."""
    failed: Vector
    firsts: Vector
    """First requests of a process."""
    waited: Vector
    """First requests that waited for INIT."""
    user: Vector
    init: Vector
    """The part of `user` that was INIT, or the restore of a snapshot."""
    billed_n: Vector
    """Requests with a platform.report line."""
    billed: Vector
    adapter: Vector
    """As the adapter measured, startup and shutdown inside invocations included."""
    loading: Vector
    """Startup and shutdown inside invocations."""
    repeated: Vector
    """The part of `loading` that the `init` arm would not have paid: see `agreement`."""
    hidden: Vector
    """First startups that count as repeated, as INIT was off the path."""
    used_mb: Vector
    """The most memory in use; NaN without a platform.report line."""

    @classmethod
    def zero(cls, arms: NDArray[np.int64]) -> Self:
        """Begin with no requests."""
        fields = [name for name in cls.__slots__ if name not in {"arms", "used_mb"}]
        used = np.full(len(arms), np.nan)
        return cls(arms=arms, used_mb=used, **{name: np.zeros(len(arms)) for name in fields})

    def in_arm(self, placement: Placement) -> Flags:
        """Which units were assigned the placement."""
        return np.equal(self.arms, PLACEMENTS.index(placement))

    def ratios(self, ms: Vector, n: Vector | None = None) -> dict[Placement, Ratio]:
        """Estimate the mean of some sums over the requests of each arm, or over `n`."""
        n = self.n if n is None else n
        arms = {arm: self.in_arm(arm) for arm in PLACEMENTS}
        return {arm: ratio(ms[mine], n[mine]) for arm, mine in arms.items()}
