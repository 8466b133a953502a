"""The ledger check: do the repeated startups explain what the arms differ by?

What `every_invocation` pays and `init` does not: every shutdown inside an invocation, and every startup of a
process that had started before. The first startup is not a repeat: `init` pays it too, inside INIT, on the
request path of a cold start. Where INIT was off the path (proactive, provisioned, a snapshot), `init` would
have hidden it, so there the first startup counts as explained as well.

Both sides agree when what is left is shown to be less than `MATERIAL` of the difference, and differ when it
is shown to be more; else it cannot be told. That is a test of equivalence by two one-sided tests (Schuirmann,
Journal of Pharmacokinetics and Biopharmaceutics 15, 1987). A test of equality would not do: with many
environments it would call any remainder a contradiction, with few it would find none.
"""

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from scipy.special import stdtrit

from telemetry.report.estimate.intervals import Estimate, contrast, difference_of, estimate, ratios
from telemetry.report.estimate.jackknife import LEVEL, Difference, difference
from telemetry.report.read.columns import Vector
from telemetry.report.read.sums import Sums

MATERIAL: Final = 0.1
"""Share of the difference below which what is left changes no decision."""

DIFFERS: Final = 0.99
"""Level of each of two one-sided tests, one of which suffices: 0.975 would be wrong in 5.8 % of experiments
with a startup of 5 ms (simulated), 0.99 in some 2 %.
"""

Agreement: TypeAlias = Literal["agrees", "differs", "cannot tell"]


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
    """What `agreement` says; None where it cannot be told."""
    agreement: Agreement
    """Whether what is left is less than `MATERIAL` of the difference: shown, refuted, or neither."""
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
    agreement = agreement_of(sums)
    return LedgerCheck(
        difference=seen,
        explained=explained,
        remainder=remainder,
        left_in_startups=_difference(sums, sums.init + sums.loading - sums.repeated),
        left_in_requests=_difference(sums, sums.adapter - sums.loading),
        left_around=_difference(sums, sums.user - sums.init - sums.adapter),
        agree={"agrees": True, "differs": False, "cannot tell": None}[agreement],
        agreement=agreement,
        hidden_first_startups=int(sums.hidden.sum()),
    )


def _difference(sums: Sums, values: Vector) -> Estimate:
    arms = ratios(sums, values)
    return difference_of(arms["every_invocation"], arms["init"])


def agreement_of(sums: Sums) -> Agreement:
    """Test what is left against both ends of plus and minus `MATERIAL` of the difference.

    Each side of "agrees" is tested at `LEVEL`, one-sided, and both must hold. Of "differs" either suffices,
    so each is tested at `DIFFERS`.
    """
    above, below = (
        _contrast(sums, (1 + share) * sums.user - sums.repeated) for share in (-MATERIAL, MATERIAL)
    )
    seen = _contrast(sums, sums.user)
    if seen.value < 0:
        above, below = below, above
    if math.isnan(above.low) or math.isnan(below.low):
        return "cannot tell"
    if _upper(above, LEVEL) < 0 < _lower(below, LEVEL):
        return "agrees"
    return "differs" if _lower(above, DIFFERS) > 0 or _upper(below, DIFFERS) < 0 else "cannot tell"


def _contrast(sums: Sums, values: Vector) -> Difference:
    arms = ratios(sums, values)
    return contrast(arms["every_invocation"], arms["init"], difference)


def _upper(of: Difference, level: float) -> float:
    return of.value + _margin(of, level)


def _lower(of: Difference, level: float) -> float:
    return of.value - _margin(of, level)


def _margin(of: Difference, level: float) -> float:
    """Distance of a one-sided bound, from the two-sided interval at `LEVEL`."""
    one, two = (float(stdtrit(of.df, quantile)) for quantile in (level, (1 + LEVEL) / 2))
    return (of.high - of.value) * one / two
