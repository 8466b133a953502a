"""Who uses a resource, and what its first load costs: what advice is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from telemetry.report.findings import Estimate
from telemetry.report.jackknife import LEVEL
from telemetry.report.ledger import Ledger, printable
from telemetry.report.proportions import share_interval
from telemetry.report.requests import Requests
from telemetry.report.startup import Loads, spread

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
    """Of one resource, over the environments of all arms."""

    touched: Share
    waited: Share
    """Environments whose INIT was on the request path, of those whose first request was recorded."""
    touches_per_request: float


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


def use_of(name: str, ledger: Ledger, requests: Requests) -> Use:
    """Count environments that touched the state key, and those that waited for INIT."""
    units = len(ledger.units)
    touches = np.array([_touches(unit.touches, name) for unit in ledger.units], np.int64)
    served = np.bincount(requests.unit, minlength=units) > 0
    begun = np.bincount(requests.unit[requests.first], minlength=units) > 0
    cold = np.bincount(requests.unit[requests.first & requests.cold], minlength=units) > 0
    return Use(
        touched=Share(_count(served & (touches > 0)), _count(served)),
        waited=Share(_count(cold), _count(begun)),
        touches_per_request=float(touches.sum()) / max(1, len(requests.unit)),
    )


def _touches(touches: dict[str, int], name: str) -> int:
    return sum(count for key, count in touches.items() if printable(key) == name)


def _count(flags: NDArray[np.bool_]) -> int:
    return int(flags.sum())


def first_load(code: int, loads: Loads) -> FirstLoad | None:
    """Describe the first loads of one resource; None when none succeeded."""
    rows = loads.resources
    mine = (rows["name"] == code) & (rows["failed"] == 0) & (rows["ordinal"] == 1)
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
