"""Does an interval of a lab run with `--precision` hold what it promises? Simulated, so the truth is known.

`python -m bench.precision` prints a Markdown table in some minutes. A run that ends as soon as its
interval is narrow enough ends a little too often where the interval happens to be too narrow. The rule is
the lab's own, `telemetry.lab.run.precision`, and so is the interval; simulated is the first request of each
environment.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telemetry.lab.run.precision import MOST, FirstRequest, Precision, batches

SEED: Final = 20_261_126
RUNS: Final = 10_000
"""Per setting; the Monte Carlo error of 95 % is then 0.2 %."""
INIT_MS: Final = 1100.0
LAZY_MS: Final = 1500.0
SPREAD_MS: Final = 80.0
"""Means of the arms and the standard deviation of an environment, near to what the sample service shows."""
EXPECTED: Final = (15, 20, 25, 30, 40, 60, 90)
"""Environments of each arm that the asked precision takes, were the spread known."""
MEMORY_MB: Final = 1024

Times: TypeAlias = NDArray[np.float64]
Draw: TypeAlias = Callable[[np.random.Generator, int], Times]
"""Deviations with mean 0 and standard deviation 1."""


def _normal(random: np.random.Generator, size: int) -> Times:
    return random.standard_normal(size)


def _skewed(random: np.random.Generator, size: int) -> Times:
    sigma = 0.75
    drawn = random.lognormal(0.0, sigma, size)
    mean = np.exp(sigma**2 / 2)
    found: Times = (drawn - mean) / (mean * np.sqrt(np.expm1(sigma**2)))
    return found


def _disturbed(random: np.random.Generator, size: int) -> Times:
    """One environment in ten takes five standard deviations of the others longer: the machine was busy."""
    disturbed = random.random(size) < 0.1
    found: Times = (random.standard_normal(size) + 5 * disturbed - 0.5) / np.sqrt(1 + 25 * 0.09)
    return found


SHAPES: Final[dict[str, Draw]] = {"normal": _normal, "skewed": _skewed, "disturbed": _disturbed}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is drawn, and what is asked."""

    shape: str
    relative: bool
    expected: int

    @property
    def precision(self) -> Precision:
        """Half the width that so many environments give, were the spread known."""
        half_ms = 1.96 * SPREAD_MS * float(np.sqrt(2 / self.expected))
        return Precision(half_ms / LAZY_MS if self.relative else half_ms, self.relative)


@dataclass(slots=True)
class Coverage:
    """Counts over the runs of a setting."""

    setting: Setting
    runs: int = 0
    covered: int = 0
    """Runs whose interval holds the truth."""
    fixed: int = 0
    """The same of runs that do not look, of as many environments as the others had on average."""
    environments: int = 0
    at_most: int = 0
    """Runs that ended without the precision that was asked."""


def measure(setting: Setting, runs: int, seed: Sequence[int]) -> Coverage:
    """Simulate one setting; the same seed gives the same counts."""
    random, found = np.random.default_rng(seed), Coverage(setting)
    for _ in range(runs):
        lazy, init = _arms(random, setting.shape)
        for size in batches(MOST):
            covered, enough = _look(setting.precision, lazy[:size], init[:size])
            if enough:
                break
        found.runs += 1
        found.covered += covered
        found.environments += size
        found.at_most += not enough
    size = round(found.environments / runs)
    for _ in range(runs):
        lazy, init = _arms(random, setting.shape)
        found.fixed += _look(setting.precision, lazy[:size], init[:size])[0]
    return found


def _arms(random: np.random.Generator, shape: str) -> tuple[Times, Times]:
    draw = SHAPES[shape]
    return LAZY_MS + SPREAD_MS * draw(random, MOST), INIT_MS + SPREAD_MS * draw(random, MOST)


def _look(precision: Precision, lazy: Times, init: Times) -> tuple[bool, bool]:
    """Return whether the interval holds the truth, and whether the run ends."""
    look = precision.look(
        [
            *(FirstRequest("first_invocation", MEMORY_MB, float(ms)) for ms in lazy),
            *(FirstRequest("init", MEMORY_MB, float(ms)) for ms in init),
        ]
    )
    return abs(look.difference_ms - (LAZY_MS - INIT_MS)) <= look.half_width_ms, look.enough


def table(rows: Sequence[Coverage]) -> str:
    """Write everything as Markdown."""
    heads = (
        "first requests",
        "asked",
        "would take",
        "took",
        "holds the truth",
        "without looks",
        "not reached",
    )
    return "\n".join(map(_line, (heads, ["---"] * len(heads), *map(_cells, rows))))


def _cells(row: Coverage) -> tuple[str, ...]:
    asked = "share of the mean" if row.setting.relative else "ms"
    shares = (f"{100 * count / row.runs:.1f}" for count in (row.covered, row.fixed, row.at_most))
    took = f"{row.environments / row.runs:.1f}"
    return row.setting.shape, asked, str(row.setting.expected), took, *shares


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _measured(job: tuple[int, Setting, int]) -> Coverage:
    number, setting, runs = job
    return measure(setting, runs, (SEED, number))


def main() -> None:
    """Run all settings on two processes and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.precision", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=RUNS, help="per setting (%(default)s)")
    runs = parser.parse_args().runs
    settings = [Setting(*one) for one in product(SHAPES, (False, True), EXPECTED)]
    rows = []
    with ProcessPoolExecutor(2) as pool:
        for row in pool.map(_measured, [(number, one, runs) for number, one in enumerate(settings)]):
            rows.append(row)
            sys.stderr.write(f"{len(rows)} of {len(settings)}\n")
    sys.stdout.write(table(rows) + "\n")


if __name__ == "__main__":
    main()
