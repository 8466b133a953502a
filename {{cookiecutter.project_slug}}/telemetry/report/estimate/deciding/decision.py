"""When a comparison decides something, and what keeps it from deciding: one rule for all of a report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.deciding.assignment import Assignment, Progress
from telemetry.report.estimate.deciding.completeness import Completeness
from telemetry.report.estimate.deciding.failures import ALIKE, MOST, FailureDifference, FailureShare
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.deciding.unplaced import Bounds

Obstacle: TypeAlias = Literal[
    "not randomised",
    "not assigned as declared",
    "interim look",
    "births not known",
    "environments not complete",
    "too few environments",
    "no difference seen",
    "no difference that matters",
    "most requests failed",
    "fails more",
    "failures cannot be told alike",
    "failures of unknown arm",
    "requests in no figure",
    "waits of unknown length",
    "first and all requests disagree",
]
"""Why a comparison does not decide, first what weighs most."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one comparison."""

    baseline: Placement
    arm: Placement
    estimand: Estimand
    decides: bool
    better: Placement | None
    """Where it decides."""
    fewer_failures_too: bool
    """The better arm fails less as well: that is said first."""
    obstacles: list[Obstacle]
    """Empty where it decides."""
    unseen_failures: float | None
    """It decides on the condition that failures are alike: none was seen in either arm, but so few requests
    leave open a difference of up to this share, which is more than what counts as alike.
    """


@dataclass(frozen=True, slots=True)
class Grounds:
    """What holds for all comparisons of a report."""

    assignment: Assignment | None
    progress: Progress | None
    population: Population
    failure_shares: Sequence[FailureShare]
    failures: Sequence[FailureDifference]
    bounds: Sequence[Bounds]
    completeness: Completeness | None
    """Requests that are in no figure, where they matter."""
    left_open: bool
    """A finding is another one if first requests did not wait for INIT."""


def decision_of(found: Comparison, of: Grounds) -> Decision:
    """Say whether a comparison decides between its arms."""
    obstacles = list(_obstacles(found, of))
    better = found.arm if found.finding == "saves" else found.baseline
    failures = next((one for one in of.failures if one.baseline == found.baseline), None)
    return Decision(
        baseline=found.baseline,
        arm=found.arm,
        estimand=found.estimand,
        decides=not obstacles,
        better=None if obstacles else better,
        fewer_failures_too=not obstacles
        and failures is not None
        and failures.shares in {"baseline fails more", "arm fails more"},
        obstacles=obstacles,
        unseen_failures=None if obstacles or failures is None else _unseen(failures),
    )


def _unseen(failures: FailureDifference) -> float | None:
    """Return what no failure at all leaves open, where that is more than what counts as alike.

    To wait until nothing is left open would take 3,700 requests without a failure in each arm, which many a
    lab run or small service never has. So it is said instead, in the same breath as the decision.
    """
    if not failures.none_failed or failures.low is None or failures.high is None:
        return None
    most = max(-failures.low, failures.high)
    return most if most > ALIKE else None


DECIDING: Final[tuple[Estimand, ...]] = ("first_request_ms", "user_visible_ms")
"""Estimands that may decide between INIT and lazy, first the one that does: arms differ in first requests.
One alone, chosen beforehand, for two that may each be wrong in 5 % are wrong in up to 10 %.
"""


def deciding(decisions: Sequence[Decision]) -> Decision | None:
    """Return the one answer to whether to start up in INIT or lazily; None where it was not measured.

    All requests decide where no single one is known, and forbid to decide where they show the contrary.
    """
    lazily: dict[str, Decision] = {
        one.estimand: one for one in decisions if one.baseline == "first_invocation"
    }
    answers = [found for estimand in DECIDING if (found := lazily.get(estimand))]
    if not answers:
        return None
    first, *others = answers
    if first.decides and any(one.decides and one.better != first.better for one in others):
        return replace(
            first,
            decides=False,
            better=None,
            obstacles=["first and all requests disagree"],
            unseen_failures=None,
        )
    return first


def _obstacles(found: Comparison, of: Grounds) -> Iterator[Obstacle]:
    if not of.population.randomised:
        yield "not randomised"
    if of.assignment is not None and not of.assignment.as_declared:
        yield "not assigned as declared"
    if of.progress is not None and of.progress.interim:
        yield "interim look"
    elif of.progress is not None and of.population.rule != "planned":
        yield "births not known"
    if of.population.rule == "incomplete":
        yield "environments not complete"
    yield from _size(found, of.completeness)
    yield from _failures(found, of)
    if of.left_open and found.estimand != "billed_ms":
        yield "waits of unknown length"


def _size(found: Comparison, gaps: Completeness | None) -> Iterator[Obstacle]:
    match found.finding:
        case "cannot tell yet" if gaps is None or found.baseline not in gaps.untold:
            yield "too few environments"
        case "no difference seen" | "no difference that matters":
            yield found.finding
        case "saves" | "costs" if abs(found.difference_ms) < found.smallest_ms:
            yield "no difference that matters"


def _failures(found: Comparison, of: Grounds) -> Iterator[Obstacle]:
    """A fast arm that fails more is not better, and one whose failures are not known may not be."""
    if any(one.share > MOST for one in of.failure_shares if one.placement in {found.baseline, found.arm}):
        yield "most requests failed"
    unsettled = [one for one in of.bounds if one.baseline == found.baseline and not _holds(found, one)]
    for one in of.failures:
        if one.baseline != found.baseline:
            continue
        same_way = {"saves": "baseline fails more", "costs": "arm fails more"}.get(found.finding)
        harmless = {"alike", same_way}
        if one.shares == "cannot tell":
            if not unsettled:
                yield "failures cannot be told alike"
        elif one.shares not in harmless:
            yield "fails more"
    if unsettled:
        yield "failures of unknown arm"
    elif of.completeness is not None:
        yield "requests in no figure"


def _holds(found: Comparison, bound: Bounds) -> bool:
    """Say whether the finding is the same whichever arm the failures of unknown arm were of."""
    if bound.low is None or bound.high is None:
        return False
    if found.finding == "saves":
        return bound.low > 0 and bound.failures_lowest >= 0
    return found.finding == "costs" and bound.high < 0 and bound.failures_highest <= 0
