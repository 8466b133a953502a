"""What each configuration takes and costs, with intervals that hold all at once.

Whoever looks for the best of many configurations looks at all intervals, so they are as wide as it takes for
all of them together to hold the truth in 95 of 100 runs. Three quarters of the error go to the means, whose
quantiles are those of the largest and of the smallest studentised deviation among all means of a resampled
run (max-t; Romano and Wolf, Econometrica 73, 2005, section 4.2). A quarter goes to the p99, each of which
gets an equal part of it (Bonferroni; Dunn, Journal of the American Statistical Association 56, 1961).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import Placement
from telemetry.prices import Prices
from telemetry.report.estimate.configurations.cells import MEANS, P99, Cell, Mean
from telemetry.report.estimate.configurations.costs import Rate, rate_of
from telemetry.report.estimate.configurations.resampling import quantiles
from telemetry.report.estimate.deciding.completeness import MOST_LOST, LeftOut
from telemetry.report.estimate.intervals import Estimate, known
from telemetry.report.estimate.jackknife import LEVEL, NO_INTERVAL
from telemetry.report.estimate.percentiles import Percentile

FOR_MEANS: Final = 0.75
"""Their part of the error; p99 has the rest. Dollars follow billed ms, so they need no part."""
METHOD: Final = "max-t of resampled environments, Bonferroni for p99"
Untold: TypeAlias = Literal["nothing measured", "too few environments", "requests in no figure"]


@dataclass(frozen=True, slots=True)
class Figures:
    """One configuration. An estimate is None where nothing was measured."""

    name: str
    """Memory and placement; init type where others have another one."""
    memory_mb: float
    init_type: str | None
    placement: Placement
    environments: int
    """That served a request."""
    requests: int
    failed: int
    first_request_ms: Estimate | None
    warm_request_ms: Estimate | None
    billed_ms: Estimate | None
    """Of a request, at the share of cold ones; so the next two."""
    dollars_per_million: Estimate | None
    p99_ms: Percentile | None
    dollars_a_month_kept: float | None
    """Of one snapshot, or one provisioned environment; 0 on demand. None where no price is known."""
    more_environments: int
    """How many more there have to be at least before intervals are shown."""
    untold: Untold | None
    """Why there is no interval."""
    on_frontier: bool | None = None
    """No other is both cheaper and has a lower p99; None where either is not told."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One configuration with what its figures rest on."""

    cell: Cell
    figures: Figures
    rate: Rate | None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.figures.name


@dataclass(frozen=True, slots=True)
class Levels:
    """What makes the intervals hold together."""

    lowest: float
    """Quantiles of the studentised deviations of means."""
    highest: float
    p99: float
    """Level of the interval of each p99."""


def measured(cells: Sequence[Cell], prices: Prices | None, left_out: LeftOut) -> list[Measured]:
    """Describe every configuration.

    Args:
        cells: All that are shown together.
        prices: For dollars; None where they are not known.
        left_out: Requests that are in no figure.
    """
    reasons = [_untold(cell, left_out) for cell in cells]
    levels = levels_of([cell for cell, reason in zip(cells, reasons, strict=True) if reason is None])
    types = {cell.configuration.settings.init_type for cell in cells}
    found = []
    for cell, reason in zip(cells, reasons, strict=True):
        rate = rate_of(cell.configuration, prices, cell.share)
        figures = _figures(cell, rate, reason, levels)
        if len(types) > 1:
            figures = replace(figures, name=f"{figures.name}, {figures.init_type or 'init type not known'}")
        found.append(Measured(cell, figures, rate))
    return found


def levels_of(told: Sequence[Cell]) -> Levels:
    """Return the levels at which all intervals of some configurations hold together at `LEVEL`."""
    error = 1 - LEVEL
    t = [of.t for cell in told for of in cell.resamples.values() if of.error > 0]
    lowest, highest = np.nan, np.nan
    if t:
        together = np.asarray(t)
        least, most = np.nanmin(together, axis=0), np.nanmax(together, axis=0)
        lowest, highest = quantiles(least, most, 1 - FOR_MEANS * error)
    return Levels(lowest, highest, _level_of_p99(len(told)))


def requests_for_p99(configurations: int) -> int:
    """Return above how many requests of each p99 has an upper limit, even if all are independent."""
    from scipy.special import ndtri  # noqa: PLC0415  # as in `jackknife`

    return math.ceil(P99 / (1 - P99) * float(ndtri((1 + _level_of_p99(configurations)) / 2)) ** 2)


def _level_of_p99(configurations: int) -> float:
    return 1 - (1 - FOR_MEANS) * (1 - LEVEL) / max(configurations, 1)


def _figures(cell: Cell, rate: Rate | None, reason: Untold | None, levels: Levels) -> Figures:
    settings = cell.configuration.settings
    first, warm, billed = (_estimate(cell, name, levels, told=reason is None) for name in MEANS)
    return Figures(
        name=cell.configuration.name,
        memory_mb=settings.memory_mb,
        init_type=settings.init_type,
        placement=cell.configuration.placement,
        environments=cell.environments,
        requests=cell.requests,
        failed=cell.failed,
        first_request_ms=first,
        warm_request_ms=warm,
        billed_ms=billed,
        dollars_per_million=None if billed is None or rate is None else _dollars(billed, rate),
        p99_ms=_p99(cell, levels, told=reason is None),
        dollars_a_month_kept=None if rate is None else rate.monthly,
        more_environments=cell.more_environments if reason == "too few environments" else 0,
        untold=reason,
    )


def _untold(cell: Cell, left_out: LeftOut) -> Untold | None:
    """Say why a configuration has no interval, if it has none."""
    if not cell.environments:
        return "nothing measured"
    if cell.more_environments:
        return "too few environments"
    elsewhere = float(left_out.unplaced.by_arm.sum()) / max(float(left_out.n.sum()), 1.0)
    lost = left_out.lost_share((cell.configuration.placement,))
    untimed = cell.untimed / cell.environments
    return "requests in no figure" if max(elsewhere, lost, untimed) > MOST_LOST else None


def _estimate(cell: Cell, name: Mean, levels: Levels, *, told: bool) -> Estimate | None:
    value = cell.mean(name)
    if value is None:
        return None
    low, high = NO_INTERVAL
    if told and name in cell.resamples:
        of = cell.resamples[name]
        low, high = of.limits(levels.lowest, levels.highest) if of.error > 0 else (value, value)
    return Estimate(value, known(low), known(high), LEVEL)


def _dollars(ms: Estimate, rate: Rate) -> Estimate:
    low, high = (None if bound is None else rate.dollars(bound) for bound in (ms.low, ms.high))
    return Estimate(rate.dollars(ms.value), low, high, ms.level)


def _p99(cell: Cell, levels: Levels, *, told: bool) -> Percentile | None:
    if not cell.environments:
        return None
    found = cell.p99(levels.p99)
    return found if told else replace(found, low=None, high=None, told="too few environments")
