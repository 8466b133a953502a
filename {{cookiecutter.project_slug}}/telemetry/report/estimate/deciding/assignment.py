"""Was the experiment assigned as declared? Arms of another size mean that something chose between them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from adapter.placement import Placement, PlacementError, Weights, parse_weights
from telemetry.report.estimate.jackknife import Ratio
from telemetry.report.estimate.proportions import goodness_of_fit
from telemetry.report.read.units import Unit

ALARM: Final = 0.001
"""P-value below which the assignment is called off: the usual threshold for sample ratio mismatch."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Environments per arm against the declared weights of the experiment."""

    experiments: list[str]
    """As declared; more than one when the weights were changed on the way."""
    weights: dict[Placement, float]
    environments: dict[Placement, int]
    chi_square: float
    df: int
    p_value: float
    as_declared: bool
    empty: dict[Placement, float]
    """Arms without any environment, and how many were to be expected there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment of a planned size is. A look before that is interim, and no verdict."""

    planned: int
    """Environments in every arm."""
    environments: int
    """In the smallest arm so far."""
    interim: bool
    final: bool = False
    """All environments that are compared have ended: later records change nothing."""
    still_serving: int = 0
    """Those that have not."""


def assignment_of(
    units: Sequence[Unit], served: Mapping[Placement, Ratio], weights: Weights | None
) -> Assignment | None:
    """Test environments per arm against the weights; None when no experiment of two arms was declared.

    Where records tell the assignment, all assigned environments count, those too whose startup failed. With
    `weights` alone it is those that served a request: an arm that starts up later left no record before.
    """
    if weights is not None:
        counts = {arm: served[arm].environments for arm in weights}
        return _tested([as_written(weights)], weights, counts, dict(weights))
    declared = Counter(unit.experiment for unit in units if unit.experiment is not None)
    # What no adapter would have run is left out; `refused` lists it.
    experiments = {text: weights for text in declared if (weights := readable(text))}
    expected: Weights = {}
    for text, shares in experiments.items():
        for arm, weight in shares.items():
            share = declared[text] * weight / sum(shares.values())
            expected[arm] = expected.get(arm, 0.0) + share
    found = Counter(unit.placement for unit in units if unit.experiment in experiments)
    weights = next(iter(experiments.values())) if len(experiments) == 1 else expected
    return _tested(sorted(experiments), weights, {arm: found[arm] for arm in expected}, expected)


def refused(units: Sequence[Unit]) -> list[str]:
    """List the experiments in the records that no adapter would have run."""
    declared = dict.fromkeys(unit.experiment for unit in units if unit.experiment is not None)
    return [text for text in declared if readable(text) is None]


def readable(text: str) -> Weights | None:
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


def as_written(weights: Weights) -> str:
    """Write weights the way `LIFESPAN_EXPERIMENT` holds them."""
    return ",".join(f"{arm}={weight:g}" for arm, weight in weights.items())
