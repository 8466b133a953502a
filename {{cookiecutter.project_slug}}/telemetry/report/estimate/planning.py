"""How large must an experiment be? From the spread of what runs now to environments and days.

`init` and a lazy startup differ in the first request of an environment, so that is what is planned for where
both are arms: thousands of other requests only add noise to it.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from adapter.placement import Placement, Weights
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.intervals import FEWEST, MINIMUM_EFFECTIVE, ratios
from telemetry.report.estimate.jackknife import LEVEL, Ratio
from telemetry.report.estimate.startup.startup_cost import spread
from telemetry.report.estimate.startup.upper_bound import slowdown
from telemetry.report.read.environments import cut_off_units
from telemetry.report.read.evidence import Evidence

POWER: Final = 0.8
"""Chance to find a true difference of the size that is called detectable."""
MOST: Final = 10_000_000
"""Environments above which no experiment is worth its time."""
DAY_MS: Final = 86_400_000.0
WEEK_DAYS: Final = 7
Planned: TypeAlias = Literal["first_request_ms", "user_visible_ms"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: how many environments an experiment takes, and what it then finds."""

    estimand: Planned
    margin_ms: float
    """Half the width of the interval of the difference."""
    load_ms: float | None
    """All that a placement moves: the whole startup, as slow as it may be in a request, and as far as it
    weighs in the mean that is planned for. None where no startup was recorded in INIT.
    """
    week_margin_ms: float | None
    """The margin that the environments of a week give; None where they are too few for a verdict, or the
    records tell no rate.
    """
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
    def too_coarse(self) -> bool:
        """Say whether the interval would be wider than all that there is to find."""
        return self.load_ms is not None and self.margin_ms >= self.load_ms

    @property
    def smallest(self) -> int:
        """Environments in the smallest arm: what to declare as planned."""
        return min(self.environments.values())

    @property
    def days(self) -> float | None:
        """Until all environments have started; None where the records tell no rate."""
        return None if self.per_day is None else sum(self.environments.values()) / self.per_day


def plan_of(
    evidence: Evidence,
    weights: Weights,
    precision: str,
    per_day: float | None,
    estimand: Planned | None = None,
) -> Plan:
    """Find the fewest environments whose interval is narrow enough.

    Args:
        evidence: What runs now.
        weights: Of the arms.
        precision: Half the width of the interval: ms, or a share of the mean; of a first request, or of
            the startup that it may wait for, whichever is longer.
        per_day: New environments a day; None for the rate of the records.
        estimand: What to plan for; None for first requests where `init` and a lazy startup are compared.

    Raises:
        UnusableError: The precision cannot be read or reached, or too few environments were recorded.
    """
    estimand = estimand or _deciding(evidence, weights)
    seen = _means(evidence, estimand)
    known = {arm: of for arm, of in seen.items() if of.environments >= FEWEST}
    if not known:
        most = max(of.environments for of in seen.values())
        raise UnusableError(
            f"{most} environments are too few to tell how much requests vary: {FEWEST} of one arm are "
            "needed. Record more (`python -m telemetry.lab --environments 25`)."
        )
    stand_in = "init" if "init" in known else next(iter(known))
    arms = {arm: known.get(arm, known[stand_in]) for arm in weights}
    load = _load(evidence, estimand)
    whole = max(known[stand_in].value, 0.0 if load is None else load)
    margin = _margin(precision, whole if estimand == "first_request_ms" else known[stand_in].value)
    total = _least_total(arms, weights, margin)
    environments = {arm: math.ceil(total * share) for arm, share in _shares(weights).items()}
    variance, df = _precision(arms, weights, total)
    lab = bool(evidence.ledger.labs)
    per_day = per_day or (None if lab else _rate(evidence))
    return Plan(
        estimand=estimand,
        margin_ms=margin,
        load_ms=None if load is None else load * slowdown(evidence.ledger),
        week_margin_ms=None if per_day is None else _week_margin(arms, weights, WEEK_DAYS * per_day),
        weights=weights,
        environments=environments,
        borrowed=[arm for arm in weights if arm not in known],
        spread_of=stand_in,
        detectable_ms=(_t(df, (1 + LEVEL) / 2) + _t(df, POWER)) * math.sqrt(variance),
        per_day=per_day,
        lab=lab,
    )


def _deciding(evidence: Evidence, weights: Weights) -> Planned:
    lazy = {"init", "first_invocation"} <= weights.keys()
    return "first_request_ms" if lazy and evidence.totals.firsts is not None else "user_visible_ms"


def _means(evidence: Evidence, estimand: Planned) -> dict[Placement, Ratio]:
    sums, firsts = evidence.totals.sums, evidence.totals.firsts
    if estimand == "user_visible_ms":
        return ratios(sums, sums.user)
    if firsts is None:
        raise UnusableError("first requests are in records alone: read those (--engine download).")
    return ratios(sums, np.nan_to_num(firsts.ms), firsts.timed.astype(np.float64))


def _load(evidence: Evidence, estimand: Planned) -> float | None:
    """Return the whole startup in INIT, as a part of a first request or spread over all requests."""
    loads, sums = evidence.loads, evidence.totals.sums
    mine = (loads.startups["in_init"] == 1) & (loads.startups["complete"] == 1)
    found = spread(loads.startup_units[mine], loads.startups["wall"][mine])
    if found is None:
        return None
    share = float((sums.n > 0).sum() / sums.n.sum()) if estimand == "user_visible_ms" else 1.0
    return found.mean * share


def _margin(precision: str, mean_ms: float) -> float:
    text = precision.strip()
    try:
        number = float(text.removesuffix("%").removesuffix("ms"))
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise UnusableError(
            "--precision must be a number of ms, such as 5, or a share of the mean, such as 5%: got "
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
            f"A precision of {digits(margin)} ms takes more than {MOST:,} environments: ask for less "
            "precision."
        )
    while low < high:
        middle = (low + high) // 2
        if _suffices(arms, weights, middle, margin):
            high = middle
        else:
            low = middle + 1
    return high


def _suffices(arms: dict[Placement, Ratio], weights: Weights, total: int, margin: float) -> bool:
    return _has_verdict(arms, weights, total) and _margin_of(arms, weights, total) <= margin


def _has_verdict(arms: dict[Placement, Ratio], weights: Weights, total: float) -> bool:
    """Say whether so many environments are enough in every arm."""
    shares = _shares(weights)
    return all(total * shares[arm] * _effective(of) >= MINIMUM_EFFECTIVE for arm, of in arms.items())


def _week_margin(arms: dict[Placement, Ratio], weights: Weights, total: float) -> float | None:
    return _margin_of(arms, weights, total) if _has_verdict(arms, weights, total) else None


def _margin_of(arms: dict[Placement, Ratio], weights: Weights, total: float) -> float:
    """Return half the width of the interval that so many environments give."""
    variance, df = _precision(arms, weights, total)
    return _t(df, (1 + LEVEL) / 2) * math.sqrt(variance)


def _effective(of: Ratio) -> float:
    """Effective number of environments for each recorded one."""
    return of.g_eff / of.environments


def _precision(arms: dict[Placement, Ratio], weights: Weights, total: float) -> tuple[float, float]:
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
    born = evidence.ledger.judged() & ~cut_off_units(evidence.ledger)
    return float(born.sum()) / days if days > 1 / 24 else None
