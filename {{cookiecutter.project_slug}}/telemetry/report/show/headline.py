"""The verdict in three short lines: against stock Mangum, INIT or lazy, where and how it was measured.

What makes them doubtful stands before them, a line each.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.deciding.decision import Decision, deciding
from telemetry.report.estimate.deciding.lazy_contrast import is_clear, of_lazy
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.results import Results
from telemetry.report.show.meaning import OPEN, SAME_WAIT, is_null
from telemetry.report.show.sentence import NO_REPEAT, Statement, needed, shared_out, signed, way
from telemetry.report.show.wording import counted, milliseconds

STOCK: Final = "Against stock Mangum"
CHOICE: Final = "INIT or lazy"
NOT_SEEN: Final = "not decided, as either may be better within the interval"


def headline(results: Results, said: Statement, place: str, *, same_wait: bool) -> list[str]:
    """Put results into lines of their own; what they say is in the sentence too.

    Args:
        results: What was found.
        said: Holds what has to be said before it.
        place: Where it was measured, in words.
        same_wait: The arms `init` and `first_invocation` cannot differ, whatever was measured.
    """
    warnings = [text.removesuffix(":") for text in said.before.strip().split(". ") if text]
    lines = [
        *warnings,
        _stock(results, said),
        _choice(results, same_wait=same_wait),
        _measured(results, place),
    ]
    return [f"{line[:1].upper()}{line[1:].removesuffix('.')}." for line in lines]


def _stock(results: Results, said: Statement) -> str:
    """Say what keeping the lifespan saves against a startup in every request."""
    if not results.startup_repeats:
        return NO_REPEAT
    every = [found for found in results.comparisons if found.baseline == "every_invocation"]
    for found in every:
        if found.estimand == "user_visible_ms":
            if found.finding != "cannot tell yet":
                return f"{STOCK}: keeping the lifespan {_what(found)} per request"
            return f"{STOCK}: cannot tell{_why(results, found)}"
    bound = results.bound
    if bound is None or bound.more_environments:
        # Without another arm nothing else is said, and that is of stock Mangum.
        unknown = [one for one in said.reservations if one.startswith("cannot tell yet")]
        return unknown[0] if unknown and not results.comparisons else f"{STOCK}: not measured"
    took = bound.startup_and_shutdown_ms
    what = "startup and shutdown take" if bound.with_shutdown else "startup takes"
    return f"{STOCK}: not measured; {what} {milliseconds(took.value, took.low, took.high)}"


def _choice(results: Results, *, same_wait: bool) -> str:
    """Say whether to start up in INIT or in the first request, or what keeps that open."""
    answer = deciding(results.decisions)
    found = None if answer is None else of_lazy(results.comparisons, answer.estimand)
    if answer is None or found is None:
        return f"{CHOICE}: not measured, that takes the arm first_invocation{_below(results)}"
    if same_wait and not is_clear(found):
        return f"{CHOICE}: this run cannot tell, because {SAME_WAIT}{_below(results)}"
    number = f"INIT {_what(found)} {_per(found, results)}"
    if answer.decides:
        better = "keep INIT" if answer.better == "init" else "start up in the first invocation"
        return f"{CHOICE}: {better}{_condition(answer)}; {number}"
    if found.finding == "cannot tell yet":
        return f"{CHOICE}: cannot tell{_why(results, found)}"
    return f"{CHOICE}: {_open(answer, found)}; {number}"


def _condition(answer: Decision) -> str:
    """Say what so few requests leave open, where none failed."""
    if answer.unseen_failures is None:
        return ""
    share = digits(100 * answer.unseen_failures, 2, up=True)
    return f", if failures are alike (none seen, {share} points left open)"


def _open(answer: Decision, found: Comparison) -> str:
    """Say why neither is better."""
    for reason in _reasons(answer):
        return f"not decided, as {reason}"
    if not is_null(found):
        return "not decided"
    return "either will do" if "no difference that matters" in answer.obstacles else NOT_SEEN


def _below(results: Results) -> str:
    return "; advice by resource is below" if results.resources else ""


def _reasons(answer: Decision) -> Iterator[str]:
    yield from (OPEN[one] for one in answer.obstacles if one in OPEN)


def _what(found: Comparison) -> str:
    value, low, high = signed(found)
    number = milliseconds(value, low, high)
    if found.finding in {"saves", "costs"}:
        return f"{found.finding} {number}"
    difference = "no visible difference" if found.finding == "no difference seen" else found.finding
    return f"makes {difference} ({way(found)} {number})"


def _per(found: Comparison, results: Results) -> str:
    """Say of what the number is, and what it is for each request of the recorded traffic."""
    if found.estimand != "first_request_ms":
        return "per request"
    where = "in the first request of an environment"
    if not is_clear(found):
        return where
    for one in results.first_requests.per_request:
        if one.baseline == found.baseline:
            return f"{where}, {shared_out(one)}"
    return where


def _why(results: Results, found: Comparison) -> str:
    gaps = results.completeness
    if gaps is not None and found.baseline in gaps.untold:
        return ", because of requests that are in no figure"
    return f" yet, {needed(found.more_environments)}" if found.more_environments else " yet"


def _measured(results: Results, place: str) -> str:
    """Say where and how."""
    how = _design(results)
    return f"{place}; {how}" if how else place


def _design(results: Results) -> str:
    arms = [arm for arm in results.arms if arm.environments]
    if not arms:
        return ""
    many = _environments([arm.environments for arm in arms])
    if results.measured_on.lab_run:
        return many
    if results.assignment is None:
        return f"{many}, no experiment" if len(arms) > 1 else many
    return f"an experiment, {many}"


def _environments(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    if least == most:
        return counted(least, "environment") + (" an arm" if len(counts) > 1 else "")
    return f"{least} to {most} environments an arm"
