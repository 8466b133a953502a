"""Arms, and each against `init`: the difference per request, and whether it can be told at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.intervals import Estimate, contrast, estimate, known, more_needed
from telemetry.report.estimate.jackknife import (
    LEVEL,
    Difference,
    Quantiles,
    Ratio,
    difference,
    quotient,
)
from telemetry.report.estimate.smallest import DEFAULT, Smallest
from telemetry.report.read.sums import Sums
from telemetry.report.read.units import Unit

Estimand: TypeAlias = Literal["user_visible_ms", "billed_ms", "first_request_ms", "warm_request_ms"]
Pair: TypeAlias = Callable[[Placement], dict[Placement, Ratio]]
QuantilesOf: TypeAlias = Callable[[Placement], Quantiles | None]
Finding: TypeAlias = Literal[
    "saves", "costs", "no difference that matters", "no difference seen", "cannot tell yet"
]


@dataclass(frozen=True, slots=True)
class Arm:
    """All requests of the environments that were assigned one placement."""

    placement: Placement
    environments: int
    g_eff: float
    """Effective number of environments: (sum n)^2 / sum(n^2)."""
    requests: int
    failed_requests: int
    """Status 500 or above, or no response."""
    fell_back: int
    """Environments that left the placement; analysed as assigned."""
    user_visible_ms: Estimate
    billed_ms: Estimate | None
    """None without platform.report lines."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Difference per request, baseline minus arm: above 0, the arm saves."""

    baseline: Placement
    arm: Placement
    estimand: Estimand
    difference_ms: float
    low: float | None
    high: float | None
    level: float
    df: float | None
    times: float | None
    """Baseline over arm, with its interval."""
    times_low: float | None
    times_high: float | None
    mean_ms: dict[Placement, float]
    g_eff: dict[Placement, float]
    n_environments: dict[Placement, int]
    n_requests: dict[Placement, int]
    finding: Finding
    more_environments: dict[Placement, int]
    """How many more each arm needs at least, when it cannot be told yet."""
    smallest_ms: float
    """A difference below this does not matter to the reader."""
    any_time: bool = False
    """The interval holds at every look at once; else at one look that was declared before."""


def arms_of(
    units: Sequence[Unit], sums: Sums, user: dict[Placement, Ratio], billed: dict[Placement, Ratio]
) -> list[Arm]:
    """Describe every arm that served a request; `user` and `billed` are its means per request."""
    fell_back = [unit.placement for unit in units if unit.fell_back]
    return [
        Arm(
            placement=placement,
            environments=of.environments,
            g_eff=of.g_eff,
            requests=int(sums.n[sums.in_arm(placement)].sum()),
            failed_requests=int(sums.failed[sums.in_arm(placement)].sum()),
            fell_back=fell_back.count(placement),
            user_visible_ms=estimate(of),
            billed_ms=estimate(billed[placement]) if billed[placement].environments else None,
        )
        for placement, of in user.items()
        if of.environments
    ]


def compare(  # noqa: PLR0913  # what is compared, and how
    arms: dict[Placement, Ratio],
    estimand: Estimand,
    pair: Pair | None = None,
    quantiles: QuantilesOf | None = None,
    *,
    smallest: Smallest = DEFAULT,
    widening: float = 1.0,
) -> list[Comparison]:
    """Compare every recorded arm with `init`, the largest saving first; nothing without `init`.

    The largest is to be expected where most is repeated, so the order is that of `PLACEMENTS` reversed.

    Args:
        arms: Means of each arm over all its environments.
        estimand: What they are means of.
        pair: Gives the means of a baseline and of `init` that are to be compared; None for those of `arms`.
        quantiles: Gives those of the difference over its standard error; None for Student's.
        smallest: The smallest difference that matters.
        widening: How many times as wide as that of a single look an interval has to be.
    """
    init = arms["init"]
    if not init.environments:
        return []
    baselines = (arm for arm in reversed(PLACEMENTS) if arm != "init" and arms[arm].environments)
    pairs = {name: pair(name) if pair else {name: arms[name], "init": init} for name in baselines}
    wide = {
        name: (both[name].widened(widening), both["init"].widened(widening)) for name, both in pairs.items()
    }
    return [
        replace(
            _comparison(name, *both, estimand, smallest, quantiles(name) if quantiles else None),
            any_time=widening != 1,
        )
        for name, both in wide.items()
    ]


def _comparison(  # noqa: PLR0913, PLR0917  # what a comparison is made of
    name: Placement,
    baseline: Ratio,
    init: Ratio,
    estimand: Estimand,
    smallest: Smallest,
    quantiles: Quantiles | None,
) -> Comparison:
    found, times = (
        contrast(baseline, init, partial(how, quantiles=quantiles)) for how in (difference, quotient)
    )
    least = smallest.of(init.value)
    both: dict[Placement, Ratio] = {name: baseline, "init": init}
    more: dict[Placement, int] = {arm: missing for arm, of in both.items() if (missing := more_needed(of))}
    return Comparison(
        baseline=name,
        arm="init",
        estimand=estimand,
        difference_ms=found.value,
        low=known(found.low),
        high=known(found.high),
        level=LEVEL,
        df=known(found.df),
        times=known(times.value),
        times_low=known(times.low),
        times_high=known(times.high),
        mean_ms={arm: of.value for arm, of in both.items()},
        g_eff={arm: of.g_eff for arm, of in both.items()},
        n_environments={arm: of.environments for arm, of in both.items()},
        n_requests={arm: of.n for arm, of in both.items()},
        finding="cannot tell yet" if more else _finding(found, least),
        more_environments=more,
        smallest_ms=least,
    )


def _finding(found: Difference, smallest_ms: float) -> Finding:
    if -smallest_ms < found.low and found.high < smallest_ms:
        return "no difference that matters"
    if found.low > 0:
        return "saves"
    return "costs" if found.high < 0 else "no difference seen"
