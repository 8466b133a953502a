"""How often does the report decide wrongly? Experiments in a fleet with known truth, looked at every day.

`python -m bench.fleet_coverage` prints two Markdown tables, the worst cells and all of them. "Decides
wrongly" is on any of the days; "first request" and "all requests" are how often their intervals of the last
day hold the truth: the difference of the arms as assigned in their shared pool, within versions as the report
compares them. It is worked out from what was put in; where the arms change the pool, it is the difference
over all experiments of a cell together.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import numpy as np

from bench.fleet import pool
from bench.fleet_experiment import (
    BETTER,
    DAYS,
    EFFECTS,
    PER_DAY,
    Cell,
    Judged,
    comparison_of,
    experiment,
)
from bench.fleet_runs import Counts, Part, parts_of, run
from telemetry.report.estimate.comparison import Estimand
from telemetry.report.estimate.deciding.decision import Decision
from telemetry.report.read.columns import Vector

SEED = 20_261_126
EXPERIMENTS = 2_000
PER_POOL = 50
"""Experiments that share the arrivals of one pool."""
ESTIMANDS: tuple[Estimand, ...] = ("first_request_ms", "user_visible_ms")
VERSIONS = 3


@dataclass(slots=True)
class Counted:
    """Counts over the experiments of a cell."""

    cell: Cell
    experiments: int = 0
    wrong: int = 0
    """Answered, on any day, that an arm is better which is not."""
    alone_wrong: int = 0
    """The same, had all requests alone decided."""
    right: int = 0
    """Answered at the last look that the better arm is."""
    intervals: list[list[list[float]]] = field(default_factory=lambda: [[] for _ in ESTIMANDS])
    """Of the last look, by estimand: low, high, and the truth where it is known."""
    sums: Vector = field(default_factory=lambda: np.zeros((len(ESTIMANDS), VERSIONS, 2, 2)))
    """Of what was compared at the last look, by estimand, version and arm: ms and requests."""
    percentiles: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Told at the last look: p50, p95, p99; so the next."""
    percentiles_covered: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, counts: Counts) -> None:
        """Add what a part counted."""
        for name in ("experiments", "wrong", "alone_wrong", "right"):
            setattr(self, name, getattr(self, name) + counts[name])
        for position, more in enumerate(counts["intervals"]):
            self.intervals[position] += more
        self.sums = self.sums + np.asarray(counts["sums"])
        for name in ("percentiles", "percentiles_covered"):
            both = zip(getattr(self, name), counts[name], strict=True)
            setattr(self, name, [sum(pair) for pair in both])

    def counts(self) -> Counts:
        """Give all of it as it is kept in a file."""
        names = ("experiments", "wrong", "alone_wrong", "right", "intervals", "percentiles",
                 "percentiles_covered")  # fmt: skip
        return {"sums": self.sums.tolist(), **{name: getattr(self, name) for name in names}}

    def average(self, estimand: Estimand) -> float:
        """Return the lazy arm's mean minus that of the kept arm, over all experiments, in ms."""
        sums = self.sums[ESTIMANDS.index(estimand)]
        usable = (sums[:, :, 1] > 0).all(axis=1)
        ms, n = sums[usable, :, 0], sums[usable, :, 1]
        return float(np.average(ms[:, 1] / n[:, 1] - ms[:, 0] / n[:, 0], weights=n.sum(axis=1)))

    def held(self, estimand: Estimand) -> float | None:
        """Return the percentage of intervals that hold the truth; None where none was told."""
        found = self.intervals[ESTIMANDS.index(estimand)]
        if not found:
            return None
        if self.cell.effects.each_ms:
            truth = self.average(estimand)
            found = [[low, high, truth] for low, high in found]
        low, high, truths = np.asarray(found).T
        return 100 * float(((low <= truths) & (truths <= high)).mean())


def cells(*, daily: bool = True) -> Iterator[Cell]:
    """Give every cell, in the order of the table."""
    for settings in product(EFFECTS, (0.5, 0.9), (False, True), (True, False), (True, False)):
        cell = Cell(*settings, daily=daily)
        if cell.bursts or not cell.effects.each_ms:  # else requests hardly meet, and the pool stays the same
            yield cell


def measure(cell: Cell, experiments: int, seed: Sequence[int]) -> Counted:
    """Simulate one cell; the same seed gives the same counts."""
    random, found = np.random.default_rng(seed), Counted(cell)
    while found.experiments < experiments:
        shared = pool(random, DAYS, PER_DAY, bursts=cell.bursts, newest_first=cell.newest_first)
        for _ in range(min(PER_POOL, experiments - found.experiments)):
            _count(found, experiment(random, cell, shared))
    return found


def _count(found: Counted, judged: Judged) -> None:
    better = BETTER.get(found.cell.effect)
    wrong = _wrong(judged.answers, better)
    found.experiments += 1
    found.wrong += wrong
    found.alone_wrong += _wrong(judged.all_requests, better)
    last = judged.answers[-1]
    found.right += last is not None and last.decides and not wrong
    for position, estimand in enumerate(ESTIMANDS):
        one = comparison_of(judged.last, estimand)
        if one.low is not None and one.high is not None:
            truth = [] if judged.truths is None else [judged.truths[estimand]]
            found.intervals[position].append([one.low, one.high, *truth])
    found.sums += _sums(judged)
    for position, told in enumerate(judged.last.percentiles):
        if told.low is not None and told.high is not None:
            found.percentiles[position] += 1
            found.percentiles_covered[position] += told.low <= 0 <= told.high


def _wrong(decisions: Iterable[Decision | None], better: str | None) -> bool:
    return any(one is not None and one.decides and one.better != better for one in decisions)


def _sums(judged: Judged) -> Vector:
    """Sum up what was compared, by estimand, version and arm."""
    found = np.zeros((len(ESTIMANDS), VERSIONS, 2, 2))
    for position, estimand in enumerate(ESTIMANDS):
        of = judged.means[estimand]
        for stratum, version in enumerate(of.strata.found):
            for arm in range(2):
                mine = (of.strata.of_unit == stratum) & (of.sums.arms == arm)
                found[position, int(version.version or 1) - 1, arm] = of.ms[mine].sum(), of.n[mine].sum()
    return found


NAMES = ("effect", "weights", "arrivals", "routing", "size")
HEADS = (
    "decides wrongly", "all requests alone", "decides rightly", "first request", "all requests",
    "p50 told", "holds", "p95 told", "holds", "p99 told", "holds",
)  # fmt: skip
LEAST = (False, False, True, *[True] * 8)
"""For which columns the least is the worst."""


def named(cell: Cell) -> tuple[str, ...]:
    """Name a cell in the columns of a table."""
    return (
        cell.effect,
        f"{100 * cell.kept:.0f}/{100 - 100 * cell.kept:.0f}",
        "bursts" if cell.bursts else "Poisson",
        "newest first" if cell.newest_first else "random",
        "declared" if cell.sized else "none",
    )


def shares(row: Counted) -> tuple[float | None, ...]:
    """Return the percentages of a cell, one a column; None where there is none."""
    percentiles: list[float | None] = []
    for told, held in zip(row.percentiles, row.percentiles_covered, strict=True):
        same = row.cell.effect == "none"
        percentiles += [_share(told, row.experiments), _share(held, told) if same else None]
    right = _share(row.right, row.experiments) if row.cell.effect in BETTER else None
    return (
        _share(row.wrong, row.experiments),
        _share(row.alone_wrong, row.experiments),
        right,
        *map(row.held, ESTIMANDS),
        *percentiles,
    )


def tables(rows: Sequence[Counted]) -> str:
    """Write the worst cells, then all, as Markdown."""
    return "\n\n".join((_worst(rows), _all(rows)))


def _worst(rows: Sequence[Counted]) -> str:
    lines = [*_heading(("effect", "size", "cells", *HEADS))]
    for effect, sized in product(EFFECTS, (True, False)):
        mine = [row for row in rows if (row.cell.effect, row.cell.sized) == (effect, sized)]
        if not mine:
            continue
        columns = zip(*map(shares, mine), strict=True)
        worst = [_extreme(column, least=least) for column, least in zip(columns, LEAST, strict=True)]
        name = (effect, "declared" if sized else "none", str(len(mine)))
        lines.append(_line((*name, *map(_shown, worst))))
    return "\n".join(lines)


def _extreme(column: Iterable[float | None], *, least: bool) -> float | None:
    known = [share for share in column if share is not None]
    return (min if least else max)(known) if known else None


def _all(rows: Sequence[Counted]) -> str:
    lines = [*_heading((*NAMES, "experiments", *HEADS))]
    lines += [_line((*named(row.cell), str(row.experiments), *map(_shown, shares(row)))) for row in rows]
    return "\n".join(lines)


def _heading(heads: Sequence[str]) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(count: int, of: int) -> float | None:
    return 100 * count / of if of else None


def _shown(share: float | None) -> str:
    return "-" if share is None else f"{share:.1f}"


def _numbered() -> list[Cell]:
    """Give the cells by their numbers in parts: those that are looked at every day, then the others."""
    return [*cells(), *cells(daily=False)]


def _measured(part: Part) -> Counts:
    number, chunk, experiments = part
    every = _numbered()
    # The same experiments, however often they are looked at: looks draw nothing.
    return measure(every[number], experiments, (SEED, number % (len(every) // 2), chunk)).counts()


def main() -> None:
    """Run all cells, or those of one effect, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.fleet_coverage", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per cell (%(default)s)")
    parser.add_argument("--effect", choices=EFFECTS, help="this one alone")
    parser.add_argument(
        "--last-look",
        action="store_true",
        help="look on the last day alone: what intervals hold, in less time",
    )
    parser.add_argument("--processes", type=int, default=2, help="(%(default)s)")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="keep what is done there, and go on")
    options = parser.parse_args()
    rows = {
        number: Counted(cell)
        for number, cell in enumerate(_numbered())
        if options.effect in {None, cell.effect} and cell.daily != options.last_look
    }
    parts = parts_of(list(rows), options.experiments, PER_POOL)
    for (number, _, _), counts in run(parts, _measured, options.processes, options.kept):
        rows[number].add(counts)
    sys.stdout.write(tables(list(rows.values())) + "\n")


if __name__ == "__main__":
    main()
