"""`python -m bench.choose`: the proofs of `choose` that need no AWS, as tables.

The twenty published measurements, with whole regions of rate held out; simulated fleets of five policies; and
whether what is recommended for fleets is the best option.
Closed forms and AWS's examples of bills are tests (`tests/telemetry/report/choose/`).
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from bench.choose_coverage import table as fleets_table
from bench.choose_coverage import tried
from bench.choose_decisions import IN_FAMILY, Decided, decided
from bench.choose_decisions import table as decisions_table
from bench.choose_fleets import NAMES
from bench.choose_points import FIXED, FOUR_HOURS, POINTS, Forecast, agreement, grid, held_out, shares
from telemetry.report.choose.show.wording import pool_words
from telemetry.workload import PUBLISHED

FIRST_SEED: Final = 1000


def points() -> Iterator[str]:
    """Yield the table of the published points."""
    tried, beside = grid(), [PUBLISHED, FOUR_HOURS, FIXED]
    found = np.asarray([shares([*tried, *beside], point, seed) for seed, point in enumerate(POINTS, 1)]).T
    fitted, fixed = held_out(found[: len(tried)]), held_out(found[-1:])
    yield "| held out | requests/s | measured | forecast | error | score | 600 s: error | score |"
    yield "|---|---|---|---|---|---|---|---|"
    for one, other in zip(fitted, fixed, strict=True):
        yield (
            f"| {one.region} | {one.point.rate:.4g} | {100 * one.point.share:.3g} % "
            f"| {100 * one.share:.3g} % | {_percent(one)} | {one.score:.2f} "
            f"| {_percent(other)} | {other.score:.2f} |"
        )
    yield (
        f"| mean | | | | {_mean_error(fitted)} | {_mean_score(fitted):.3f} | {_mean_error(fixed)} "
        f"| {_mean_score(fixed):.3f} |"
    )
    yield "\n| pool, of all twenty | mean error | inside 1.96 standard errors | chi-square |"
    yield "|---|---|---|---|"
    for pool, row in zip(beside, found[len(tried) :], strict=True):
        error, inside, square = agreement(row)
        yield f"| {pool_words(pool)} | {100 * error:.1f} % | {inside} of {len(POINTS)} | {square:.0f} |"


def _percent(one: Forecast) -> str:
    return f"{100 * one.relative_error:.1f} %"


def _mean_error(found: Sequence[Forecast]) -> str:
    return f"{100 * float(np.mean([one.relative_error for one in found])):.1f} %"


def _mean_score(found: Sequence[Forecast]) -> float:
    return float(np.mean([one.score for one in found]))


def fleets(count: int) -> Iterator[str]:
    """Yield the table of the simulated fleets, so many of each policy."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        for name in NAMES:
            found.append(tried(name, seed))
            sys.stderr.write(f"bench.choose: {len(found)} of {count * len(NAMES)} fleets\r")
    yield "| policy | fleets | refused | covered, of those believed | refused, of those far off |"
    yield "|---|---|---|---|---|"
    for row in fleets_table(found):
        yield f"| {' | '.join(row)} |"


def decisions(count: int) -> Iterator[str]:
    """Yield the table of what was recommended, for so many fleets of the policies that the model knows."""
    found: list[Decided] = []
    for number in range(count):
        found += decided(IN_FAMILY[number % len(IN_FAMILY)], FIRST_SEED + number)
        sys.stderr.write(f"bench.choose: {number + 1} of {count} decisions\r")
    yield (
        "| `--prefer` | fleets | refused | the best option | within 5 % of it | worse, without a doubt named "
        "| worst |"
    )
    yield "|---|---|---|---|---|---|---|"
    for row in decisions_table(found):
        yield f"| {' | '.join(row)} |"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.choose", description=__doc__.partition("\n")[0])
    parser.add_argument("--fleets", type=int, default=40, help="of each policy; 0 for none (%(default)s)")
    parser.add_argument(
        "--decisions", type=int, default=40, help="fleets to decide for; 0 for none (%(default)s)"
    )
    parser.add_argument("--no-points", action="store_true", help="leave out the published points")
    given = parser.parse_args()
    for line in () if given.no_points else points():
        sys.stdout.write(f"{line}\n")
    for line in fleets(given.fleets) if given.fleets else ():
        sys.stdout.write(f"{line}\n")
    for line in decisions(given.decisions) if given.decisions else ():
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
