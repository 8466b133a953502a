"""Arms against each other: the difference per request, and whether it can be told at all."""

import math
from collections.abc import Callable

from telemetry.report.findings import Comparison, Estimand, Estimate, Finding
from telemetry.report.jackknife import LEVEL, NO_INTERVAL, Difference, Ratio, difference, quotient
from adapter.placement import Placement
from telemetry.report.wording import COMPARATORS, known

FEWEST = 10
"""Environments in an arm below which no interval is shown: simulated at 5, it covers 93 % and less."""
MINIMUM_EFFECTIVE = 20
"""Effective environments per arm below which intervals are too narrow to be believed (simulated: at 20 the
t interval still covers 94 %)."""


def compare(arms: dict[Placement, Ratio], estimand: Estimand) -> list[Comparison]:
    """Compare every recorded arm with `init`; nothing when `init` was not recorded."""
    init = arms["init"]
    if not init.environments:
        return []
    pairs = [(name, arms[name]) for name in COMPARATORS if arms[name].environments]
    return [_comparison(name, baseline, init, estimand) for name, baseline in pairs]


def _comparison(name: Placement, baseline: Ratio, init: Ratio, estimand: Estimand) -> Comparison:
    found, times = _shown(baseline, init, difference), _shown(baseline, init, quotient)
    both: dict[Placement, Ratio] = {name: baseline, "init": init}
    more: dict[Placement, int] = {arm: missing for arm, of in both.items() if (missing := more_needed(of))}
    return Comparison(
        comparator=COMPARATORS[name],
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
        finding="cannot tell yet" if more else _finding(found),
        more_environments=more,
    )


def _shown(baseline: Ratio, arm: Ratio, contrast: Callable[[Ratio, Ratio], Difference]) -> Difference:
    """Contrast two arms; without an interval where it could not be believed."""
    found = contrast(baseline, arm)
    if min(baseline.environments, arm.environments) < FEWEST:
        return Difference(found.value, *NO_INTERVAL, math.nan)
    return found


def _finding(found: Difference) -> Finding:
    if found.low > 0:
        return "saves"
    return "costs" if found.high < 0 else "no difference seen"


def more_needed(arm: Ratio) -> int:
    """How many more environments, of the traffic seen so far, reach `MINIMUM_EFFECTIVE`; 0 when reached.

    Equal environments give one effective environment each, skewed ones less: the same share is assumed on.
    """
    if round(arm.g_eff) >= MINIMUM_EFFECTIVE:
        return 0
    return max(1, math.ceil(MINIMUM_EFFECTIVE * arm.environments / arm.g_eff) - arm.environments)


def estimate(of: Ratio) -> Estimate:
    """Give a ratio with its interval."""
    low, high = of.interval() if of.environments >= FEWEST else NO_INTERVAL
    return Estimate(of.value, known(low), known(high), LEVEL)


def difference_of(baseline: Ratio, arm: Ratio) -> Estimate:
    """Give a difference with its interval."""
    found = _shown(baseline, arm, difference)
    return Estimate(found.value, known(found.low), known(found.high), LEVEL)
