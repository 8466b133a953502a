"""The verdict's one sentence: comparator, number, interval, and where it was measured."""

from telemetry.report.findings import Bound, Comparison
from telemetry.report.model import MeasuredOn
from telemetry.report.records import PLACEMENTS, Placement
from telemetry.report.wording import milliseconds


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
        lead = "Keeping the lifespan" + ("" if told[0].startswith(("saves", "costs")) else ":")
        parts = [f"{lead} {', and '.join(told)}", *([f"cannot tell yet {_unsure(unsure)}"] if unsure else [])]
        return "; ".join([*parts, place.text]) + "."
    why = _unsure(unsure) if unsure else _missing(bound, environments)
    return f"Cannot tell yet {why}; {place.text}."


def doubted(text: str) -> str:
    """Add that the arms are not those of the declared experiment."""
    return f"{text.removesuffix('.')}; NOT to be trusted, as environments were not assigned as declared."


def _told(found: Comparison) -> str:
    low, high = found.low, found.high
    if found.finding == "costs":
        low, high = (None if high is None else -high), (None if low is None else -low)
    number = milliseconds(
        abs(found.difference_ms) if found.finding == "costs" else found.difference_ms, low, high
    )
    if found.finding == "no difference seen":
        return f"{number} per request (no difference seen) against {found.comparator}"
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
