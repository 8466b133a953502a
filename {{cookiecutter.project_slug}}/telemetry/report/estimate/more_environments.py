"""How many more environments it takes until a difference of the size seen can be told from none."""

import math
from typing import Final

from scipy.special import ndtri

from adapter.placement import Placement
from telemetry.report.estimate.comparison import Comparison

POWER: Final = 0.8
"""Chance to find a true difference of that size."""
MOST_TIMES: Final = 1000
"""As many times the environments seen are no experiment any more."""


def more_to_tell(found: Comparison) -> dict[Placement, int] | None:
    """Return how many more each arm takes, of the traffic seen so far.

    The size seen may be far from the true one: this says what to expect of going on, and promises nothing.

    Returns:
        None where the interval does not cover 0, cannot be told, or would never come to an end.
    """
    if found.finding != "no difference seen" or found.low is None or found.high is None:
        return None
    margin = (found.high - found.low) / 2
    normal = float(ndtri((1 + found.level) / 2))
    wanted = abs(found.difference_ms) * normal / (normal + float(ndtri(POWER)))
    times = (margin / wanted) ** 2 if wanted > 0 else math.inf
    if times > MOST_TIMES:
        return None
    return {arm: math.ceil((times - 1) * number) for arm, number in found.n_environments.items()}
