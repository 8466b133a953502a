"""The ledger check: do the repeated startups explain what the arms differ by?

What `every_invocation` pays and `init` does not: every shutdown inside an invocation, and every startup of a
process that had started before. The first startup is not a repeat: `init` pays it too, inside INIT, on the
request path of a cold start. Where INIT was off the path (proactive, provisioned, a snapshot), `init` would
have hidden it, so there the first startup counts as explained as well.

Both sides agree when the arms' difference lies in the interval of what is explained, or when what is left is
less than `MATERIAL` of the difference: on a quiet machine the interval shrinks to nothing, and the first use
of what was loaded anew, which no startup can contain, stays.
"""

from dataclasses import dataclass
from typing import Final

from telemetry.report.estimate.intervals import Estimate, difference_of, estimate, ratios
from telemetry.report.read.columns import Vector
from telemetry.report.read.sums import Sums

MATERIAL: Final = 0.05
"""Share of the difference below which what is left changes no decision."""


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """Does the cost of the repeats explain the difference between `every_invocation` and `init`?"""

    difference: Estimate
    explained: Estimate
    """Startups and shutdowns that `init` would not have paid, per request of `every_invocation`."""
    remainder: Estimate
    """Difference that the repeats leave unexplained: the sum of the next three."""
    left_in_startups: Estimate
    """INIT and first startups, which both arms pay."""
    left_in_requests: Estimate
    """The app's own work: what was loaded anew is slow at its first use."""
    left_around: Estimate
    """Outside the adapter: the runtime, freeing what was replaced, writing the records of a repeat."""
    agree: bool | None
    """The difference lies within the interval of what is explained; None with too few environments."""
    hidden_first_startups: int
    """First startups that count as explained: INIT was off the path, so `init` would have hidden them."""


def ledger_check(sums: Sums) -> LedgerCheck | None:
    """Compare both sides per request, each with its own jackknife interval; None without both arms."""
    arms = ratios(sums, sums.user)
    both = arms["every_invocation"].environments and arms["init"].environments
    if not both or not sums.adapter.any():
        return None
    seen = _difference(sums, sums.user)
    explained = estimate(ratios(sums, sums.repeated)["every_invocation"])
    remainder = _difference(sums, sums.user - sums.repeated)
    return LedgerCheck(
        difference=seen,
        explained=explained,
        remainder=remainder,
        left_in_startups=_difference(sums, sums.init + sums.loading - sums.repeated),
        left_in_requests=_difference(sums, sums.adapter - sums.loading),
        left_around=_difference(sums, sums.user - sums.init - sums.adapter),
        agree=_agree(seen, explained, remainder),
        hidden_first_startups=int(sums.hidden.sum()),
    )


def _difference(sums: Sums, values: Vector) -> Estimate:
    arms = ratios(sums, values)
    return difference_of(arms["every_invocation"], arms["init"])


def _agree(seen: Estimate, explained: Estimate, left: Estimate) -> bool | None:
    if explained.low is None or explained.high is None:
        return None
    return explained.low <= seen.value <= explained.high or abs(left.value) < MATERIAL * abs(seen.value)
