"""Does the report find what a lazy startup adds to the first request of an environment?

`python -m bench.first_request` prints a Markdown table: 40 environments in each arm, and a load that takes
213 ms longer in the lazy arm, once per environment. It is judged by the report's own comparison.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.random import Generator

from adapter.placement import Placement
from bench.experiments import HANDLERS, World
from telemetry.report.estimate.comparison import Comparison, compare
from telemetry.report.estimate.jackknife import Ratio, ratio
from telemetry.report.estimate.smallest import Smallest

SEED = 20_261_127
EXPERIMENTS = 2_000
ENVIRONMENTS, LATER_MS = 40, 213.0
CVS = (0.1, 0.2, 0.3)
INIT_SIGMAS = (0.1, 0.2, 0.3)
ANY = Smallest(0.0, 0.0)
"""Every difference matters, so that nothing but noise keeps one from being found."""


@dataclass(slots=True)
class Counted:
    """Counts over the experiments of a setting."""

    world: World
    experiments: int = 0
    found: int = 0
    """The comparison said that the lazy arm is slower."""
    covered: int = 0
    """Its interval holds the truth."""
    false: int = 0
    """It showed a difference where there is none."""


def settings() -> Iterator[World]:
    """Give every setting, in the order of the table."""
    for handler, cv, sigma in product(HANDLERS, CVS, INIT_SIGMAS):
        yield World(handler, "equal", cv, sigma)


def measure(world: World, experiments: int, seed: Sequence[int]) -> Counted:
    """Simulate one setting; the same seed gives the same counts."""
    random, found = np.random.default_rng(seed), Counted(world)
    for _ in range(experiments):
        init, lazy, same = (_arm(random, world, later) for later in (0.0, LATER_MS, 0.0))
        first = _compared(lazy, init)
        found.experiments += 1
        found.found += first.finding == "saves"
        found.false += _compared(same, init).finding in {"saves", "costs"}
        if first.low is not None and first.high is not None:
            found.covered += first.low <= LATER_MS <= first.high
    return found


def _arm(random: Generator, world: World, later_ms: float) -> Ratio:
    """Draw the first requests of one arm, and estimate their mean."""
    drawn = world.drawn(random, ENVIRONMENTS, requests=1.0)
    return ratio(drawn.init + drawn.first + later_ms, np.ones(ENVIRONMENTS))


def _compared(lazy: Ratio, init: Ratio) -> Comparison:
    arms: dict[Placement, Ratio] = {
        "init": init, "first_invocation": lazy, "every_invocation": ratio(np.zeros(0), np.zeros(0)),
    }  # fmt: skip
    return compare(arms, "first_request_ms", smallest=ANY)[0]


HEADS = (
    "handler", "CV of speed", "of INIT", "found", "interval holds the truth", "found where nothing differs",
)  # fmt: skip


def table(rows: Sequence[Counted]) -> str:
    """Write one row per setting as Markdown."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
    for row in rows:
        world = row.world
        counts = (row.found, row.covered, row.false)
        shares = [f"{100 * count / row.experiments:.1f}" for count in counts]
        cells = (world.handler, f"{world.cv}", f"{world.init_sigma}", *shares)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _measured(job: tuple[int, World, int]) -> Counted:
    number, world, experiments = job
    return measure(world, experiments, (SEED, number))


def main() -> None:
    """Run all settings on two processes, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.first_request", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per setting (%(default)s)")
    experiments = parser.parse_args().experiments
    jobs = [(number, world, experiments) for number, world in enumerate(settings())]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_measured, jobs))
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
