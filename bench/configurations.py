"""Do the intervals of all configurations hold together, and is the one that the report takes the best one?

`python -m bench.configurations` simulates runs of several configurations whose truth is known, and prints two
Markdown tables: how often all intervals of a run held the truth at once, beside Student's intervals with
Bonferroni's correction; and how often the report took a configuration that is not the best. The report's own
functions are called, once per run.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.experiments import HANDLER_MS, HANDLERS, INIT_MS, World
from telemetry.prices import TABLE
from telemetry.report.estimate.by_settings import RunSettings
from telemetry.report.estimate.configurations.best import choices
from telemetry.report.estimate.configurations.cells import Cell, Configuration
from telemetry.report.estimate.configurations.figures import Measured, measured
from telemetry.report.estimate.deciding.completeness import LeftOut
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.jackknife import LEVEL, around, ratio
from telemetry.report.estimate.smallest import Smallest
from telemetry.report.read.columns import Vector
from telemetry.report.read.durations import Durations
from telemetry.report.read.evidence import Evidence, Input
from telemetry.report.read.first_requests import FirstRequests
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.loads import loads_of
from telemetry.report.read.requests import Unplaced
from telemetry.report.read.sums import Sums
from telemetry.report.read.totals import Totals

SEED = 20_261_126
RUNS = 250
"""Per setting; the Monte Carlo error of 95 % is then 1.4 %."""
CONFIGURATIONS = (3, 12)
SIZES = ((20, 8), (30, 8), (60, 8), (30, 50))
"""Environments, and requests of each."""
CV = 0.2
SAME_BILL = (1.0, 1.0, 1.0)
EFFECTS = (SAME_BILL, (1.0, 1.1, 1.3), (1.0, 1.5, 2.0))
"""Of three memory sizes, the true bill of a request over the smallest one."""
ANY = Smallest(0.0, 0.0)
FEW = Smallest(0.0, 0.1)
"""A tenth matters."""


@dataclass(slots=True)
class Covered:
    """Counts over the runs of one setting."""

    handler: str
    environments: int
    requests: int
    configurations: int
    runs: int = 0
    all_held: int = 0
    student: int = 0
    """The same with Student's quantiles."""
    width: float = 0.0
    """Mean of the widths of warm requests' intervals, as a share of the truth."""


@dataclass(slots=True)
class Taken:
    """Counts over the runs of one set of effects."""

    handler: str
    effects: Sequence[float]
    runs: int = 0
    best: int = 0
    """The report called one of them best."""
    wrong: int = 0
    """It did, and the truth is another one, or that none is."""
    immaterial: int = 0
    """The report called some alike where a tenth matters."""
    wrongly: int = 0
    """It did, and took one that truly costs more than a tenth more than the best."""


def settings() -> Iterator[tuple[str, int, int, int]]:
    """Give every setting, in the order of the table."""
    for handler, (environments, requests), configurations in product(HANDLERS, SIZES, CONFIGURATIONS):
        yield handler, environments, requests, configurations


def coverage(setting: tuple[str, int, int, int], runs: int, seed: Sequence[int]) -> Covered:
    """Simulate one setting; the same seed gives the same counts."""
    handler, environments, requests, configurations = setting
    random, found = np.random.default_rng(seed), Covered(*setting)
    world = World(handler, "equal", CV)
    for _ in range(runs):
        drawn = [_drawn(random, world, environments, requests, 1.0) for _ in range(configurations)]
        truths = (INIT_MS + HANDLER_MS, HANDLER_MS, INIT_MS / requests + HANDLER_MS)
        shown = _shown(drawn, [512.0 + number for number in range(configurations)])
        estimates = [
            (one.figures.first_request_ms, one.figures.warm_request_ms, one.figures.billed_ms)
            for one in shown
        ]
        found.runs += 1
        found.all_held += all(
            _holds(estimate, truth) for row in estimates for estimate, truth in zip(row, truths, strict=True)
        )
        found.student += all(_student(one, truths, configurations) for one in drawn)
        found.width += float(np.mean([_width(row[1]) for row in estimates])) / HANDLER_MS
    return found


def _holds(estimate: Estimate | None, truth: float) -> bool:
    if estimate is None or estimate.low is None or estimate.high is None:
        return False
    return estimate.low <= truth <= estimate.high


def _width(estimate: Estimate | None) -> float:
    if estimate is None or estimate.low is None or estimate.high is None:
        return np.nan
    return estimate.high - estimate.low


@dataclass(frozen=True, slots=True)
class Drawn:
    """Environments of one configuration: sums of ms over first and later requests."""

    first: Vector
    later: Vector
    n: Vector
    """Later ones."""


def _drawn(
    random: np.random.Generator, world: World, environments: int, requests: int, scale: float
) -> Drawn:
    found = world.drawn(random, environments, requests=float(requests))
    first = found.first + found.init
    return Drawn(scale * first, scale * (found.handled - found.first), found.n - 1)


def _student(of: Drawn, truths: Sequence[float], configurations: int) -> bool:
    """Say whether Student's intervals, each at its share of the error, hold the truth of one of them."""
    level = 1 - (1 - LEVEL) / (3 * configurations)
    ones = np.ones(len(of.n))
    for truth, of_all in zip(
        truths,
        (ratio(of.first, ones), ratio(of.later, of.n), ratio(of.first + of.later, of.n + 1)),
        strict=True,
    ):
        low, high = around(of_all.value, of_all.variance, of_all.df, level)
        if not low <= truth <= high:
            return False
    return True


def _shown(drawn: Sequence[Drawn], memory_mb: Sequence[float]) -> list[Measured]:
    """Show the configurations as the report does, without p99: no single request was kept."""
    size = [len(one.n) for one in drawn]
    first, later, n = (np.concatenate([getattr(one, name) for one in drawn]) for name in Drawn.__slots__)
    evidence = _evidence(first, later, n)
    number = np.repeat(np.arange(len(drawn)), size)
    share = float(1 / (1 + n.mean()))
    cells = [
        Cell(Configuration(RunSettings(memory, "on-demand"), "init"), evidence, number == one, share)
        for one, memory in enumerate(memory_mb)
    ]
    return measured(cells, TABLE[0], _nothing_left_out(float((n + 1).sum())))


def _evidence(first: Vector, later: Vector, n: Vector) -> Evidence:
    """Return what a reader would have found in the records of such environments."""
    sums, firsts = Sums.zero(np.zeros(len(n), np.int64)), FirstRequests(len(n))
    for into, values in (
        (sums.n, n + 1), (sums.timed, n + 1), (sums.user, first + later), (sums.billed, first + later),
        (sums.billed_n, n + 1), (firsts.at, 0.0), (firsts.ms, first), (firsts.billed, first),
        (firsts._warm_n, n), (firsts._warm_ms, later),  # noqa: SLF001  # as requests would fill them
    ):  # fmt: skip
        into[:] = values
    durations = Durations()
    durations.add(np.arange(len(n)), first)
    ledger = Ledger()
    read = Input([], 0, {}, {}, {}, {}, 0, 0)
    return Evidence(ledger, Totals(sums, firsts, durations=durations), loads_of(ledger), read)


def _nothing_left_out(requests: float) -> LeftOut:
    arms = np.zeros(3, np.int64)
    return LeftOut(Unplaced(), np.zeros(4, np.int64), arms + int(requests), arms, np.zeros(3), 0)


def taken(handler: str, effects: Sequence[float], runs: int, seed: Sequence[int]) -> Taken:
    """Simulate the choice by cost among sizes of such true bills, with 30 environments of 50 requests."""
    random, found, world = np.random.default_rng(seed), Taken(handler, effects), World(handler, "equal", CV)
    memory_mb = [1024.0, 1025.0, 1026.0]  # as good as alike, so that bills are as long as times
    best = {number for number, effect in enumerate(effects) if effect == min(effects)}
    for _ in range(runs):
        drawn = [_drawn(random, world, 30, 50, effect) for effect in effects]
        shown = _shown(drawn, memory_mb)
        names = [one.name for one in shown]
        sure, alike = (choices(shown, smallest)[0] for smallest in (ANY, FEW))
        found.runs += 1
        if sure.finding == "best" and sure.name is not None:
            found.best += 1
            found.wrong += len(best) > 1 or names.index(sure.name) not in best
        if alike.finding == "no difference that matters" and alike.name is not None:
            found.immaterial += 1
            truly = [effects[names.index(name)] for name in (alike.name, *alike.alike)]
            found.wrongly += max(truly) > 1.1 * min(effects)
    return found


def tables(rows: Sequence[Covered], choice: Sequence[Taken]) -> str:
    """Write both as Markdown."""
    lines = _heading(
        (
            "handler",
            "environments",
            "requests",
            "configurations",
            "all held",
            "with Student's t",
            "width, warm",
        )
    )
    for row in rows:
        shares = (100 * row.all_held / row.runs, 100 * row.student / row.runs, 100 * row.width / row.runs)
        counts = (row.environments, row.requests, row.configurations)
        lines.append(_line((row.handler, *map(str, counts), *(f"{share:.1f}" for share in shares))))
    more = _heading(
        (
            "handler",
            "true bills",
            "called best",
            "of them wrong",
            "no difference that matters",
            "of them wrong",
        )
    )
    for one in choice:
        bills = ", ".join(f"{effect:g}" for effect in one.effects)
        choices = (one.best, one.wrong, one.immaterial, one.wrongly)
        more.append(_line((one.handler, bills, *(f"{100 * count / one.runs:.1f}" for count in choices))))
    return "\n".join([*lines, "", *more])


def _heading(heads: Sequence[str]) -> list[str]:
    return [_line(heads), _line(["---"] * len(heads))]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _covered(job: tuple[int, tuple[str, int, int, int], int]) -> Covered:
    number, setting, runs = job
    return coverage(setting, runs, (SEED, number))


def _taken(job: tuple[int, str, Sequence[float], int]) -> Taken:
    number, handler, effects, runs = job
    return taken(handler, effects, runs, (SEED, 1000 + number))


def main() -> None:
    """Run all settings on two processes, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.configurations", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=RUNS, help="per setting (%(default)s)")
    runs = parser.parse_args().runs
    jobs = [(number, setting, runs) for number, setting in enumerate(settings())]
    more = [
        (number, handler, effects, runs)
        for number, (handler, effects) in enumerate(product(HANDLERS, EFFECTS))
    ]
    with ProcessPoolExecutor(2) as pool:
        choice = list(pool.map(_taken, more))
        rows = []
        for row in pool.map(_covered, jobs):
            rows.append(row)
            sys.stderr.write(f"{len(rows)} of {len(jobs)}\n")
    sys.stdout.write(tables(rows, choice) + "\n")


if __name__ == "__main__":
    main()
