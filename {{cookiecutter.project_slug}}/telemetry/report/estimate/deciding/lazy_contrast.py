"""Init or lazy: which of the contrasts answers, where several do."""

from collections.abc import Sequence

from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.deciding.decision import DECIDING


def of_lazy(comparisons: Sequence[Comparison], estimand: Estimand) -> Comparison | None:
    """Return the comparison of `init` with a lazy startup; None where it was not measured."""
    for found in comparisons:
        if found.baseline == "first_invocation" and found.estimand == estimand:
            return found
    return None


def is_clear(found: Comparison | None) -> bool:
    """Say whether it found a difference, in either direction."""
    return found is not None and found.finding in {"saves", "costs"}


def deciding_contrast(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Return the comparison that answers: the one that `decision.deciding` lets decide."""
    found = (of_lazy(comparisons, estimand) for estimand in DECIDING)
    return next((one for one in found if one is not None), None)
