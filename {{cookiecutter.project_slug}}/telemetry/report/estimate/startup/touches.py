"""How touches of a resource gather in few environments: what its use in longer lives can be told by.

Were touches independent, an environment of N requests would touch a resource with a chance of 1 - (1 - p)^N.
Often they are not: a tenant, or a path, comes back to the same environment. Then each environment has a share
of its own, spread about p; as a beta distribution, the chance is 1 - B(a, b + N) / B(a, b) (Skellam, Journal
of the Royal Statistical Society B 10, 1948). Its spread is chosen so that the environments that were recorded
touch the resource as often as they did.
"""

import math
from collections.abc import Set as AbstractSet
from itertools import permutations
from typing import Final

import numpy as np
from scipy.special import betaln

from telemetry.report.read.columns import Vector
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.totals import Totals

LONGEST_LIFE: Final = 10**7
"""Requests of an environment beyond which nobody asks."""
STEPS: Final = 60
LEAST: Final = 1e-9
MOST: Final = 1 - 1e-9


def clustering_of(touching: Vector, n: Vector) -> float:
    """Return the correlation of two requests of one environment, 0 to 1, from requests by environment.

    Args:
        touching: Requests that touched the resource.
        n: All requests.
    """
    touching, n = touching[n > 0], n[n > 0]
    share = float(touching.sum()) / float(n.sum()) if len(n) else 0.0
    seen = float((touching > 0).sum())
    if not 0 < share < 1 or seen >= _expected(share, 0.0, n):
        return 0.0
    low, high = LEAST, MOST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(share, middle, n) > seen else (low, middle)
    return (low + high) / 2


def _expected(share: float, clustering: float, n: Vector) -> float:
    """Environments that touch the resource."""
    return float(np.sum(touched_share(share, clustering, n)))


def touched_share(share: float, clustering: float, n: Vector) -> Vector:
    """Return the chance that an environment of `n` requests touches a resource."""
    if clustering <= LEAST:
        return 1 - (1 - share) ** n
    rest = (1 - clustering) / clustering
    a, b = share * rest, (1 - share) * rest
    never: Vector = np.exp(betaln(a, b + n) - betaln(a, b))
    return 1 - never


def requests_until(enough: float, share: float, clustering: float = 0.0) -> float | None:
    """Return the least N at which an environment touches with a chance above `enough`; None if no N does."""
    if enough < 0 or share >= 1:
        return 1.0
    if not share > 0:
        return None
    if clustering <= LEAST:
        return (
            max(1.0, float(math.floor(math.log1p(-enough) / math.log1p(-share)) + 1)) if enough < 1 else None
        )
    low, high = 0, LONGEST_LIFE
    if _at(share, clustering, high) <= enough:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _at(share, clustering, middle) > enough else (middle, high)
    return float(high)


def _at(share: float, clustering: float, n: int) -> float:
    return float(touched_share(share, clustering, np.asarray([float(n)]))[0])


def touched_together(names: AbstractSet[str], ledger: Ledger, totals: Totals) -> dict[str, dict[str, int]]:
    """Count, for each of some resources, the requests that touched another one of them too."""
    together: dict[str, dict[str, int]] = {}
    for keys, number in ledger.touched_sets.items():
        count = int(totals.together[number + 1]) if number + 1 < len(totals.together) else 0
        touched = sorted(keys & names) if count else []
        for name, other in permutations(touched, 2):
            counts = together.setdefault(name, {})
            counts[other] = counts.get(other, 0) + count
    return together
