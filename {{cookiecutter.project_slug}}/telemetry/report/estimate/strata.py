"""Means and differences within versions, memory sizes and weights, combined by their requests.

Inside an experiment each environment is assigned by chance whatever its version, so arms are compared
within a version and memory size, where nothing else differs, and the differences are averaged (Cochran,
Sampling Techniques, 1977, chapter 5). Where the declared weights changed, so did the share of each arm in
what was slow at one time and fast at another: each declaration is a stratum too. A stratum that has fewer
than `FEWEST_OF_ARM` environments in an arm has no variance, and is left out and counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.intervals import Estimate, difference_of
from telemetry.report.estimate.jackknife import Quantiles, Ratio, ratio
from telemetry.report.estimate.permutation import DRAWS, Block, permuted_quantiles
from telemetry.report.read.columns import Flags, Vector
from telemetry.report.read.names import printable
from telemetry.report.read.strata import Strata
from telemetry.report.read.sums import Sums

FEWEST_OF_ARM: Final = 2


@dataclass(frozen=True, slots=True)
class StratumDifference:
    """User-visible ms per request, baseline minus `init`, within one stratum."""

    baseline: Placement
    difference_ms: Estimate | None
    """None with too few environments: this stratum is not in the comparison."""


@dataclass(frozen=True, slots=True)
class StratumArms:
    """The environments of one version, memory size, declaration of weights and init type."""

    version: str | None
    """None where neither records nor platform say it; so the next."""
    memory_mb: float | None
    weights: str | None
    """Shares of the arms; None where they were the same all the time."""
    init_type: str | None
    """Where a lab run compares several."""
    environments: dict[Placement, int]
    requests: dict[Placement, int]
    user_visible_ms: dict[Placement, float]
    differences: list[StratumDifference]


@dataclass(frozen=True, slots=True)
class Means:
    """One estimand's sums, by unit, from which arms are compared."""

    sums: Sums
    ms: Vector
    n: Vector
    strata: Strata
    stratified: bool = True
    """False: the strata are averaged as if they were one."""
    permuted: bool = False
    """Intervals of differences are those of the assignment, which was by chance; else Student's."""

    def pair(self, baseline: Placement) -> dict[Placement, Ratio]:
        """Return the means of the baseline and of `init`, each combined over strata with the same weights."""
        arms: tuple[Placement, ...] = (baseline, "init")
        if not self.stratified:
            return {
                arm: ratio(self.ms[mine], self.n[mine]) for arm in arms for mine in [self.sums.in_arm(arm)]
            }
        by_arm = {arm: self._strata(arm) for arm in arms}
        shares = self.shares(baseline)
        usable = np.flatnonzero(shares)
        if not len(usable):
            return {arm: _untold(self.ms, self.n, self.sums.in_arm(arm)) for arm in arms}
        return {arm: _combined([of[one] for one in usable], shares[usable]) for arm, of in by_arm.items()}

    def quantiles(self, baseline: Placement, draws: int = DRAWS) -> Quantiles | None:
        """Return those of the difference between the baseline and `init`; None for Student's."""
        return permuted_quantiles(list(self._blocks(baseline)), draws) if self.permuted else None

    def _blocks(self, baseline: Placement) -> Iterator[Block]:
        """Yield what is compared, by stratum."""
        served, of_baseline = self.n > 0, self.sums.in_arm(baseline)
        both = served & (of_baseline | self.sums.in_arm("init"))
        shares = self.shares(baseline)
        for position in np.flatnonzero(shares):
            mine = both & (self.strata.of_unit == position) if self.stratified else both
            if min(of_baseline[mine].sum(), (~of_baseline[mine]).sum()) >= FEWEST_OF_ARM:
                yield Block(float(shares[position]), self.ms[mine], self.n[mine], of_baseline[mine])

    def weights(self, baseline: Placement) -> Vector:
        """Return the weight of a request of each unit in a comparison; those of an arm add up to 1."""
        arms: tuple[Placement, ...] = (baseline, "init")
        shares = self.shares(baseline)
        of_unit = self.strata.of_unit if self.stratified else np.where(self.n > 0, 0, -1)
        found: Vector = np.zeros(len(self.n))
        for arm in arms:
            mine = self.sums.in_arm(arm) & (of_unit >= 0)
            n = np.bincount(of_unit[mine], self.n[mine], minlength=len(shares))
            found[mine] = np.divide(shares, n, out=np.zeros(len(shares)), where=n > 0)[of_unit[mine]]
        return found

    def shares(self, baseline: Placement) -> Vector:
        """Return the share of requests of each stratum that has enough environments of both arms, else 0."""
        if not self.stratified:
            return np.ones(1)
        n, enough = np.zeros(len(self.strata.found)), np.ones(len(self.strata.found), np.bool_)
        for arm in (baseline, "init"):
            mine = self.sums.in_arm(arm) & (self.n > 0)
            of_unit = self.strata.of_unit[mine]
            n += np.bincount(of_unit, self.n[mine], minlength=len(n))
            enough &= np.bincount(of_unit, minlength=len(n)) >= FEWEST_OF_ARM
        n[~enough] = 0.0
        whole = float(n.sum())
        return n / whole if whole else n

    def _strata(self, arm: Placement) -> list[Ratio]:
        mine = self.sums.in_arm(arm)
        flags = [mine & (self.strata.of_unit == position) for position in range(len(self.strata.found))]
        return [ratio(self.ms[flag], self.n[flag]) for flag in flags]


def _combined(parts: Sequence[Ratio], weights: Vector) -> Ratio:
    """Average strata; degrees of freedom after Satterthwaite, given as effective environments."""
    variances = weights**2 * [part.variance for part in parts]
    dfs = np.asarray([part.df for part in parts])
    spread = float((variances**2 / dfs).sum()) if (dfs > 0).all() else np.nan
    df = float(variances.sum() ** 2 / spread) if spread > 0 else float(dfs.sum())
    return Ratio(
        value=float((weights * [part.value for part in parts]).sum()),
        variance=float(variances.sum()),
        g_eff=df + 1,
        environments=sum(part.environments for part in parts),
        n=sum(part.n for part in parts),
    )


def _untold(ms: Vector, n: Vector, mine: Flags) -> Ratio:
    """Return a mean of everything that supports no interval: no stratum has enough of both arms."""
    pooled = ratio(ms[mine], n[mine])
    return Ratio(pooled.value, np.nan, min(pooled.g_eff, 1.0), pooled.environments, pooled.n)


def described(sums: Sums, strata: Strata) -> list[StratumArms]:
    """Describe every stratum by itself; nothing where there is only one."""
    if len(strata.found) < 2:
        return []
    return [_described(sums, strata, position) for position in range(len(strata.found))]


def _described(sums: Sums, strata: Strata, position: int) -> StratumArms:
    stratum, mine = strata.found[position], strata.of_unit == position
    arms = {arm: mine & sums.in_arm(arm) for arm in PLACEMENTS}
    arms = {arm: flags for arm, flags in arms.items() if (sums.n[flags] > 0).any()}
    means = {arm: ratio(sums.user[flags], sums.timed[flags]) for arm, flags in arms.items()}
    init = means.get("init")
    return StratumArms(
        version=None if stratum.version is None else printable(stratum.version),
        memory_mb=stratum.memory_mb,
        weights=stratum.weights,
        init_type=None if stratum.init_type is None else printable(stratum.init_type),
        environments={arm: of.environments for arm, of in means.items()},
        requests={arm: int(sums.n[flags].sum()) for arm, flags in arms.items()},
        user_visible_ms={arm: of.value for arm, of in means.items()},
        differences=[
            StratumDifference(arm, _within(of, init)) for arm, of in means.items() if arm != "init" and init
        ],
    )


def _within(baseline: Ratio, init: Ratio) -> Estimate | None:
    if min(baseline.environments, init.environments) < FEWEST_OF_ARM:
        return None
    return difference_of(baseline, init)


def left_out(strata: Sequence[StratumArms]) -> tuple[int, int]:
    """Count the environments and requests that are in no comparison."""
    alone = [one for one in strata if not any(found.difference_ms for found in one.differences)]
    environments = sum(sum(one.environments.values()) for one in alone)
    return environments, sum(sum(one.requests.values()) for one in alone)
