"""The table of first and warm requests: where in an environment's life a difference is made."""

from collections.abc import Iterator, Mapping
from typing import Final

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.deciding.assignment import Progress
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.first_request import FirstAnswers
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.more_environments import more_to_tell
from telemetry.report.estimate.results import Results
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.tables.request_tables import finding_of, is_unserved
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import about, bracketed, short_name

NAMES: Final[Mapping[Estimand, str]] = {
    "first_request_ms": "first requests",
    "warm_request_ms": "warm requests",
}

WORTH_MS: Final = 1.0
"""A difference below this is not worth more environments."""


def first_requests(verdict: Verdict) -> TableSection:
    """Show the differences in first requests and in warm ones, which all requests hold together."""
    results = verdict.results
    shares = {one.baseline: one.difference_ms for one in results.first_requests.per_request}
    rows: list[Row] = []
    for found in results.comparisons:
        if found.estimand in NAMES:
            first = found.estimand == "first_request_ms"
            share = _estimate(shares.get(found.baseline)) if first else NONE
            each = bracketed(found.difference_ms, found.low, found.high)
            if is_unserved(found, results):
                each, share = NONE, NONE
            rows.append(
                (f"{short_name(found.baseline)}, {NAMES[found.estimand]}", each, share,
                 finding_of(found, results))
            )  # fmt: skip
    return TableSection(
        "first-requests",
        "Where it is saved: ms, mean [95 %]",
        ("against, in", "per such request", "per request", "finding"),
        rows,
        " ".join(_first_words(results)),
        frozenset({3}),
    )


def _first_words(results: Results) -> Iterator[str]:
    """Say how a first request is shared out, and how far what was not seen is from being seen."""
    firsts = results.first_requests
    for one in firsts.per_request[:1]:
        yield (
            f"First: of each environment, INIT that it waited for included; an environment served "
            f"{about(one.requests_of_each)} requests. Warm: all but that one."
        )
    for found in results.comparisons:
        more = more_to_tell(found) if abs(found.difference_ms) >= WORTH_MS else None
        if found.estimand in NAMES and more and not is_unserved(found, results):
            yield (
                f"If {short_name(found.baseline)} differs in {NAMES[found.estimand]} by as much as was seen, "
                f"{_needed(found, more, results.progress)} would find it 4 times in 5."
            )
    if any(one.failed or one.timed_out or one.unused for one in firsts.answers):
        yield "First requests without an answer: " + "; ".join(map(_unanswered, firsts.answers)) + "."
    for bounds in firsts.bounds:
        yield (
            "If none that answered where fewer did would have failed in the other arm, the recorded "
            f"environments that would have answered either way differ from {short_name(bounds.baseline)} by "
            f"{bounds.low:.0f} to {bounds.high:.0f} ms: bounds without an interval, as chance comes on top."
        )


def _needed(found: Comparison, more: Mapping[Placement, int], progress: Progress | None) -> str:
    """Say how many environments it takes: where a size was declared, those born later do not count."""
    if progress is None:
        arms = " and ".join(f"{digits(number, 2)} more environments of {arm}" for arm, number in more.items())
        return f"about {arms}"
    whole = {arm: found.n_environments[arm] + number for arm, number in more.items()}
    arms = " and ".join(f"{digits(number, 2)} environments of {arm}" for arm, number in whole.items())
    return f"a new experiment of about {arms}"


def _unanswered(one: FirstAnswers) -> str:
    counts = {"failed": one.failed, "timed out": one.timed_out, "unused": one.unused}
    told = ", ".join(f"{count} {how}" for how, count in counts.items() if count) or "none"
    return f"{short_name(one.placement)} {told} of {one.environments}"


def _estimate(found: Estimate | None) -> str:
    return NONE if found is None else bracketed(found.value, found.low, found.high)
