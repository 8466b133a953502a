"""The environments of each configuration: one memory size, init type and placement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final, Literal, TypeAlias, assert_never

import numpy as np

from adapter.placement import PLACEMENTS, Placement
from telemetry.report.estimate.by_settings import RunSettings, settings_of
from telemetry.report.estimate.configurations.mixture import Mixture, Requests, mixed
from telemetry.report.estimate.configurations.resampling import SEED, Resampled, resampled
from telemetry.report.estimate.deciding.population import Population
from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE, more_needed
from telemetry.report.estimate.jackknife import LEVEL, Ratio
from telemetry.report.estimate.percentiles import Percentile, bin_of, percentile_of
from telemetry.report.read.columns import Flags, Numbers, Vector
from telemetry.report.read.evidence import Evidence
from telemetry.report.read.first_requests import FirstRequests
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.names import printable
from telemetry.report.read.sums import BINS, bins_of

P99: Final = 0.99
Mean: TypeAlias = Literal["first_request_ms", "warm_request_ms", "billed_ms"]
MEANS: Final[tuple[Mean, ...]] = ("first_request_ms", "warm_request_ms", "billed_ms")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is compared: settings, and where the startup runs."""

    settings: RunSettings
    placement: Placement

    @property
    def name(self) -> str:
        """Memory, and when the startup runs."""
        return f"{self.settings.memory_mb:.0f} MB, {startup_name(self.placement)}"

    @property
    def order(self) -> tuple[float, str, int]:
        """By which configurations are listed."""
        return *self.settings.order, PLACEMENTS.index(self.placement)


def startup_name(placement: Placement) -> str:
    """Say in a word or two when the startup runs."""
    match placement:
        case "init":
            return "init"
        case "first_invocation":
            return "lazy"
        case "every_invocation":
            return "every invocation"
        case _:
            assert_never(placement)


class Cell:
    """The requests of one configuration.

    Args:
        configuration: Which one.
        evidence: Everything that was read, with single requests.
        mine: Its environments, by unit.
        share: Of first requests, at which all requests are put together.
    """

    def __init__(self, configuration: Configuration, evidence: Evidence, mine: Flags, share: float) -> None:
        totals = evidence.totals
        self.configuration = configuration
        self.share = share
        self._mine = mine & (totals.sums.n > 0)
        self._durations = totals.durations
        self._sums = totals.sums.only(self._mine)
        self._firsts = (totals.firsts or FirstRequests(len(mine))).only(self._mine)

    @property
    def environments(self) -> int:
        """That served a request."""
        return int(self._mine.sum())

    @property
    def requests(self) -> int:
        """All of them."""
        return int(self._sums.n.sum())

    @property
    def failed(self) -> int:
        """Those that failed or timed out."""
        return round(float(self._sums.failed.sum()))

    @property
    def untimed(self) -> int:
        """Requests that waited for an INIT of unknown length: in no figure of time."""
        return round(float((self._sums.n - self._sums.timed).sum()))

    @property
    def unbilled(self) -> int:
        """Requests of which the platform did not say what was billed."""
        return round(float((self._sums.n - self._sums.billed_n).sum()))

    @cached_property
    def means(self) -> dict[Mean, Mixture]:
        """Return what the means are of, those alone for which there are requests."""
        billed = self._first(self._firsts.billed)
        later = Requests(self._sums.billed - billed.ms, self._sums.billed_n - billed.n)
        of: dict[Mean, Mixture] = {
            "first_request_ms": [(self._first(self._firsts.ms), 1.0)],
            "warm_request_ms": [(Requests(*self._firsts.warm()), 1.0)],
            "billed_ms": [(billed, self.share), (later, 1 - self.share)],
        }
        used = {name: [part for part in mixture if part[1] > 0] for name, mixture in of.items()}
        return {
            name: [(part.only(self._mine), weight) for part, weight in mixture]
            for name, mixture in used.items()
            if all(part.n.any() for part, _ in mixture)
        }

    @property
    def more_environments(self) -> int:
        """How many more there have to be at least before intervals are shown; 0 where there are enough."""
        parts = (part for mixture in self.means.values() for part, _ in mixture)
        return max((more_needed(part.ratio) for part in parts), default=MINIMUM_EFFECTIVE)

    def mean(self, name: Mean) -> float | None:
        """Return one of them; None where there is no request."""
        mixture = self.means.get(name)
        return None if mixture is None else sum(weight * part.ratio.value for part, weight in mixture)

    @cached_property
    def resamples(self) -> dict[Mean, Resampled]:
        """Resample the environments, for all means at once."""
        names = list(self.means)
        if not names or self.environments < 2:
            return {}
        of = self.configuration.settings
        seed = (
            SEED,
            int(of.memory_mb),
            PLACEMENTS.index(self.configuration.placement),
            len(of.init_type or ""),
        )
        return dict(zip(names, resampled([self.means[name] for name in names], seed), strict=True))

    def p99(self, level: float = LEVEL) -> Percentile:
        """Return what 99 of 100 requests do not exceed, at the share of first requests."""
        cumulated, of = self._tail
        return percentile_of(cumulated, P99, of, self._edges(of), level)

    @cached_property
    def _tail(self) -> tuple[Vector, Ratio]:
        """Return the weight of requests up to each bin, and the share of those that p99 is not below."""
        first = self._first(self._firsts.ms)
        later_n = self._sums.timed - first.n
        cumulated = np.cumsum(self._histogram(first, later_n))
        at = bin_of(cumulated, P99) if cumulated[-1] > 0 else 0
        up_to = self._durations.up_to(np.where(self._mine, at, -1))
        fast = first.n * (self._bins() <= at)
        return cumulated, mixed(Requests(fast, first.n), Requests(up_to - fast, later_n), self.share)

    def _first(self, ms: Vector) -> Requests:
        return Requests(np.nan_to_num(ms), (~np.isnan(ms)).astype(np.float64))

    def _bins(self) -> Numbers:
        return bins_of(np.nan_to_num(self._firsts.ms, nan=1.0))

    def _histogram(self, first: Requests, later_n: Vector) -> Vector:
        """Return the weight of requests by bin."""
        of_first = self.share / max(float(first.n.sum()), 1.0)
        of_later = (1 - self.share) / max(float(later_n.sum()), 1.0)
        all_as_later = self._durations.histogram(np.where(self._mine, of_later, 0.0))
        found: Vector = all_as_later + np.bincount(
            self._bins(), first.n * (of_first - of_later), minlength=BINS
        )
        return np.maximum(found, 0.0)

    def _edges(self, of: Ratio) -> list[Ratio]:
        """Return the share of first requests: where these are slow, there is a step in the distribution."""
        return [Ratio(self.share, 0.0, of.g_eff, of.environments, of.n)] if 0 < self.share < 1 else []


def cells_of(evidence: Evidence, population: Population, share: float | None) -> list[Cell]:
    """Return a cell for each configuration that was measured, or was to be.

    Args:
        evidence: Everything that was read.
        population: The environments that are compared.
        share: Of first requests; None for that of the environments that served most requests.
    """
    arms = evidence.totals.sums.arms
    units: dict[Configuration, list[int]] = {}
    for number, settings in enumerate(settings_of(evidence, population)):
        if settings is not None and population.counted[number]:
            units.setdefault(Configuration(settings, PLACEMENTS[arms[number]]), []).append(number)
    for expected in _expected(evidence.ledger, {one.placement for one in units}):
        units.setdefault(expected, [])
    sums = evidence.totals.sums
    most = max((sums.n[mine].sum() / len(mine) for mine in units.values() if mine), default=1.0)
    found = []
    for configuration in sorted(units, key=lambda one: one.order):
        flags = np.zeros(len(arms), np.bool_)
        flags[units[configuration]] = True
        found.append(Cell(configuration, evidence, flags, float(1 / most) if share is None else share))
    return found


def _expected(ledger: Ledger, placements: set[Placement]) -> Iterator[Configuration]:
    """Yield what the lab says it was told to measure."""
    for lab in ledger.labs:
        arms: Sequence[Placement] = [arm for arm in PLACEMENTS if arm in placements or arm in lab.sent]
        types = lab.init_types or ((lab.init_type,) if lab.init_type else ())
        for memory_mb, init_type, arm in product(lab.memory_mb, types, arms):
            yield Configuration(RunSettings(memory_mb, printable(init_type)), arm)
