"""The ledger check: do the repeated startups explain what the arms differ by?

What `every_invocation` pays and `init` does not: every shutdown inside an invocation, and every startup of a
process that had started before. The first startup is not a repeat: `init` pays it too, inside INIT, on the
request path of a cold start. Where INIT was off the path (proactive, provisioned, a snapshot), `init` would
have hidden it, so there the first startup counts as explained as well.

Both sides agree when the arms' difference lies in the interval of what is explained, or when what is left is
less than `MATERIAL` of the difference: on a quiet machine the interval shrinks to nothing, and the first use
of what was loaded anew, which no startup can contain, stays.
"""

from telemetry.report.comparison import difference_of, estimate
from telemetry.report.findings import Estimate, LedgerCheck
from telemetry.report.jackknife import Vector
from telemetry.report.sums import Sums
from telemetry.report.wording import milliseconds

MATERIAL = 0.05
"""Share of the difference below which what is left changes no decision."""


def check(sums: Sums) -> LedgerCheck | None:
    """Compare both sides per request, each with its own jackknife interval; None without both arms."""
    arms = sums.ratios(sums.user)
    both = arms["every_invocation"].environments and arms["init"].environments
    if not both or not sums.adapter.any():
        return None
    seen = _difference(sums, sums.user)
    explained = estimate(sums.ratios(sums.repeated)["every_invocation"])
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
    arms = sums.ratios(values)
    return difference_of(arms["every_invocation"], arms["init"])


def _agree(seen: Estimate, explained: Estimate, left: Estimate) -> bool | None:
    if explained.low is None or explained.high is None:
        return None
    return explained.low <= seen.value <= explained.high or abs(left.value) < MATERIAL * abs(seen.value)


def sentence(found: LedgerCheck) -> str:
    """Say both numbers and whether they agree; if not, where the rest is."""
    text = (
        f"The arms differ by {_ms(found.difference)} per request; the repeats of the startup in the same run "
        f"explain {_ms(found.explained)}"
    )
    if found.agree is None:
        return f"{text}: too few environments to say whether they agree."
    if found.agree:
        return f"{text}, {_share(found)} of it: the two agree."
    low, high = found.remainder.low, found.remainder.high
    if low is not None and high is not None and low <= 0 <= high:
        return f"{text}: they do not agree, though what is left, {_ms(found.remainder)}, may be nothing."
    return (
        f"{text}: they do not agree. Outside the repeated startups and shutdowns {_ms(found.remainder)} is "
        f"left: {_ms(found.left_in_requests)} in the requests themselves, {_ms(found.left_around)} around "
        "them, the rest in INIT and first startups."
    )


def _share(found: LedgerCheck) -> str:
    return f"{100 * found.explained.value / found.difference.value:.0f} %"


def _ms(of: Estimate) -> str:
    return milliseconds(of.value, of.low, of.high)
