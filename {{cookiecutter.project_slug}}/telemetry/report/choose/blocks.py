"""Blocks of traffic: what a coming period may differ by from the recorded one."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from telemetry.report.choose.levels import Traffic
from telemetry.report.read.columns import Numbers, Vector

DAY: Final = 86400.0
WEEKS_FROM: Final = 28 * DAY
"""Recordings that are so long are cut into weeks, shorter ones into days."""
FEWEST: Final = 5
"""Blocks; a recording of fewer days is cut into so many."""
NORMAL: Final = 1.959964


def edges_of(traffic: Traffic) -> Vector:
    """Return where blocks begin and end."""
    length = 7 * DAY if traffic.seconds >= WEEKS_FROM * 0.99 else DAY
    count = round(traffic.seconds / length)
    if count < FEWEST and length == DAY:
        count = FEWEST
    return np.linspace(traffic.begin, traffic.end, max(count, 1) + 1)


def block_of(times: Vector, edges: Vector) -> Numbers:
    """Return the block that each moment is in."""
    found = np.searchsorted(edges, times, side="right") - 1
    return np.clip(found, 0, len(edges) - 2)


def weights(blocks: int, rows: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Draw weights of the blocks for periods to come, a row for each.

    A bootstrap of blocks, widened: a coming period differs from the long run as much as the recorded one did
    (hence the factor 2 of the variance), and few blocks tell little of how much that is (Student's t). Some
    weights are below 0, which leaves means of sums where they are.
    """
    if blocks < 2:
        return np.ones((rows, blocks))
    drawn = random.multinomial(blocks, np.full(blocks, 1 / blocks), size=rows)
    few = math.sqrt(blocks / (blocks - 1)) * float(student.ppf(0.975, blocks - 1)) / NORMAL
    return np.asarray(1 + math.sqrt(2) * few * (drawn - 1.0), np.float64)
