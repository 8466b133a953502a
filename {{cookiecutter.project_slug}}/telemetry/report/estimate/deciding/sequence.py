"""An interval that holds at every look at once: for experiments whose size was not declared.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence
sequences, Annals of Statistics 52(6), 2024, theorem 2.2 (Gaussian mixture): for independent observations with
finite variance, the mean of the first t of them is, for all t at once, within

    s_t * sqrt(2 (t r^2 + 1) / (t^2 r^2) * log(sqrt(t r^2 + 1) / (1 - level)))

of the truth, asymptotically in the smallest t that is looked at; s_t is their standard deviation, and r was
chosen before. An environment is an observation, so it may enter only once, when it is complete, and in the
order in which environments were born: see `population`. The difference of two ratios enters by its
linearisation, as in the jackknife: s_t / sqrt(t) is its standard error.
"""

import math
from typing import Final

from scipy.special import ndtri

from telemetry.report.estimate.jackknife import LEVEL

NARROWEST_AT: Final = 400
"""Environments, of all arms, at which the sequence is narrowest: there it is 1.55 times the interval of one
look. A constant, as nothing that was measured may choose it.
"""


def widening(environments: int) -> float:
    """Return how many times as wide as the interval of one look the sequence is after so many environments.

    Multiplies the standard error, so that the degrees of freedom of Student's t stay in force.
    """
    if environments < 1:
        return math.inf
    error = 1 - LEVEL
    twice = -2 * math.log(error)
    # The r that makes the sequence narrowest at a given t, to first order: section B.2 of the paper.
    grown = environments / NARROWEST_AT * (twice + math.log(twice) + 1)
    boundary = math.sqrt(2 * (grown + 1) / grown * math.log(math.sqrt(grown + 1) / error))
    return boundary / float(ndtri((1 + LEVEL) / 2))
