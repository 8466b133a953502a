"""Was the experiment assigned as declared? Arms of the wrong size mean that something chose between them."""

from collections import Counter
from collections.abc import Mapping, Sequence

from adapter.placement import Placement, PlacementError, Weights, parse_weights
from telemetry.report.jackknife import Ratio
from telemetry.report.ledger import Unit
from telemetry.report.model import Assignment, Progress
from telemetry.report.proportions import goodness_of_fit

ALARM = 0.001
"""P-value below which the assignment is called off: the usual threshold for sample ratio mismatch."""


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
    # What no adapter would have run is left out: `unreadable` says so.
    readable = {text: weights for text in declared if (weights := _readable(text))}
    expected: Weights = {}
    for text, shares in readable.items():
        for arm, weight in shares.items():
            share = declared[text] * weight / sum(shares.values())
            expected[arm] = expected.get(arm, 0.0) + share
    found = Counter(unit.placement for unit in units if unit.experiment in readable)
    weights = next(iter(readable.values())) if len(readable) == 1 else expected
    return _tested(sorted(readable), weights, {arm: found[arm] for arm in expected}, expected)


def unreadable(units: Sequence[Unit]) -> list[str]:
    """Experiments in the records that no adapter would have run."""
    declared = dict.fromkeys(unit.experiment for unit in units if unit.experiment is not None)
    return [text for text in declared if _readable(text) is None]


def _readable(text: str) -> Weights | None:
    """Read the weights of a record, which may be anything; None for what no adapter would have run."""
    try:
        return parse_weights(text)
    except PlacementError:
        return None


def _tested(
    experiments: list[str], weights: Weights, counts: dict[Placement, int], expected: Weights
) -> Assignment | None:
    total, whole = sum(counts.values()), sum(expected.values())
    if len(counts) < 2 or not total:
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
        empty={arm: total * expected[arm] / whole for arm, count in counts.items() if not count},
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
