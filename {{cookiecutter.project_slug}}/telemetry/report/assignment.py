"""Was the experiment assigned as declared? Arms of the wrong size mean that something chose between them."""

from telemetry.report.errors import UnusableError
from telemetry.report.jackknife import Ratio
from telemetry.report.model import Assignment
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
        if placement is None or not weight.strip().replace(".", "", 1).isdecimal() or float(weight) <= 0:
            choices = ", ".join(PLACEMENTS)
            raise UnusableError(
                f"{part.strip()!r} is no weight. Write init=50,first_invocation=50; {choices}."
            )
        weights[placement] = float(weight)
    return weights


def assignment_of(arms: dict[Placement, Ratio], weights: Weights | None) -> Assignment | None:
    """Test environments per arm against the weights; None when no experiment of two arms was declared.

    Counts environments that served a request: an arm that starts up later leaves no record before.
    """
    if weights is None or len(weights) < 2 or not any(arms[arm].environments for arm in weights):
        return None
    counts = {arm: arms[arm].environments for arm in weights}
    statistic, p_value = goodness_of_fit(list(counts.values()), list(weights.values()))
    return Assignment(
        weights=weights,
        environments=counts,
        chi_square=statistic,
        df=len(weights) - 1,
        p_value=p_value,
        as_declared=p_value >= ALARM,
    )
