"""How often does the report decide wrongly? Experiments in a fleet with known truth, looked at every day.

`python -m bench.fleet_coverage` prints a Markdown table. Each experiment is judged by the report's own rules,
from the environments that are compared to the decision, on each of 28 days; only the reading of lines is left
out.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np
from numpy.random import Generator

from adapter.placement import PLACEMENTS
from bench.fleet import DAY_S, Effects, Pool, durations, pool
from bench.fleet_runs import Counts, Part, parts_of, run
from telemetry.report.estimate.compared import Compared, compared_in
from telemetry.report.estimate.deciding.assignment import Assignment, assignment_of
from telemetry.report.estimate.deciding.decision import Decision, Grounds, decision_of
from telemetry.report.estimate.deciding.population import population_of, progress_of
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.read.columns import Numbers, Vector
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import loads_of
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals
from telemetry.report.read.units import Unit

SEED = 20_261_126
EXPERIMENTS = 2_000
PER_POOL = 50
"""Experiments that share the arrivals of one pool."""
DAYS, PER_DAY = 28, 500.0
DEPLOYS = np.array([9.0, 18.0]) * DAY_S
ANY = Smallest(0.0, 0.0)
"""Every difference matters: nothing but the interval keeps a report from deciding."""
EFFECTS = {
    "none": Effects(),
    "kept fails fast": Effects(fast_failures=0.05),
    "213 ms once": Effects(first_ms=213.0),
}


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

    def row(self) -> tuple[str, ...]:
        """Name it in the cells of a table."""
        return (
            self.effect,
            f"{100 * self.kept:.0f}/{100 - 100 * self.kept:.0f}",
            "bursts" if self.bursts else "Poisson",
            "newest first" if self.newest_first else "random",
            "declared" if self.sized else "none",
        )


@dataclass(slots=True)
class Counted:
    """Counts over the experiments of a cell."""

    cell: Cell
    experiments: int = 0
    wrong: int = 0
    """Decided, on any day, for an arm that is not better."""
    right: int = 0
    """Decided for the better arm at the last look."""
    judged: int = 0
    """Told an interval at the last look."""
    covered: int = 0
    """Of those, the ones whose interval holds the truth."""
    percentiles: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Told at the last look: p50, p95, p99; so the next."""
    percentiles_covered: list[int] = field(default_factory=lambda: [0, 0, 0])


def cells() -> Iterator[Cell]:
    """Give every cell, in the order of the table."""
    for settings in product(EFFECTS, (0.5, 0.9), (False, True), (True, False), (True, False)):
        yield Cell(*settings)


def measure(cell: Cell, experiments: int, seed: Sequence[int]) -> Counted:
    """Simulate one cell; the same seed gives the same counts."""
    random, found = np.random.default_rng(seed), Counted(cell)
    while found.experiments < experiments:
        one = pool(random, DAYS, PER_DAY, bursts=cell.bursts, newest_first=cell.newest_first)
        for _ in range(min(PER_POOL, experiments - found.experiments)):
            _experiment(random, one, found)
    return found


def _experiment(random: Generator, one: Pool, found: Counted) -> None:
    """Assign arms, draw durations, and look every day."""
    cell = found.cell
    arms = np.where(random.random(len(one.born_s)) < cell.kept, 0, 1)
    units = _units(one, arms)
    # What `plan` would say for half of the time, from the births of the weeks before.
    planned = max(25, round(0.5 * len(units) * min(cell.kept, 1 - cell.kept))) if cell.sized else None
    fleet = _Fleet(one, units, arms, cell, planned)
    ms, failed = durations(random, one, (arms == 0).astype(float), EFFECTS[cell.effect], DEPLOYS)
    better = "init" if cell.effect == "213 ms once" else None
    wrong, decided, last = False, False, None
    standing = False
    for day in range(2, DAYS + 1):
        if standing and day < DAYS:
            continue  # the verdict stands still
        told, decision = _look(fleet, ms, failed, day)
        standing = told.population.final
        wrong |= decision is not None and decision.decides and decision.better != better
        decided, last = decision is not None and decision.decides, told
    found.experiments += 1
    found.wrong += wrong
    found.right += decided and not wrong
    if last is not None:
        _cover(found, last, EFFECTS[cell.effect])


@dataclass(frozen=True, slots=True)
class _Fleet:
    """One experiment: who was born when, in which arm."""

    pool: Pool
    units: list[Unit]
    arms: Numbers
    cell: Cell
    planned: int | None


def _units(one: Pool, arms: Numbers) -> list[Unit]:
    versions = np.searchsorted(DEPLOYS, one.born_s)
    found = []
    for number, (arm, born, version) in enumerate(
        zip(arms.tolist(), one.born_s.tolist(), versions.tolist(), strict=True)
    ):
        made = Unit(number, PLACEMENTS[arm], str(number))
        made.born, made.version = born * 1000, str(version + 1)
        found.append(made)
    return found


def _look(fleet: _Fleet, ms: Vector, failed: Vector, day: int) -> tuple[Compared, Decision | None]:
    """Judge what was recorded until the end of a day."""
    until = int(np.searchsorted(fleet.pool.at_s, day * DAY_S))
    evidence = _evidence(fleet, ms[:until], failed[:until], day)
    planned = fleet.planned
    assignment = _assignment(evidence, fleet.cell)
    population = population_of(evidence, assignment, planned)
    compared = compared_in(evidence, population, ANY)
    grounds = Grounds(
        assignment=assignment,
        progress=progress_of(population, planned),
        population=population,
        failures=compared.failure_differences,
        bounds=compared.bounds,
        completeness=None,
        left_open=False,
    )
    visible = [found for found in compared.comparisons if found.estimand == "user_visible_ms"]
    return compared, decision_of(visible[0], grounds) if visible else None


def _assignment(evidence: Evidence, cell: Cell) -> Assignment | None:
    sums = evidence.totals.sums
    weights = {"init": cell.kept, "first_invocation": 1 - cell.kept}
    return assignment_of(evidence.ledger.units, ratios(sums, sums.user), weights)  # type: ignore[arg-type]  # names of arms


def _evidence(fleet: _Fleet, ms: Vector, failed: Vector, day: int) -> Evidence:
    """Build what the reader would have summed up; single requests at the last look alone."""
    one, detailed = fleet.pool, day == DAYS
    count, unit = int(np.searchsorted(one.born_s, day * DAY_S)), one.unit[: len(ms)]
    ledger, totals = Ledger(), Totals(Sums.zero(fleet.arms[:count]))
    ledger.units = fleet.units[:count]
    sums = totals.sums
    for into, values in ((sums.n, None), (sums.timed, None), (sums.user, ms), (sums.failed, failed)):
        into += np.bincount(unit, values, minlength=count)  # noqa: PLW2901  # adds in place
    sums.firsts[:] = sums.waited[:] = 1.0
    np.fmin.at(sums.first_at, unit, one.at_s[: len(ms)] * 1000)
    np.fmax.at(sums.last_at, unit, one.at_s[: len(ms)] * 1000)
    if detailed:
        totals.durations.add(unit, ms)
    return Evidence(
        ledger, totals, loads_of(ledger), Input([], 0, {}, {}, {}, {}, 0, 0), aggregated=not detailed
    )


def _cover(found: Counted, last: Compared, effects: Effects) -> None:
    """Count whether the last intervals hold the truth, where it is the same for every experiment."""
    comparison = last.comparisons[0]
    sums = last.means.sums
    truth = effects.first_ms * float(sums.firsts[sums.n > 0].sum()) / float(sums.n.sum())
    if comparison.low is not None and comparison.high is not None and not effects.fast_failures:
        found.judged += 1
        found.covered += comparison.low <= truth <= comparison.high
    if effects != Effects():
        return
    for position, one in enumerate(last.percentiles):
        if one.low is not None and one.high is not None:
            found.percentiles[position] += 1
            found.percentiles_covered[position] += one.low <= 0 <= one.high


HEADS = (
    "effect", "weights", "arrivals", "routing", "size", "decides wrongly, 28 looks", "decides rightly",
    "interval holds the truth", "p50 told", "holds", "p95 told", "holds", "p99 told", "holds",
)  # fmt: skip


def table(rows: Sequence[Counted]) -> str:
    """Write all cells as Markdown."""
    lines = [HEADS, ("---",) * len(HEADS)]
    for row in rows:
        percentiles = zip(row.percentiles, row.percentiles_covered, strict=True)
        shares = [
            _share(row.wrong, row.experiments),
            _share(row.right, row.experiments),
            _share(row.covered, row.judged),
            *(
                text
                for told, held in percentiles
                for text in (_share(told, row.experiments), _share(held, told))
            ),
        ]
        lines.append((*row.cell.row(), *shares))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


NUMBERS = (
    "experiments", "wrong", "right", "judged", "covered", "percentiles", "percentiles_covered",
)  # fmt: skip
"""Fields of `Counted` that add up."""


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}" if of else "-"


def _measured(part: Part) -> Counts:
    number, chunk, experiments = part
    found = measure(list(cells())[number], experiments, (SEED, number, chunk))
    return {name: getattr(found, name) for name in NUMBERS}


def _add(row: Counted, counts: Counts) -> None:
    for name in NUMBERS:
        before, more = getattr(row, name), counts[name]
        added = (
            [a + b for a, b in zip(before, more, strict=True)] if isinstance(before, list) else before + more
        )
        setattr(row, name, added)


def main() -> None:
    """Run all cells, or those of one effect, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.fleet_coverage", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per cell (%(default)s)")
    parser.add_argument("--effect", choices=EFFECTS, help="this one alone")
    parser.add_argument("--processes", type=int, default=2, help="(%(default)s)")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="keep what is done there, and go on")
    options = parser.parse_args()
    rows = {
        number: Counted(cell) for number, cell in enumerate(cells()) if options.effect in {None, cell.effect}
    }
    parts = parts_of(list(rows), options.experiments, PER_POOL)
    for (number, _, _), counts in run(parts, _measured, options.processes, options.kept):
        _add(rows[number], counts)
    sys.stdout.write(table(list(rows.values())) + "\n")


if __name__ == "__main__":
    main()
