"""Which interval for a small arm against a large one, where first requests have a heavy tail?

`python -m bench.unequal_arms` prints a Markdown table: experiments of the simulated fleet, 90 to 10, at their
declared size, judged in several ways. The last way is the report's.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import stdtrit

from bench.fleet import durations, pool
from bench.fleet_experiment import DAYS, DEPLOYS, EFFECTS, PER_DAY
from telemetry.report.estimate.jackknife import Quantiles, around
from telemetry.report.estimate.permutation import Block, permuted_quantiles
from telemetry.report.read.columns import Flags, Numbers, Vector

SEED, EXPERIMENTS, PER_POOL, KEPT, DRAWS = 20_261_129, 2_000, 25, 0.9, 999
Interval = tuple[float, float]


class Arm(NamedTuple):
    """First requests of one arm in one version."""

    weight: float
    ms: Vector


def experiment(random: Generator, effect: str) -> Iterator[list[Block]]:
    """Yield the first requests of some experiments in one pool, cut at their declared size, by version."""
    one = pool(random, DAYS, PER_DAY, bursts=False, newest_first=True)
    count, versions = len(one.born_s), np.searchsorted(DEPLOYS, one.born_s)
    planned = max(25, round(0.5 * count * (1 - KEPT)))
    for _ in range(PER_POOL):
        lazy = random.random(count) >= KEPT
        ms, _ = durations(random, one, (~lazy).astype(np.float64), EFFECTS[effect], DEPLOYS)
        first = ms[one.first]
        cut = one.born_s <= one.born_s[lazy][min(planned, int(lazy.sum())) - 1]
        yield list(_blocks(first, lazy, cut, versions))


def _blocks(first: Vector, lazy: Flags, cut: Flags, versions: Numbers) -> Iterator[Block]:
    found = [cut & (versions == version) for version in np.unique(versions[cut])]
    found = [mine for mine in found if min(lazy[mine].sum(), (~lazy[mine]).sum()) >= 2]
    whole = sum(int(mine.sum()) for mine in found)
    for mine in found:
        yield Block(float(mine.sum()) / whole, first[mine], np.ones(int(mine.sum())), lazy[mine])


def intervals(random: Generator, blocks: Sequence[Block]) -> Mapping[str, Interval]:
    """Return the interval of the difference in each way."""
    arms = [
        [Arm(block.weight, block.ms[mine]) for block in blocks for mine in [block.baseline == of]]
        for of in (True, False)
    ]
    value = _mean(arms[0]) - _mean(arms[1])
    variances = [[arm.weight**2 * arm.ms.var(ddof=1) / len(arm.ms) for arm in of] for of in arms]
    dfs = [sum(of) ** 2 / _spread(of, its) for of, its in zip(variances, arms, strict=True)]
    both = [sum(of) for of in variances]
    df = sum(both) ** 2 / sum(one**2 / its for one, its in zip(both, dfs, strict=True))
    error, student = float(np.sqrt(sum(both))), float(stdtrit(df, 0.975))
    larger = np.sqrt(sum(_larger(lazy, kept) for lazy, kept in zip(*arms, strict=True)))
    low, high = _bootstrapped(random, arms)
    quantiles = permuted_quantiles(blocks) or (-student, student)
    return {
        "Student, Welch": (value - student * error, value + student * error),
        "the larger variance for both arms": (value - student * larger, value + student * larger),
        "bootstrap-t": (value - high * error, value - low * error),
        "Hall's transformation, pooled skewness": _transformed(value, error, student, arms),
        "permutation, studentised": (value - quantiles[1] * error, value - quantiles[0] * error),
        "permutation or Student's, the outer end": around(
            value, error**2, df, quantiles=Quantiles(*quantiles)
        ),
    }


def _mean(of: Sequence[Arm]) -> float:
    return sum(arm.weight * float(arm.ms.mean()) for arm in of)


def _spread(variances: Sequence[float], of: Sequence[Arm]) -> float:
    return sum(one**2 / (len(arm.ms) - 1) for one, arm in zip(variances, of, strict=True))


def _larger(lazy: Arm, kept: Arm) -> float:
    of_one = max(lazy.ms.var(ddof=1), kept.ms.var(ddof=1))
    return float(lazy.weight**2 * of_one * (1 / len(lazy.ms) + 1 / len(kept.ms)))


def _bootstrapped(random: Generator, arms: Sequence[Sequence[Arm]]) -> Interval:
    """Draw each arm of each version anew from itself (Efron and Tibshirani, 1993, section 12.5)."""
    value, variance = np.zeros(DRAWS), np.zeros(DRAWS)
    for sign, of in zip((1, -1), arms, strict=True):
        for arm in of:
            drawn = (arm.ms - arm.ms.mean())[random.integers(0, len(arm.ms), (DRAWS, len(arm.ms)))]
            value += sign * arm.weight * drawn.mean(axis=1)
            variance += arm.weight**2 * drawn.var(axis=1, ddof=1) / len(arm.ms)
    low, high = np.quantile(value / np.sqrt(np.maximum(variance, 1e-9)), (0.025, 0.975))
    return float(low), float(high)


def _transformed(value: float, error: float, student: float, arms: Sequence[Sequence[Arm]]) -> Interval:
    """Remove skewness by a cubic that always grows (Hall, J. R. Statist. Soc. B 54, 1992)."""
    third = 0.0
    for lazy, kept in zip(*arms, strict=True):
        both = np.concatenate([arm.ms - arm.ms.mean() for arm in (lazy, kept)])
        third += lazy.weight**3 * float((both**3).mean()) * (1 / len(lazy.ms) ** 2 - 1 / len(kept.ms) ** 2)
    skewness = third / error**3
    if abs(skewness) < 1e-6:
        return value - student * error, value + student * error
    low, high = (
        float(3 / skewness * (np.cbrt(1 + skewness * (at - skewness / 6)) - 1)) for at in (-student, student)
    )
    return value - high * error, value - low * error


def table(effect: str, experiments: int) -> str:
    """Judge experiments with one effect, whose truth is the mean of all differences."""
    random = np.random.default_rng((SEED, list(EFFECTS).index(effect)))
    found: list[Mapping[str, Interval]] = []
    while len(found) < experiments:
        found += [intervals(random, blocks) for blocks in experiment(random, effect)]
    ends = {way: np.asarray([one[way] for one in found]) for way in found[0]}
    student = ends["Student, Welch"]
    truth = 0.0 if effect == "none" else float(student.mean())
    lines = []
    for way, both in ends.items():
        widths = (both[:, 1] - both[:, 0]) / (student[:, 1] - student[:, 0])
        below, above = 100 * (both[:, 1] < truth).mean(), 100 * (both[:, 0] > truth).mean()
        cells = (f"{100 - below - above:.1f}", f"{below:.1f}", f"{above:.1f}", f"{np.median(widths):.2f}")
        lines.append(f"| {' | '.join((effect, way, str(len(both)), *cells))} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.unequal_arms")
    parser.add_argument("--experiments", type=int, default=EXPERIMENTS, help="per effect (%(default)s)")
    experiments = parser.parse_args().experiments
    heads = ("effect", "interval", "experiments", "holds the truth", "below it", "above it", "width, median")
    sys.stdout.write(f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n")
    for effect in ("none", "lazy times out", "kept fails fast"):
        sys.stdout.write(table(effect, experiments) + "\n")


if __name__ == "__main__":
    main()
