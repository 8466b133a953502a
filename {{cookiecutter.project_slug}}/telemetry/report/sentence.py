"""The verdict's one sentence: comparator, number, interval, and where it was measured."""

from collections.abc import Mapping

from telemetry.report.findings import Bound, Comparison, Finding
from telemetry.report.model import MeasuredOn, Progress
from telemetry.report.records import PLACEMENTS, Placement
from telemetry.report.wording import milliseconds

LAZY: Mapping[Finding | None, str] = {
    None: "Whether to start lazily instead was not measured: it takes an arm first_invocation.",
    "saves": "Against a lazy singleton it decides: keep the lifespan in INIT.",
    "costs": "Against a lazy singleton it decides: start up in the first invocation.",
    "no difference seen": (
        "Whether to start up in INIT or lazily: no difference seen in the mean, so decide by resource, below."
    ),
}
"""What follows for the decision that is open."""
MEANS = "user-visible means with 95 % intervals"


def sentence(
    comparisons: list[Comparison], bound: Bound | None, place: MeasuredOn, environments: dict[Placement, int]
) -> str:
    """Say what keeping the lifespan changes per request, user-visible; never more than the intervals bear."""
    told = [_told(found) for found in comparisons if found.finding != "cannot tell yet"]
    stock_recorded = environments.get("every_invocation", 0) > 0
    if bound is not None and not bound.more_environments and not stock_recorded:
        told.insert(0, _at_most(bound))
    unsure = [found for found in comparisons if found.finding == "cannot tell yet"]
    if told:
        parts = [
            f"Keeping the lifespan {', and '.join(told)}",
            *([f"cannot tell yet {_unsure(unsure)}"] if unsure else []),
        ]
        return f"{'; '.join(parts)}; {MEANS}, {place.text}."
    why = _unsure(unsure) if unsure else _missing(bound, environments)
    return f"Cannot tell yet {why}; {place.text}."


def meaning(comparisons: list[Comparison]) -> str | None:
    """Say what can be decided by the differences, and what not; None where none is told."""
    found = {one.baseline: one.finding for one in comparisons if one.finding != "cannot tell yet"}
    if not found:
        return None
    size = "Against stock Mangum that is a size, not a decision: whatever starts up once saves it. "
    return (size if "every_invocation" in found else "") + LAZY[found.get("first_invocation")]


def doubted(text: str) -> str:
    """Add that the arms are not those of the declared experiment."""
    return f"{text.removesuffix('.')}; NOT to be trusted, as environments were not assigned as declared."


def interim(text: str, progress: Progress) -> str:
    """Say that the experiment is not over, before anything else."""
    return (
        f"Interim look at {progress.environments} of {progress.planned} planned environments per arm, "
        f"not the verdict yet: {text[:1].lower()}{text[1:]}"
    )


def _told(found: Comparison) -> str:
    low, high = found.low, found.high
    if found.finding == "costs":
        low, high = (None if high is None else -high), (None if low is None else -low)
    number = milliseconds(
        abs(found.difference_ms) if found.finding == "costs" else found.difference_ms, low, high
    )
    if found.finding == "no difference seen":
        return f"makes no difference that was seen ({number} per request) against {found.comparator}"
    return f"{found.finding} {number} per request against {found.comparator}"


def _at_most(bound: Bound) -> str:
    number = milliseconds(bound.at_most_ms, bound.low, bound.high)
    left_out = "" if bound.with_shutdown else ", its shutdown left out"
    return (
        f"saves at most {number} per request against {bound.comparator}{left_out}, an upper bound from first "
        "startups, as no repeated startup was recorded"
    )


def _unsure(unsure: list[Comparison]) -> str:
    against = " nor against ".join(found.comparator for found in unsure)
    more = {arm: number for found in unsure for arm, number in found.more_environments.items()}
    return f"against {against}: {_needed(more)}"


def _needed(more: dict[Placement, int]) -> str:
    first, *rest = (arm for arm in PLACEMENTS if arm in more)
    noun = "environment" if more[first] == 1 else "environments"
    needs = [f"{more[first]} more {noun} of {first}", *(f"{more[arm]} of {arm}" for arm in rest)]
    return f"needs at least {', '.join(needs)}"


def _missing(bound: Bound | None, environments: dict[Placement, int]) -> str:
    if not any(environments.values()):
        return "what keeping the lifespan saves: no invocation was recorded"
    if not environments.get("init"):
        return "what keeping the lifespan saves: no environment with placement init was recorded"
    if bound is None:
        return "what keeping the lifespan saves: no completed startup was recorded"
    return f"against {bound.comparator}: {_needed({'init': bound.more_environments})}"
