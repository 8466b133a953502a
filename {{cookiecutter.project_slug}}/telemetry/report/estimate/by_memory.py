"""Arms, compared within each memory size that a lab run was told to compare."""

from dataclasses import dataclass, replace

import numpy as np

from telemetry.report.estimate.compared import compared_in
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.deciding.completeness import LeftOut, shown
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.strata import strata_of


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a lab run was told, where it was told several of it."""

    memory_mb: float


@dataclass(frozen=True, slots=True)
class ComparedWithin:
    """The comparisons of the environments that have some settings in common."""

    settings: RunSettings
    comparisons: list[Comparison]


def by_memory(
    evidence: Evidence, population: Population, smallest: Smallest, left_out: LeftOut
) -> list[ComparedWithin]:
    """Compare arms at each memory size by itself; nothing where there is only one, or no lab ran.

    On Lambda sizes follow each other in time, and what else changed with them is not known; a lab runs all of
    them by turns.

    Args:
        evidence: Tells the memory of each environment.
        population: All that are compared.
        smallest: The smallest difference that matters.
        left_out: Requests that are in no figure.
    """
    strata = strata_of(evidence.ledger, evidence.totals.sums.only(population.counted))
    sizes = sorted({one.memory_mb for one in strata.found if one.memory_mb is not None})
    if len(sizes) < 2 or not evidence.ledger.labs:
        return []
    memory = np.asarray([one.memory_mb or np.nan for one in strata.found])
    of_unit = np.where(strata.of_unit >= 0, memory[strata.of_unit], np.nan)
    found = []
    for size in sizes:
        of_size = replace(population, counted=population.counted & (of_unit == size))
        compared = compared_in(evidence, of_size, smallest).comparisons
        found.append(ComparedWithin(RunSettings(size), [shown(one, left_out) for one in compared]))
    return found
