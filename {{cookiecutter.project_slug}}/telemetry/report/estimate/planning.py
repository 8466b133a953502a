"""How large must an experiment be? From the spread of what runs now to environments and days."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from adapter.placement import Placement, Weights
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.intervals import FEWEST, MINIMUM_EFFECTIVE, ratios
from telemetry.report.estimate.jackknife import LEVEL, Ratio
from telemetry.report.read.evidence import Evidence

POWER: Final = 0.8
"""Chance to find a true difference of the size that is called detectable."""
MOST: Final = 10_000_000
"""Environments above which no experiment is worth its time."""
DAY_MS: Final = 86_400_000.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: how many environments an experiment takes, and what it then finds."""

    margin_ms: float
    """Half the width of the interval of the difference."""
    weights: Weights
    environments: dict[Placement, int]
    borrowed: list[Placement]
    """Arms that were not recorded: their requests are taken to vary as those of `spread_of` do."""
    spread_of: Placement
    detectable_ms: float
    """A true difference of that size is found with a chance of `POWER`."""
    per_day: float | None
    lab: bool
    """The records are of a lab run."""

    @property
    def smallest(self) -> int:
        """Environments in the smallest arm: what to declare as planned."""
        return min(self.environments.values())

    @property
    def days(self) -> float | None:
        """Until all environments have started; None where the records tell no rate."""
        return None if self.per_day is None else sum(self.environments.values()) / self.per_day


def plan_of(evidence: Evidence, weights: Weights, precision: str, per_day: float | None) -> Plan:
    """Find the fewest environments whose interval is narrow enough.

    Raises:
        UnusableError: The precision cannot be read or reached, or too few environments were recorded.
    """
    sums = evidence.totals.sums
    seen = ratios(sums, sums.user)
    known = {arm: of for arm, of in seen.items() if of.environments >= FEWEST}
    if not known:
        most = max(of.environments for of in seen.values())
        raise UnusableError(
            f"{most} environments are too few to tell how much requests vary: {FEWEST} of one arm are "
            "needed. Record more (`python -m telemetry.lab --environments 25`)."
        )
    stand_in = "init" if "init" in known else next(iter(known))
    arms = {arm: known.get(arm, known[stand_in]) for arm in weights}
    margin = _margin(precision, known[stand_in].value)
    total = _least_total(arms, weights, margin)
    environments = {arm: math.ceil(total * share) for arm, share in _shares(weights).items()}
    variance, df = _precision(arms, weights, total)
    lab = bool(evidence.ledger.labs)
    return Plan(
        margin_ms=margin,
        weights=weights,
        environments=environments,
        borrowed=[arm for arm in weights if arm not in known],
        spread_of=stand_in,
        detectable_ms=(_t(df, (1 + LEVEL) / 2) + _t(df, POWER)) * math.sqrt(variance),
        per_day=per_day or (None if lab else _rate(evidence)),
        lab=lab,
    )


def _margin(precision: str, mean_ms: float) -> float:
    text = precision.strip()
    try:
        number = float(text.removesuffix("%").removesuffix("ms"))
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise UnusableError(
            "--precision must be a number of ms, such as 5, or a share of a request's mean, such as 5%: got "
            f"{precision!r}."
        )
    return number / 100 * mean_ms if text.endswith("%") else number


def _shares(weights: Weights) -> Weights:
    return {arm: weight / sum(weights.values()) for arm, weight in weights.items()}


def _least_total(arms: dict[Placement, Ratio], weights: Weights, margin: float) -> int:
    """Bisect: more environments never widen the interval."""
    low, high = 1, MOST
    if not _suffices(arms, weights, high, margin):
        raise UnusableError(
            f"A precision of {margin:.3g} ms takes more than {MOST} environments: ask for less precision."
        )
    while low < high:
        middle = (low + high) // 2
        if _suffices(arms, weights, middle, margin):
            high = middle
        else:
            low = middle + 1
    return high


def _suffices(arms: dict[Placement, Ratio], weights: Weights, total: int, margin: float) -> bool:
    shares = _shares(weights)
    if any(total * shares[arm] * _effective(of) < MINIMUM_EFFECTIVE for arm, of in arms.items()):
        return False
    variance, df = _precision(arms, weights, total)
    return _t(df, (1 + LEVEL) / 2) * math.sqrt(variance) <= margin


def _effective(of: Ratio) -> float:
    """Effective number of environments for each recorded one."""
    return of.g_eff / of.environments


def _precision(arms: dict[Placement, Ratio], weights: Weights, total: int) -> tuple[float, float]:
    """Variance and degrees of freedom of the worst difference from `init`, as in `jackknife.difference`.

    A variance shrinks with the number of environments: it is the recorded one times recorded over planned.
    """
    shares = _shares(weights)
    planned = {arm: max(total * shares[arm], 1.0) for arm in arms}
    variances = {arm: of.variance * of.environments / planned[arm] for arm, of in arms.items()}
    dfs = {arm: max(planned[arm] * _effective(of) - 1, 1e-3) for arm, of in arms.items()}
    found = []
    for arm in arms:
        if arm != "init":
            pair = [one for one in arms if one in {arm, "init"}]
            variance = sum(variances[one] for one in pair)
            spread = sum(variances[one] ** 2 / dfs[one] for one in pair)
            found.append((variance, variance**2 / spread if spread else dfs[arm]))
    return max(found)


def _t(df: float, quantile: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  # slow to import: see `jackknife.around`

    return float(stdtrit(df, quantile))


def _rate(evidence: Evidence) -> float | None:
    """New environments a day, from their first records; None for less than an hour of them."""
    rows = evidence.ledger.of_judged(evidence.ledger.startups.deduplicated("key")[0])
    totals = evidence.totals
    first, last = totals.first_at, totals.last_at
    if len(rows):
        first, last = min(first, float(np.min(rows["at"]))), max(last, float(np.max(rows["at"])))
    days = (last - first) / DAY_MS
    return float(evidence.ledger.judged().sum()) / days if days > 1 / 24 else None
