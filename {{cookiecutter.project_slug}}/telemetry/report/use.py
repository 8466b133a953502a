"""Who uses a resource, and what its first load costs: what advice is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telemetry.report.findings import Estimate
from telemetry.report.jackknife import LEVEL, Ratio, ratio
from telemetry.report.ledger import Ledger
from telemetry.report.proportions import share_interval
from telemetry.report.startup import Loads, spread
from telemetry.report.totals import Totals

BONFERRONI = 1 - (1 - LEVEL) / 2
"""Level of each of two shares, so that both intervals hold together at `LEVEL`."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the environments, with its exact interval."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """0 where there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        """Bounds at the level that two of them need together."""
        return share_interval(self.count, self.of, BONFERRONI)

    def estimate(self) -> Estimate:
        """Give the share as it is reported."""
        return Estimate(self.value, *self.interval(), BONFERRONI)


@dataclass(frozen=True, slots=True)
class Use:
    """Of one resource, over environments that are independent of one another."""

    touched: Share
    waited: Share
    """Environments whose INIT was on the request path, of those whose first request was recorded."""
    requests: Ratio
    """Requests that touched it, of all."""


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """Mean first load, in INIT where one was recorded there."""

    ms: Estimate
    in_init: bool
    cpu_share: float
    """CPU over wall time; may exceed 1 when threads load."""
    overlapped: bool
    rss_bytes: float
    native_bytes: float
    py_blocks: float


def use_of(code: int, totals: Totals, among: NDArray[np.bool_]) -> Use:
    """Count environments and requests that touched the state key, and environments that waited for INIT."""
    sums, touching = totals.sums, totals.touching[:, code]
    return Use(
        touched=Share(_count((touching > 0) & among), _count((sums.n > 0) & among)),
        waited=Share(_count((sums.waited > 0) & among), _count((sums.firsts > 0) & among)),
        requests=ratio(touching[among], sums.n[among]),
    )


def independent(ledger: Ledger, totals: Totals) -> NDArray[np.bool_]:
    """Environments that tell of use each for itself.

    A lab sends the same events to every arm, so there the largest arm tells all, and the others repeat it.
    """
    arms = totals.sums.arms
    if not ledger.labs or not len(arms):
        return np.ones(len(arms), np.bool_)
    largest = int(np.bincount(arms, weights=totals.sums.n > 0).argmax())
    return np.equal(arms, largest)


def _count(flags: NDArray[np.bool_]) -> int:
    return int(flags.sum())


def first_load(code: int, loads: Loads) -> FirstLoad | None:
    """Describe the first loads of one resource; None when none succeeded."""
    rows = loads.resources
    mine = (rows["name"] == code) & (rows["failed"] == 0)
    in_init = mine & loads.resource_in_init
    mine = in_init if in_init.any() else mine
    found = spread(loads.resource_units[mine], rows["wall"][mine])
    if found is None:
        return None
    cpu = np.where(np.isnan(rows["cpu"]), rows["wall"], rows["cpu"])[mine]
    return FirstLoad(
        ms=Estimate(found.mean, found.mean_low, found.mean_high, found.level),
        in_init=bool(in_init.any()),
        cpu_share=float(cpu.sum()) / max(float(rows["wall"][mine].sum()), 1e-9),
        overlapped=bool(rows["overlapped"][mine].any()),
        rss_bytes=float(np.median(rows["rss"][mine])),
        native_bytes=float(np.median(rows["native"][mine])),
        py_blocks=float(np.median(rows["blocks"][mine])),
    )
