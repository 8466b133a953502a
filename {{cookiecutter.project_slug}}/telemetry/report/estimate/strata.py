"""Means and differences within versions and memory sizes, combined by their requests.

Inside an experiment each environment is assigned by chance whatever its version, so arms are compared within
a version and memory size, where nothing else differs, and the differences are averaged (Cochran, Sampling
Techniques, 1977, chapter 5). A stratum that has fewer than `FEWEST_OF_ARM` environments in an arm has no
variance, and is left out and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.intervals import Estimate, difference_of
from telemetry.report.estimate.jackknife import Ratio, ratio
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
    """The environments of one version and memory size."""

    version: str | None
    """None where neither records nor platform say it; so the next."""
    memory_mb: float | None
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

    def pair(self, baseline: Placement) -> dict[Placement, Ratio]:
        """Return the means of the baseline and of `init`, each combined over strata with the same weights."""
        arms: tuple[Placement, ...] = (baseline, "init")
        by_arm = {arm: self._strata(arm) for arm in arms}
        usable = [
            position
            for position in range(len(self.strata.found))
            if min(of[position].environments for of in by_arm.values()) >= FEWEST_OF_ARM
        ]
        if not usable:
            return {arm: _untold(self.ms, self.n, self.sums.in_arm(arm)) for arm in arms}
        weights = np.asarray([float(sum(of[one].n for of in by_arm.values())) for one in usable])
        weights /= weights.sum()
        return {arm: _combined([of[one] for one in usable], weights) for arm, of in by_arm.items()}

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
