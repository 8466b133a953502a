"""Arms, compared within each memory size and init type that a lab run was told to compare."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telemetry.report.estimate.compared import compared_in
from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.deciding.completeness import LeftOut, shown
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.read.environments import init_types
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.names import printable
from telemetry.report.read.strata import strata_of


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a lab run was told several of: environments that have it in common differ by their arm alone."""

    memory_mb: float
    init_type: str | None
    """As Lambda names it: `on-demand`, `snap-start`, `provisioned-concurrency`; None where nothing tells."""

    @property
    def order(self) -> tuple[float, str]:
        """By which settings are listed."""
        return self.memory_mb, self.init_type or ""


@dataclass(frozen=True, slots=True)
class ComparedWithin:
    """The comparisons of the environments that have some settings in common."""

    settings: RunSettings
    comparisons: list[Comparison]


def settings_of(evidence: Evidence, population: Population) -> list[RunSettings | None]:
    """Return the settings of each unit; None for those that are not compared, or do not tell their memory."""
    strata = strata_of(evidence.ledger, evidence.totals.sums.only(population.counted))
    types = init_types(evidence.ledger)
    found: list[RunSettings | None] = []
    for position, init_type in zip(strata.of_unit.tolist(), types, strict=True):
        memory_mb = strata.found[position].memory_mb if position >= 0 else None
        named = None if init_type is None else printable(init_type)
        found.append(None if memory_mb is None else RunSettings(memory_mb, named))
    return found


def by_settings(
    evidence: Evidence, population: Population, smallest: Smallest, left_out: LeftOut
) -> list[ComparedWithin]:
    """Compare arms at each memory size and init type by itself; nothing where there is one, or no lab ran.

    On Lambda settings follow each other in time, and what else changed with them is not known; a lab runs all
    of them by turns.

    Args:
        evidence: Tells the settings of each environment.
        population: All that are compared.
        smallest: The smallest difference that matters.
        left_out: Requests that are in no figure.
    """
    of_unit: Sequence[RunSettings | None] = settings_of(evidence, population) if evidence.ledger.labs else ()
    several = sorted({one for one in of_unit if one is not None}, key=lambda one: one.order)
    found = []
    for settings in several if len(several) > 1 else ():
        mine = population.counted & [one == settings for one in of_unit]
        compared = compared_in(evidence, replace(population, counted=mine), smallest).comparisons
        found.append(ComparedWithin(settings, [shown(one, left_out) for one in compared]))
    return found
