"""Tables of what a mean hides: failed requests by arm, and percentiles of all requests."""

from collections.abc import Mapping
from typing import Final

from adapter.placement import Placement
from telemetry.report.estimate.deciding.failures import ALIKE, FailureDifference, FailureShare, Shares
from telemetry.report.estimate.percentiles import Percentile, PercentileDifference, Told
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import bracketed, hundredths, points, short_name

SHARES: Final[Mapping[Shares, str]] = {
    "alike": "alike",
    "baseline fails more": "the other arm fails more",
    "arm fails more": "the lifespan kept fails more",
    "cannot tell": "cannot tell",
}
NONE_FAILED: Final = "none failed"
FAILURES: Final = (
    "Status 5xx, no answer, a crash or a time-out. Alike: the difference is within "
    f"{100 * ALIKE:g} points by its interval. None failed: taken as alike; where the interval leaves open "
    "more than that, a decision is made on that condition, and says so."
)
PERCENTILES: Final = (
    "Of all requests, slow first ones too. Edge of cold starts: the percentile is where the first requests "
    "of environments begin, so a few of them more or less decide it, and the interval has the step in it. No "
    "interval: too few environments, or too few requests above it."
)


def failures(verdict: Verdict) -> TableSection:
    """Show the shares of failed requests, where none failed too: that is no less worth knowing."""
    results = verdict.shown
    differences = {found.baseline: found for found in results.failure_differences}
    return TableSection(
        "failures",
        "Failed requests: share, and more than with the lifespan kept [95 %]",
        ("arm", "requests", "failed", "share", "more than kept", "finding"),
        [_failed(found, differences) for found in results.failures],
        FAILURES,
        frozenset({5}),
    )


def _failed(found: FailureShare, differences: Mapping[Placement, FailureDifference]) -> Row:
    against = differences.get(found.placement)
    more = NONE if against is None else points(against.difference, against.low, against.high)
    finding = NONE if against is None else NONE_FAILED if against.none_failed else SHARES[against.shares]
    share = hundredths(found.share, found.low, found.high)
    return (short_name(found.placement), str(found.requests), str(found.failed), f"{share} %", more, finding)


def percentiles(verdict: Verdict) -> TableSection:
    """Show percentiles of both arms and their difference."""
    return TableSection(
        "percentiles",
        "Percentiles of user-visible ms [95 %]",
        ("against", "there", "lifespan kept", "saved by keeping", "note"),
        [
            (f"p{found.percent}, {short_name(found.baseline)}", _percentile(found.of[found.baseline]),
             _percentile(found.of["init"]), _difference(found), _note(found, verdict))
            for found in verdict.results.percentiles
        ],
        PERCENTILES,
        frozenset({4}),
    )  # fmt: skip


def _note(found: PercentileDifference, verdict: Verdict) -> str:
    if found.baseline == "every_invocation" and not verdict.results.startup_repeats:
        return "cannot serve"
    return REASONS[found.told]


def _percentile(found: Percentile) -> str:
    if found.value != found.value:  # NaN: no version has enough of both arms
        return NONE
    return bracketed(found.value, found.low, found.high)


def _difference(found: PercentileDifference) -> str:
    if found.low is None:
        return NONE
    return bracketed(found.difference_ms, found.low, found.high)


REASONS: Final[Mapping[Told, str]] = {
    "told": "",
    "edge of cold starts": "edge of cold starts",
    "too few requests": "too few requests",
    "too few environments": "too few environments",
}
