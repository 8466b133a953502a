"""Medians with their spread."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """Of several repetitions."""

    median: float
    low: float
    """First quartile."""
    high: float
    """Third quartile."""


def spread(values: Sequence[float]) -> Spread:
    """Median and quartiles; of a single value, that."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def ratios(values: Sequence[float], to: Sequence[float]) -> Spread:
    """Of values to those of the same round: what slows a whole round down cancels out."""
    return spread([value / other for value, other in zip(values, to, strict=True)])
