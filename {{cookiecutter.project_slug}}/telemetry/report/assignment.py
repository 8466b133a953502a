"""Was the experiment assigned as declared? Arms of the wrong size mean that something chose between them."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from telemetry.report.errors import UnusableError
from telemetry.report.jackknife import Ratio
from telemetry.report.ledger import Unit
from telemetry.report.model import Assignment, Progress
from telemetry.report.proportions import goodness_of_fit
from telemetry.report.records import PLACEMENTS, Placement

Weights = dict[Placement, float]
ALARM = 0.001
"""P-value below which the assignment is called off: the usual threshold for sample ratio mismatch."""


def weights_from(text: str) -> Weights:
    """Read `init=50,first_invocation=50`.

    Raises:
        UnusableError: It is written otherwise, names no placement, or gives no weight above 0.
    """
    weights: Weights = {}
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        placement = next((p for p in PLACEMENTS if p == name.strip()), None)
        if placement is None or not _number(weight) > 0:
            choices = ", ".join(PLACEMENTS)
            raise UnusableError(
                f"{part.strip()!r} is no weight. Write init=50,first_invocation=50; {choices}."
            )
        weights[placement] = _number(weight)
    return weights


def _number(text: str) -> float:
    """Read a weight; 0 where it is none."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def assignment_of(
    units: Sequence[Unit], served: Mapping[Placement, Ratio], weights: Weights | None
) -> Assignment | None:
    """Test environments per arm against the weights; None when no experiment of two arms was declared.

    Where records tell the assignment, all assigned environments count, those too whose startup failed. With
    `weights` alone it is those that served a request: an arm that starts up later left no record before.
    """
    if weights is not None:
        counts = {arm: served[arm].environments for arm in weights}
        return _tested([_written(weights)], weights, counts, dict(weights))
    declared = Counter(unit.experiment for unit in units if unit.experiment is not None)
    expected: Weights = {}
    for text, environments in declared.items():
        shares = weights_from(text)
        for arm, weight in shares.items():
            share = environments * weight / sum(shares.values())
            expected[arm] = expected.get(arm, 0.0) + share
    found = Counter(unit.placement for unit in units if unit.experiment is not None)
    weights = weights_from(next(iter(declared))) if len(declared) == 1 else expected
    return _tested(sorted(filter(None, declared)), weights, {arm: found[arm] for arm in expected}, expected)


def _tested(
    experiments: list[str], weights: Weights, counts: dict[Placement, int], expected: Weights
) -> Assignment | None:
    if len(counts) < 2 or not any(counts.values()):
        return None
    statistic, p_value = goodness_of_fit(list(counts.values()), list(expected.values()))
    return Assignment(
        experiments=experiments,
        weights=weights,
        environments=counts,
        chi_square=statistic,
        df=len(counts) - 1,
        p_value=p_value,
        as_declared=p_value >= ALARM,
    )


def _written(weights: Weights) -> str:
    return ",".join(f"{arm}={weight:g}" for arm, weight in weights.items())


def progress_of(
    assignment: Assignment | None, served: Mapping[Placement, Ratio], planned: int | None
) -> Progress | None:
    """How far the experiment is; None where no size was planned."""
    if planned is None:
        return None
    arms = [arm for arm in (assignment.weights if assignment else served) if served[arm].environments]
    least = min((served[arm].environments for arm in arms), default=0)
    return Progress(planned=planned, environments=least, interim=least < planned)
