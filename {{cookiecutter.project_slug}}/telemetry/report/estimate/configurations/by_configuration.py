"""Configurations of a run that had several settings, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from telemetry.prices import ARCHITECTURE, REGION, TABLE, Prices
from telemetry.report.estimate.configurations.best import Choice, choices
from telemetry.report.estimate.configurations.cells import cells_of
from telemetry.report.estimate.configurations.figures import (
    METHOD,
    Figures,
    Measured,
    measured,
    requests_for_p99,
)
from telemetry.report.estimate.configurations.preference import Preference
from telemetry.report.estimate.deciding.completeness import LeftOut, left_out_of
from telemetry.report.estimate.deciding.population import Population, population_of
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.records import Place, place_of


@dataclass(frozen=True, slots=True)
class PriceList:
    """Which prices dollars are of."""

    region: str
    architecture: str
    date: str


@dataclass(frozen=True, slots=True)
class Wished:
    """What the reader of a report asks of configurations."""

    prefer: Preference = "balanced"
    prices: Prices | None = None
    """None for those of the region that the run says, as far as they are known."""
    cold_share: float | None = None
    """Share of requests that are the first of their environment; None for that of the run."""
    beside: Evidence | None = None
    """Of another run, whose figures stand beside."""


ASKS_NOTHING: Final = Wished()


@dataclass(frozen=True, slots=True)
class Beside:
    """The same figures of another run."""

    where: Place
    rows: list[Figures]


@dataclass(frozen=True, slots=True)
class Configurations:
    """All configurations of a run."""

    rows: list[Figures]
    choices: list[Choice]
    """One for each preference."""
    prefer: Preference
    """The one that was asked for."""
    cold_share: float
    """Of requests: at it, all requests of an environment are put together."""
    as_sent: bool
    """That share is the run's own, and nobody's traffic."""
    level: float
    """At which all intervals hold together."""
    method: str
    p99_requests: int
    """Of a configuration, above which p99 can be told at all."""
    prices: PriceList | None
    """None where those of the region are not known."""
    beside: Beside | None


def configurations_of(
    evidence: Evidence, population: Population, smallest: Smallest, left_out: LeftOut, wished: Wished
) -> Configurations | None:
    """Compare configurations; None without a lab run of several settings, or another one beside it.

    Args:
        evidence: Everything that was read.
        population: The environments that are compared.
        smallest: The smallest difference that matters.
        left_out: Requests that are in no figure.
        wished: What the reader asks for.
    """
    if evidence.aggregated or not evidence.ledger.labs:
        return None
    prices = wished.prices or prices_for(evidence.ledger)
    found = measured(cells_of(evidence, population, wished.cold_share), prices, left_out)
    several = len({(one.figures.memory_mb, one.figures.init_type) for one in found}) > 1
    if not found or not (several or wished.beside is not None):
        return None
    return Configurations(
        rows=_with_frontier(found),
        choices=choices(found, smallest),
        prefer=wished.prefer,
        cold_share=found[0].cell.share,
        as_sent=wished.cold_share is None,
        level=LEVEL,
        method=METHOD,
        p99_requests=requests_for_p99(len(found)),
        prices=None if prices is None else PriceList(prices.region, prices.architecture, prices.date),
        beside=None if wished.beside is None else _beside(wished.beside, prices, found[0].cell.share),
    )


def _beside(evidence: Evidence, prices: Prices | None, cold_share: float) -> Beside:
    """Return the figures of another run, at the same share of cold requests and the same prices."""
    cells = cells_of(evidence, population_of(evidence, None, None), cold_share)
    found = measured(cells, prices, left_out_of(evidence))
    return Beside(place_of(evidence.ledger.labs), [one.figures for one in found])


def _with_frontier(found: Sequence[Measured]) -> list[Figures]:
    """Mark the configurations than which none is both cheaper and lower in p99."""
    points = [_point(one.figures) for one in found]
    known = [point for point in points if point is not None]
    return [
        replace(
            one.figures,
            on_frontier=None if point is None else not any(_beats(other, point) for other in known),
        )
        for one, point in zip(found, points, strict=True)
    ]


def _point(figures: Figures) -> tuple[float, float] | None:
    dollars, p99 = figures.dollars_per_million, figures.p99_ms
    if dollars is None or dollars.low is None or p99 is None or p99.low is None:
        return None
    if figures.dollars_a_month_kept != 0:
        return None
    return dollars.value, p99.value


def _beats(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one != other and one[0] <= other[0] and one[1] <= other[1]


def prices_for(ledger: Ledger) -> Prices | None:
    """Return the prices of where the run says that it was, or else of `REGION`; None where none are known."""
    told = [(lab.region or REGION, lab.architecture or ARCHITECTURE) for lab in ledger.labs]
    where = told[-1] if told else (REGION, ARCHITECTURE)
    return next((one for one in TABLE if (one.region, one.architecture) == where), None)
