"""One experiment in a simulated fleet, judged on each of its days by the report's own rules.

From the environments that are compared to the one answer, `init` or lazy, everything is the report's; only
the reading of lines is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from adapter.placement import PLACEMENTS
from bench.fleet import DAY_S, Effects, Pool, durations, expected_differences, pool
from bench.fleet_looks import Born, near_days
from telemetry.report.estimate.compared import Compared, compared_in
from telemetry.report.estimate.comparison import Comparison, Estimand
from telemetry.report.estimate.deciding.assignment import Assignment, assignment_of
from telemetry.report.estimate.deciding.decision import DECIDING, Decision, Grounds, deciding, decision_of
from telemetry.report.estimate.deciding.population import population_of, progress_of
from telemetry.report.estimate.first_request import means_of_first
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.estimate.strata import Means
from telemetry.report.read.columns import Numbers, Vector
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.first_requests import ANSWERED, FAILED, FirstRequests
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import loads_of
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals
from telemetry.report.read.units import Unit

DAYS, PER_DAY = 28, 500.0
DEPLOYS = np.array([9.0, 18.0]) * DAY_S
ANY = Smallest(0.0, 0.0)
"""Every difference matters: nothing but the interval keeps a report from deciding."""
KEPT_BUSY_S = 0.2
"""For how long a request of the kept arm keeps its environment, where the arms change the pool."""
EFFECTS = {
    "none": Effects(),
    "213 ms once": Effects(first_ms=213.0),
    "kept fails fast": Effects(fast_failures=0.05),
    "lazy times out": Effects(first_timeouts=0.3),
    "lazy fills the pool": Effects(each_ms=1_000.0),
}
BETTER = {"213 ms once": "init", "lazy times out": "init", "lazy fills the pool": "init"}
"""The better arm; none where an arm is faster because it fails."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is simulated."""

    effect: str
    kept: float
    """Weight of the kept arm; the other one has the rest."""
    bursts: bool
    newest_first: bool
    sized: bool
    """A size was declared."""
    daily: bool = True
    """It is looked at every day; else on the last one alone."""

    @property
    def effects(self) -> Effects:
        """How the arms differ."""
        return EFFECTS[self.effect]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the report said over the days of one experiment."""

    answers: list[Decision | None]
    """`init` or lazy, at each look that could decide wrongly and at the last; None without a comparison."""
    all_requests: list[Decision | None]
    """What all requests would decide, were they alone."""
    last: Compared
    means: dict[Estimand, Means]
    """Of first requests and of all, as of the last look."""
    truths: dict[Estimand, float] | None
    """The lazy arm minus the kept one, as assigned in this pool, in ms; None where the arms change it."""


def experiment(random: Generator, cell: Cell, shared: Pool) -> Judged:
    """Assign arms, draw durations, and look every day, or on the last one.

    Args:
        random: Draws everything.
        cell: What is simulated.
        shared: The pool, where the arms do not change it.
    """
    one, arms = _assigned(random, cell, shared)
    units = list(_units(one, arms))
    # What `plan` would say for half of the time, from the births of the weeks before.
    planned = max(25, round(0.5 * len(units) * min(cell.kept, 1 - cell.kept))) if cell.sized else None
    ms, failed = durations(random, one, (arms == 0).astype(float), cell.effects, DEPLOYS)
    fleet = Fleet(one, units, arms, cell, planned, ms, failed)
    answers, alone = [], []
    for day in [*(near(fleet) if cell.daily else []), DAYS]:
        last, means, decisions = _look(fleet, day)
        answers.append(deciding(decisions))
        alone.append(next((one for one in decisions if one.estimand == "user_visible_ms"), None))
    return Judged(answers, alone, last, means, None if cell.effects.each_ms else _truths(fleet, means))


def _truths(fleet: "Fleet", means: dict[Estimand, Means]) -> dict[Estimand, float]:
    """Return what the intervals of the last look are of, had every environment been in both arms."""
    one = fleet.pool
    each = expected_differences(one, fleet.cell.effects, DEPLOYS)
    served = one.at_s < DAYS * DAY_S
    differences: dict[Estimand, Vector] = {
        "first_request_ms": each[one.first],
        "user_visible_ms": np.bincount(one.unit[served], each[served], len(one.born_s)).astype(np.float64),
    }
    return {estimand: _within_versions(of, differences[estimand]) for estimand, of in means.items()}


def _within_versions(of: Means, differences: Vector) -> float:
    """Average sums of differences by environment, with the weights that the comparison has."""
    shares, compared = of.shares("first_invocation"), of.n > 0
    stratum = of.strata.of_unit[compared] if of.stratified else np.zeros(int(compared.sum()), np.int64)
    # Who is born after the last look has a request, but none that was looked at.
    sums = np.bincount(stratum, differences[: len(compared)][compared], minlength=len(shares))
    n = np.bincount(stratum, of.n[compared], minlength=len(shares))
    return float((shares * np.divide(sums, n, out=np.zeros(len(n)), where=n > 0)).sum())


def near(fleet: "Fleet") -> list[int]:
    """Return the days, but the last, whose looks could decide wrongly: see `fleet_looks`."""
    one, ends = fleet.pool, np.arange(1, DAYS) * DAY_S
    size, cut = len(one.born_s), None if fleet.planned is None else _cut(fleet, fleet.planned)
    born = Born(
        counts=np.searchsorted(one.born_s, ends if cut is None else np.minimum(ends, cut), side="right"),
        arms=fleet.arms,
        versions=np.searchsorted(DEPLOYS, one.born_s),
        first_ms=fleet.ms[one.first],
        user_ms=np.bincount(one.unit, fleet.ms, minlength=size).astype(np.float64),
        requests=np.bincount(one.unit, minlength=size).astype(np.float64),
        failed=np.bincount(one.unit, fleet.failed, minlength=size).astype(np.float64),
    )
    reached, better = None if cut is None else int(cut / DAY_S) + 1, BETTER.get(fleet.cell.effect)
    return near_days(born, reached, None if better is None else PLACEMENTS.index(better), range(2, DAYS))


def _cut(fleet: "Fleet", planned: int) -> float:
    """Return when the smallest arm has its declared size, in seconds; after all days if that is never."""
    births = [fleet.pool.born_s[fleet.arms == arm] for arm in range(2)]
    if min(map(len, births)) < planned:
        return (DAYS + 1) * DAY_S
    return max(float(of_arm[planned - 1]) for of_arm in births)


def comparison_of(of: Compared, estimand: Estimand) -> Comparison:
    """Return the comparison of `init` with the lazy arm."""
    return next(found for found in of.comparisons if found.estimand == estimand)


@dataclass(frozen=True, slots=True)
class Fleet:
    """One experiment: who was born when, in which arm, and what users waited."""

    pool: Pool
    units: list[Unit]
    arms: Numbers
    cell: Cell
    planned: int | None
    ms: Vector
    failed: Vector


def _assigned(random: Generator, cell: Cell, shared: Pool) -> tuple[Pool, Numbers]:
    """Draw the arm of each environment; where the arms take longer or shorter, the pool depends on them."""
    if not cell.effects.each_ms:
        return shared, np.where(random.random(len(shared.born_s)) < cell.kept, 0, 1)
    arms = np.zeros(0, np.int64)

    def busy_s(most: int) -> Sequence[float]:
        nonlocal arms
        arms = np.where(random.random(most) < cell.kept, 0, 1)
        found: list[float] = (KEPT_BUSY_S + arms * cell.effects.each_ms / 1000).tolist()
        return found

    one = pool(random, DAYS, PER_DAY, bursts=cell.bursts, newest_first=cell.newest_first, busy_s=busy_s)
    return one, arms[: len(one.born_s)]


def _units(one: Pool, arms: Numbers) -> Iterator[Unit]:
    versions = np.searchsorted(DEPLOYS, one.born_s)
    for number, (arm, born, version) in enumerate(
        zip(arms.tolist(), one.born_s.tolist(), versions.tolist(), strict=True)
    ):
        made = Unit(number, PLACEMENTS[arm], str(number))
        made.born, made.version = born * 1000, str(version + 1)
        yield made


def _look(fleet: Fleet, day: int) -> tuple[Compared, dict[Estimand, Means], list[Decision]]:
    """Judge what was recorded until the end of a day."""
    evidence, planned = _evidence(fleet, day), fleet.planned
    assignment = _assignment(evidence, fleet.cell)
    population = population_of(evidence, assignment, planned)
    compared = compared_in(evidence, population, ANY)
    grounds = Grounds(
        assignment=assignment,
        progress=progress_of(population, planned),
        population=population,
        failure_shares=compared.failures,
        failures=compared.failure_differences,
        bounds=compared.bounds,
        completeness=None,
        left_open=False,
    )
    decisions = [decision_of(found, grounds) for found in compared.comparisons if found.estimand in DECIDING]
    return compared, _means(evidence, compared), decisions


def _means(evidence: Evidence, compared: Compared) -> dict[Estimand, Means]:
    found: dict[Estimand, Means] = {"user_visible_ms": compared.means}
    if evidence.totals.firsts is not None:
        found["first_request_ms"] = means_of_first(evidence.totals.firsts, compared.means)
    return found


def _assignment(evidence: Evidence, cell: Cell) -> Assignment | None:
    sums = evidence.totals.sums
    weights = {"init": cell.kept, "first_invocation": 1 - cell.kept}
    return assignment_of(evidence.ledger.units, ratios(sums, sums.user), weights)  # type: ignore[arg-type]  # names of arms


def _evidence(fleet: Fleet, day: int) -> Evidence:
    """Build what the reader would have summed up; single requests at the last look alone."""
    one, detailed = fleet.pool, day == DAYS
    until = int(np.searchsorted(one.at_s, day * DAY_S))
    count, unit = int(np.searchsorted(one.born_s, day * DAY_S)), one.unit[:until]
    ms, failed = fleet.ms[:until], fleet.failed[:until]
    ledger, totals = Ledger(), Totals(Sums.zero(fleet.arms[:count]), FirstRequests(count))
    ledger.units = fleet.units[:count]
    sums, first = totals.sums, one.first[:count]
    for into, values in ((sums.n, None), (sums.timed, None), (sums.user, ms), (sums.failed, failed)):
        into += np.bincount(unit, values, minlength=count)  # noqa: PLW2901  # adds in place
    sums.firsts[:] = sums.waited[:] = 1.0
    np.fmin.at(sums.first_at, unit, one.at_s[:until] * 1000)
    np.fmax.at(sums.last_at, unit, one.at_s[:until] * 1000)
    if totals.firsts is not None:
        totals.firsts.at[:], totals.firsts.ms[:] = one.at_s[first] * 1000, ms[first]
        totals.firsts.ended[:] = np.where(failed[first] > 0, FAILED, ANSWERED)
    if detailed:
        totals.durations.add(unit, ms)
    return Evidence(
        ledger, totals, loads_of(ledger), Input([], 0, {}, {}, {}, {}, 0, 0), aggregated=not detailed
    )
