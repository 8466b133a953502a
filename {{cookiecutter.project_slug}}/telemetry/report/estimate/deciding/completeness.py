"""What is in no figure, and which findings it leaves standing.

A comparison is told only if no more than `MOST_LOST` of its requests lost their records, and if its finding
is the same in the worst case: whichever arm they were of, and whether every INIT of unknown length took
nothing or as long as Lambda allows. Where requests that failed are in no figure and could change a finding,
it is told with that warning.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.comparison import Arm, Comparison
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.joining.known_arms import unseen_in_lab
from telemetry.report.read.requests import OUTCOMES, Unplaced

MOST_LOST: Final = 0.01
"""Share of requests that may have lost their records before nothing is told of the others."""
LONGEST_INIT_MS: Final = 10_000.0
"""Lambda ends an on-demand INIT after that time."""
ENDED_WELL: Final = (0,)
FAILED: Final = tuple(range(1, OUTCOMES))


@dataclass(frozen=True, slots=True)
class Completeness:
    """Requests that are in no figure, where they matter to what is found."""

    requests: int
    """All of them, those left out included."""
    lost: dict[str, int]
    """Requests without a record that did not fail, by arm; `unknown` where nothing tells it. So the next."""
    failed: dict[str, int]
    unknown_inits: dict[str, int]
    """Cold starts whose INIT is not known, by arm."""
    unplaced_cuts: int
    """INITs that Lambda ended, in lines that do not tell the environment."""
    untold: list[Placement]
    """Baselines whose comparison of user-visible ms is not told for that reason."""
    could_change: bool
    """Something that is told could be otherwise, because of failed requests."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is in no figure, by position in `PLACEMENTS`; the last row, where there is one, is of no arm."""

    unplaced: Unplaced
    lost: Numbers
    n: Numbers
    """Requests in the figures; so far as their time is known in those of time."""
    untimed: Numbers
    untimed_ms: Vector
    unplaced_cuts: int

    def lost_share(self, arms: Sequence[Placement]) -> float:
        """Return the share of the arms' requests that are lost, were all of unknown arm theirs."""
        rows = [PLACEMENTS.index(arm) for arm in arms]
        lost = float(self.lost[rows].sum() + self.lost[-1])
        return lost / max(lost + float(self.n[rows].sum()), 1.0)

    def tells(self, found: Comparison) -> bool:
        """Say whether what was lost, and unknown INITs, leave a comparison standing."""
        if self.lost_share((found.baseline, found.arm)) > MOST_LOST:
            return False
        first = found.estimand == "first_request_ms"
        outcomes, inits = () if first else ENDED_WELL, first or found.estimand == "user_visible_ms"
        return found.finding == "cannot tell yet" or self._holds(found, outcomes, inits=inits)

    def settles(self, found: Comparison) -> bool:
        """Say whether failed requests of unknown environment cannot change a comparison."""
        return self._holds(found, FAILED, inits=False)

    def tells_mean(self, arm: Placement) -> bool:
        """Say whether the mean of an arm has an interval, for all that is in it."""
        row = PLACEMENTS.index(arm)
        return bool(self.untimed[row] <= MOST_LOST * self.n[row]) and self.lost_share((arm,)) <= MOST_LOST

    def _holds(self, found: Comparison, outcomes: tuple[int, ...], *, inits: bool) -> bool:
        if found.low is None or found.high is None:
            return True
        shifts = [way - found.difference_ms for way in self._ways(found, outcomes, inits=inits)]
        return all(
            _finding(found.low + shift, found.high + shift) == _finding(found.low, found.high)
            for shift in shifts
        )

    def _ways(self, found: Comparison, outcomes: tuple[int, ...], *, inits: bool) -> Iterator[float]:
        """Yield the difference for every way to give what is unknown to an arm."""
        lengths = (0.0, LONGEST_INIT_MS) if inits else (0.0,)
        for to_baseline in product((True, False), repeat=len(outcomes)):
            mine = np.asarray(to_baseline, np.bool_)
            for init, other_init in product(lengths, repeat=2):
                arm = self._mean(found, found.arm, outcomes, ~mine, init if inits else None)
                yield self._mean(found, found.baseline, outcomes, mine, other_init if inits else None) - arm

    def _mean(
        self, found: Comparison, arm: Placement, outcomes: tuple[int, ...], mine: Flags, init: float | None
    ) -> float:
        """Return an arm's mean with what was left out; `init` is how long each unknown INIT took."""
        row, rows = PLACEMENTS.index(arm), list(outcomes)
        table = self.unplaced.billed_ms if found.estimand == "billed_ms" else self.unplaced.user_ms
        by_arm = self.unplaced.by_arm
        n = float(found.n_requests[arm] + by_arm[row][rows].sum() + (by_arm[-1][rows] * mine).sum())
        ms = found.mean_ms[arm] * found.n_requests[arm] + table[row][rows].sum()
        ms += (table[-1][rows] * mine).sum()
        if init is not None:
            n += float(self.untimed[row])
            cuts = max(self.unplaced_cuts - int(self.untimed.sum()), 0)
            ms += self.untimed_ms[row] + init * (self.untimed[row] + cuts)
        return float(ms / n) if n else np.nan


def left_out_of(evidence: Evidence) -> LeftOut:
    """Gather what is in no figure."""
    totals = evidence.totals
    lost = totals.unplaced.by_arm[:, 0].copy()
    unseen = unseen_in_lab(evidence.ledger, totals) - totals.unplaced.by_arm[:-1].sum(axis=1)
    if not totals.unplaced.by_arm[-1].any():
        lost[:-1] += np.maximum(unseen, 0)  # no line of any kind tells of them
    lost[-1] += evidence.unsummed_requests
    return LeftOut(
        unplaced=totals.unplaced,
        lost=lost,
        n=np.bincount(totals.sums.arms, totals.sums.n, minlength=len(PLACEMENTS)),
        untimed=totals.untimed,
        untimed_ms=totals.untimed_ms,
        unplaced_cuts=evidence.ledger.streams.unplaced_cuts,
    )


def completeness_of(comparisons: Sequence[Comparison], of: LeftOut) -> Completeness | None:
    """Say what is in no figure; None where it changes nothing that is told."""
    visible = [found for found in comparisons if found.estimand == "user_visible_ms"]
    untold = [found.baseline for found in visible if not of.tells(found)]
    failed = of.unplaced.by_arm[:, FAILED].sum(axis=1)
    left_out = float(of.lost.sum() + failed.sum())
    total = left_out + float(of.n.sum())
    undecided = not visible or any(found.finding == "cannot tell yet" for found in visible)
    many = left_out + float(of.untimed.sum()) > MOST_LOST * total
    could_change = any(not of.settles(found) for found in visible) or (undecided and many)
    if not (untold or could_change or of.lost_share(PLACEMENTS) > MOST_LOST):
        return None
    return Completeness(
        requests=int(total),
        lost=_named(of.lost),
        failed=_named(failed),
        unknown_inits=_named(of.untimed),
        unplaced_cuts=of.unplaced_cuts,
        untold=untold,
        could_change=could_change,
    )


def shown(found: Comparison, of: LeftOut) -> Comparison:
    """Return a comparison without interval and finding where what is left out could change it."""
    if of.tells(found):
        return found
    return replace(
        found, low=None, high=None, df=None, times=None, times_low=None, times_high=None,
        finding="cannot tell yet", more_environments={},
    )  # fmt: skip


def shown_arm(arm: Arm, of: LeftOut) -> Arm:
    """Return an arm without the intervals that would claim more than is known."""
    if not of.tells_mean(arm.placement):
        arm = replace(arm, user_visible_ms=_pointed(arm.user_visible_ms))
    if arm.billed_ms is not None and of.lost_share((arm.placement,)) > MOST_LOST:
        arm = replace(arm, billed_ms=_pointed(arm.billed_ms))
    return arm


def _pointed(of: Estimate) -> Estimate:
    return replace(of, low=None, high=None)


def _finding(low: float, high: float) -> int:
    return 1 if low > 0 else -1 if high < 0 else 0


def _named(counts: Numbers) -> dict[str, int]:
    """Name the rows that have any; what comes after all arms is `unknown`."""
    return {name: int(count) for name, count in zip([*PLACEMENTS, "unknown"], counts, strict=False) if count}
