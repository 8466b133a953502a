"""Do the report's intervals cover what they should? Thousands of simulated experiments, whose truth is known.

`python -m bench.coverage` prints three Markdown tables in some five minutes on two cores: every setting, the
worst of each split, and the rule "go on until the report says that it is enough". The estimators are the
report's own functions, called once per experiment; `bench.experiments` says what is simulated.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.experiments import HANDLERS, INVOCATIONS, REPEAT_MS, REQUESTS, Truth, World
from telemetry.report.estimate.intervals import more_needed
from telemetry.report.estimate.jackknife import Difference, Ratio, difference, quotient, ratio

SEED = 20_261_124
EXPERIMENTS = 10_000
"""Per setting; the Monte Carlo error of 95 % is then 0.2 %."""
BATCH_REQUESTS = 4_000_000
SPLITS = ((20, 20), (40, 40), (80, 80), (95, 5), (190, 10), (380, 20))
CVS = (0.1, 0.2)
STEP, MOST = 5, 400
"""Environments that join an arm between two looks, and where a growing experiment gives up."""

Split = tuple[int, int]
"""Environments of the kept arm, and of the other one."""


@dataclass(slots=True)
class Coverage:
    """Counts over the experiments of a setting: how often an interval holds the truth."""

    world: World
    split: Split | None
    """None for experiments that grow until they are large enough."""
    experiments: int = 0
    mean: int = 0
    difference: int = 0
    times: int = 0
    nothing: int = 0
    """The difference of two arms that do not differ."""
    verdicts: int = 0
    """Experiments with enough effective environments in both arms."""
    false_verdicts: int = 0
    """Of those, the ones that found a difference where there is none."""
    wrong_way: int = 0
    """Of those, the ones that said `costs` where the truth is `saves`."""

    def add(self, truth: Truth, init: Ratio, lazy: Ratio, stock: Ratio) -> None:
        """Count one experiment."""
        effect, nothing = difference(stock, init), difference(lazy, init)
        low, high = stock.interval()
        self.experiments += 1
        self.mean += low <= truth.stock_ms <= high
        self.difference += _covers(effect, truth.saved_ms)
        self.times += _covers(quotient(stock, init), truth.times)
        self.nothing += _covers(nothing, 0.0)
        if not more_needed(init) and not more_needed(lazy):
            self.verdicts += 1
            self.false_verdicts += not _covers(nothing, 0.0)
        if not more_needed(init) and not more_needed(stock):
            self.wrong_way += effect.high < 0


def _covers(found: Difference, truth: float) -> bool:
    return found.low <= truth <= found.high


def settings() -> Iterator[tuple[World, Split | None]]:
    """Give every setting, in the order of the tables."""
    for handler, invocations, split, cv in product(HANDLERS, INVOCATIONS, SPLITS, CVS):
        yield World(handler, invocations, cv), split
    for handler, invocations in product(HANDLERS, ("geometric", "lognormal")):
        yield World(handler, invocations, 0.2), None


def measure(world: World, split: Split | None, experiments: int, seed: Sequence[int]) -> Coverage:
    """Simulate one setting; the same seed gives the same counts."""
    random, found, truth = np.random.default_rng(seed), Coverage(world, split), world.truth()
    if split is None:
        for _ in range(experiments):
            found.add(truth, *_growing(random, world))
        return found
    kept, other = split
    batch = max(1, int(BATCH_REQUESTS / REQUESTS / (kept + 2 * other)))
    while found.experiments < experiments:
        count = min(batch, experiments - found.experiments)
        arms = ((kept, 0.0), (other, 0.0), (other, REPEAT_MS))
        for init, lazy, stock in zip(*(_arms(random, world, count, *arm) for arm in arms), strict=True):
            found.add(truth, init, lazy, stock)
    return found


def _arms(
    random: np.random.Generator, world: World, experiments: int, size: int, repeat_ms: float
) -> Iterator[Ratio]:
    """Draw one arm of many experiments, and estimate each."""
    ms, n = world.environments(random, experiments * size, repeat_ms)
    for one in range(0, len(n), size):
        yield ratio(ms[one : one + size], n[one : one + size])


def _growing(random: np.random.Generator, world: World) -> tuple[Ratio, Ratio, Ratio]:
    """Let environments join all arms until the report would say that it is enough."""
    drawn = [world.environments(random, MOST, repeat_ms) for repeat_ms in (0.0, 0.0, REPEAT_MS)]
    for size in range(20, MOST + 1, STEP):
        init, lazy, stock = (ratio(ms[:size], n[:size]) for ms, n in drawn)
        if not any(map(more_needed, (init, lazy, stock))):
            break
    return init, lazy, stock


HEADS = ("mean", "difference", "ratio", "no effect", "verdicts", "false verdicts", "wrong way")


def tables(rows: Sequence[Coverage]) -> str:
    """Write everything as Markdown."""
    fixed, growing = ([row for row in rows if (row.split is None) is wanted] for wanted in (False, True))
    return "\n\n".join((_every(fixed), _worst(fixed), _every(growing)))


def _every(rows: Sequence[Coverage]) -> str:
    lines = _heading(("handler", "invocations", "CV", "split", *HEADS))
    for row in rows:
        world, split = row.world, "grows" if row.split is None else "/".join(map(str, row.split))
        lines.append(
            _line((world.handler, world.invocations, f"{world.cv}", split, *map(_shown, _shares(row))))
        )
    return "\n".join(lines)


def _worst(rows: Sequence[Coverage]) -> str:
    """Take the worst of all handlers and speeds: the lowest coverage, the most false verdicts."""
    lines = _heading(("invocations", "split", *HEADS))
    for invocations, split in product(INVOCATIONS, SPLITS):
        mine = [row for row in rows if (row.world.invocations, row.split) == (invocations, split)]
        columns = list(zip(*map(_shares, mine), strict=True))
        worst = [*map(min, columns[:5]), *map(max, columns[5:])]
        lines.append(_line((invocations, "/".join(map(str, split)), *map(_shown, worst))))
    return "\n".join(lines)


def _shares(row: Coverage) -> tuple[float, ...]:
    counts = (
        row.mean,
        row.difference,
        row.times,
        row.nothing,
        row.verdicts,
        row.false_verdicts,
        row.wrong_way,
    )
    return tuple(100 * count / row.experiments for count in counts)


def _shown(share: float) -> str:
    return f"{share:.1f}"


def _heading(heads: Sequence[str]) -> list[str]:
    return [_line(heads), _line(["---"] * len(heads))]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _measured(job: tuple[int, World, Split | None, int]) -> Coverage:
    number, world, split, experiments = job
    return measure(world, split, experiments, (SEED, number))


def main() -> None:
    """Run all settings on two processes and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.coverage", description=__doc__.partition("\n")[0])
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per setting (%(default)s)")
    experiments = parser.parse_args().experiments
    jobs = [(number, world, split, experiments) for number, (world, split) in enumerate(settings())]
    rows = []
    with ProcessPoolExecutor(2) as pool:
        for row in pool.map(_measured, jobs):
            rows.append(row)
            sys.stderr.write(f"{len(rows)} of {len(jobs)}\n")
    sys.stdout.write(tables(rows) + "\n")


if __name__ == "__main__":
    main()
