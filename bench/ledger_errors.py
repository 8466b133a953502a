"""How often is the ledger check wrong? Simulated experiments whose ledger is exact, or off by a fifth.

`python -m bench.ledger_errors` prints a Markdown table. The stock arm repeats a startup in each request but
the first; the ledger accounts for all of that, for 80 % or for 120 % of it. `bench.ledger` asks the same of
runs of the lab, whose truth is not known.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.random import Generator

from adapter.placement import PLACEMENTS
from bench.experiments import World
from telemetry.report.estimate.startup.ledger_check import agreement_of
from telemetry.report.read.sums import Sums

SEED = 20_261_128
EXPERIMENTS = 2_000
STARTUPS_MS = (5.0, 25.0, 250.0)
SPLITS = ((40, 40), (200, 200), (360, 40))
"""Environments of the kept arm, and of the stock one."""
CV = 0.2
HANDLERS = ("skewed", "heavy-tailed")
INVOCATIONS = ("equal", "lognormal")
SHARES = (1.0, 0.8, 1.2)
"""Of what the repeats really take, how much the ledger accounts for."""
OUTCOMES = ("agrees", "differs", "cannot tell")


@dataclass(slots=True)
class Counted:
    """What the check said in each of the experiments of a setting, by share of the truth in the ledger."""

    world: World
    startup_ms: float
    split: tuple[int, int]
    experiments: int = 0
    said: dict[tuple[float, str], int] = field(
        default_factory=lambda: dict.fromkeys(product(SHARES, OUTCOMES), 0)
    )

    @property
    def shares(self) -> tuple[float, ...]:
        """Return percentages: of the exact ledger what agrees and differs; of the wrong ones the worse."""
        exact = (self.said[1.0, "agrees"], self.said[1.0, "differs"])
        wrong = [(self.said[share, "agrees"], self.said[share, "differs"]) for share in SHARES[1:]]
        counts = (*exact, max(one for one, _ in wrong), min(one for _, one in wrong))
        return tuple(100 * count / self.experiments for count in counts)


def settings() -> Iterator[tuple[World, float, tuple[int, int]]]:
    """Give every setting, in the order of the table."""
    for startup, split, handler, invocations in product(STARTUPS_MS, SPLITS, HANDLERS, INVOCATIONS):
        yield World(handler, invocations, CV), startup, split


def measure(
    world: World, startup_ms: float, split: tuple[int, int], experiments: int, seed: Sequence[int]
) -> Counted:
    """Simulate one setting; the same seed gives the same counts."""
    random, found = np.random.default_rng(seed), Counted(world, startup_ms, split)
    for _ in range(experiments):
        sums = _experiment(random, world, startup_ms, split)
        exact = sums.repeated.copy()
        found.experiments += 1
        for share in SHARES:
            sums.repeated[:] = share * exact
            found.said[share, agreement_of(sums)] += 1
    return found


def _experiment(random: Generator, world: World, startup_ms: float, split: tuple[int, int]) -> Sums:
    kept, stock = split
    codes = [PLACEMENTS.index("init")] * kept + [PLACEMENTS.index("every_invocation")] * stock
    sums = Sums.zero(np.asarray(codes, np.int64))
    both = (world.drawn(random, kept), world.drawn(random, stock, startup_ms))
    n, handled, init, repeats = (
        np.concatenate([getattr(one, name) for one in both]) for name in ("n", "handled", "init", "repeats")
    )
    sums.n[:] = sums.timed[:] = n
    sums.user[:], sums.init[:] = handled + init + repeats, init
    sums.adapter[:], sums.loading[:] = handled + repeats, repeats
    sums.repeated[:] = repeats
    return sums


HEADS = ("startup, ms", "split", "exact: agrees", "differs", "off by 20 %: agrees", "differs")
MOST = (False, True, True, False)
"""In which columns the most is the worst."""


def tables(rows: Sequence[Counted]) -> str:
    """Write the worst of all handlers and numbers of requests, then every setting, as Markdown."""
    worst, every = [*_heading(HEADS)], [*_heading((*HEADS[:2], "handler", "invocations", *HEADS[2:]))]
    for startup, split in product(STARTUPS_MS, SPLITS):
        mine = [row for row in rows if (row.startup_ms, row.split) == (startup, split)]
        columns = zip(*(row.shares for row in mine), strict=True)
        shares = [(max if most else min)(column) for column, most in zip(columns, MOST, strict=True)]
        worst.append(_line((f"{startup:.0f}", "/".join(map(str, split)), *map(_shown, shares))))
        for row in mine:
            name = (f"{startup:.0f}", "/".join(map(str, split)), row.world.handler, row.world.invocations)
            every.append(_line((*name, *map(_shown, row.shares))))
    return "\n\n".join("\n".join(lines) for lines in (worst, every))


def _heading(heads: Sequence[str]) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(share: float) -> str:
    return f"{share:.1f}"


def _measured(job: tuple[int, World, float, tuple[int, int], int]) -> Counted:
    number, world, startup, split, experiments = job
    return measure(world, startup, split, experiments, (SEED, number))


def main() -> None:
    """Run all settings on two processes, and print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ledger_errors", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per setting (%(default)s)")
    experiments = parser.parse_args().experiments
    jobs = [(number, *setting, experiments) for number, setting in enumerate(settings())]
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(_measured, jobs))
    sys.stdout.write(tables(rows) + "\n")


if __name__ == "__main__":
    main()
