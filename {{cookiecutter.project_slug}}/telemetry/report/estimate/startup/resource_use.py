"""Who uses a resource, and what its first load costs: what advice rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import LEVEL, Ratio, ratio
from telemetry.report.estimate.proportions import share_interval
from telemetry.report.estimate.startup.startup_cost import spread
from telemetry.report.estimate.startup.touches import clustering_of
from telemetry.report.read.columns import Flags
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import Loads, Part
from telemetry.report.read.totals import Totals

BONFERRONI: Final = 1 - (1 - LEVEL) / 2
"""Level of each of two shares, so that both intervals hold together at `LEVEL`."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the environments, with its exact interval."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 where there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        """Return the bounds, at the level that two shares need to hold together."""
        return share_interval(self.count, self.of, BONFERRONI)

    def estimate(self) -> Estimate:
        """Return the share with its interval."""
        return Estimate(self.value, *self.interval(), BONFERRONI)


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """Who uses one resource, over environments that are independent of one another."""

    touched: Share
    waited: Share
    """Environments whose INIT was on the request path, of those whose first request was recorded."""
    requests: Ratio
    """Requests that touched it, of all."""
    clustering: float = 0.0
    """How touches gather in few environments: see `touches`."""


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
    shares_imports: bool = False
    """It imported modules, and what loads after it may need them too: then that would import them."""
    repeat_ms: float | None = None
    """Mean of repeated loads, which import nothing; None where none was recorded."""

    @property
    def sure_ms(self) -> float:
        """Milliseconds that go away for certain if it does not load."""
        if not self.shares_imports:
            return self.ms.value
        return 0.0 if self.repeat_ms is None else min(self.repeat_ms, self.ms.value)


def use_of(code: int, totals: Totals, among: Flags) -> ResourceUse:
    """Count environments and requests that touched the state key, and environments that waited for INIT."""
    sums, touching = totals.sums, totals.touching[:, code]
    return ResourceUse(
        touched=Share(_count((touching > 0) & among), _count((sums.recorded > 0) & among)),
        waited=Share(_count((sums.waited > 0) & among), _count((sums.firsts > 0) & among)),
        requests=ratio(touching[among], sums.recorded[among]),
        clustering=clustering_of(touching[among], sums.recorded[among]),
    )


def independent(ledger: Ledger, totals: Totals) -> Flags:
    """Choose the environments whose use of resources is independent of one another.

    A lab sends the same events to every arm, so there the environments of the largest arm are all that count.
    Where it makes traffic, each event goes to one environment, as on Lambda.
    """
    arms = totals.sums.arms
    if all(lab.load is not None for lab in ledger.labs) or not len(arms):
        return np.ones(len(arms), np.bool_)
    largest = int(np.bincount(arms, weights=totals.sums.n > 0).argmax())
    return np.equal(arms, largest)


def _count(flags: Flags) -> int:
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
        shares_imports=bool((loads.resource_followed & (np.nan_to_num(rows["modules"]) > 0))[mine].any()),
        repeat_ms=_repeat_ms(loads.repeats.get(code, [])),
    )


def _repeat_ms(parts: Sequence[Part]) -> float | None:
    n = sum(float(part.n.sum()) for part in parts)
    return sum(float(part.total.sum()) for part in parts) / n if n else None
