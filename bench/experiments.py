"""Simulated experiments whose truth is known.

An environment has a speed of its own, lognormal with mean 1, that multiplies everything it does. It serves n
requests; each takes a draw of the handler, and the first one waits for INIT. The lazy arm differs from the
kept one in nothing that counts (the same request waits for its startup), so the truth is 0. The stock arm
pays a startup in every request but the first. A mean per request is E(sum of ms) / E(n), and both are known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from scipy.special import ndtr

from telemetry.report.read.columns import Vector

HANDLER_MS, INIT_MS, REPEAT_MS = 20.0, 600.0, 4.0
"""Means. A repeat as short as that is the hard case: the noise of the handler drowns it."""
REQUESTS = 50.0
"""Mean invocations per environment."""


def skewed(random: Generator, size: int) -> Vector:
    """Lognormal: p99 is ten times the median, as in most services."""
    return HANDLER_MS * random.lognormal(-0.5, 1.0, size)


def heavy_tailed(random: Generator, size: int) -> Vector:
    """Lomax with shape 2.5: p99 is 17 times the median, and the third moment is infinite."""
    return HANDLER_MS * 1.5 * random.pareto(2.5, size)


def bimodal(random: Generator, size: int) -> Vector:
    """A cache: nine in ten take a ninth of the time that the tenth takes."""
    missed = random.random(size) < 0.1
    return HANDLER_MS * np.where(missed, 5.0, 5 / 9) * random.lognormal(-0.045, 0.3, size)


def equal(random: Generator, size: int) -> Vector:  # noqa: ARG001  # draws nothing, beside those that do
    """As in the lab: every environment gets the same number."""
    return np.full(size, REQUESTS)


def geometric(random: Generator, size: int) -> Vector:
    """As if each request were the last with the same chance."""
    return random.geometric(1 / REQUESTS, size).astype(np.float64)


def lognormal(random: Generator, size: int) -> Vector:
    """A few environments serve most requests."""
    return np.maximum(1.0, np.rint(REQUESTS * random.lognormal(-0.5, 1.0, size)))


Draw = Callable[[Generator, int], Vector]
HANDLERS: Mapping[str, Draw] = {"skewed": skewed, "heavy-tailed": heavy_tailed, "bimodal": bimodal}
INVOCATIONS: Mapping[str, Draw] = {"equal": equal, "geometric": geometric, "lognormal": lognormal}


class Drawn(NamedTuple):
    """Environments that were drawn: of each its number of requests, and what takes how many ms."""

    n: Vector
    handled: Vector
    """All requests; so `repeats`."""
    first: Vector
    """Handling the first request."""
    init: Vector
    repeats: Vector


@dataclass(frozen=True, slots=True)
class World:
    """What environments are like."""

    handler: str
    invocations: str
    cv: float
    """Coefficient of variation of their speed."""
    init_sigma: float = 0.1
    """Standard deviation of the logarithm of INIT's duration, apart from the speed."""

    def drawn(
        self, random: Generator, count: int, repeat_ms: float = 0.0, requests: float = REQUESTS
    ) -> Drawn:
        """Draw environments; `requests` is how many one serves on average."""
        n = INVOCATIONS[self.invocations](random, count)
        if requests != REQUESTS:
            n = np.maximum(1.0, np.rint(n * requests / REQUESTS))
        spread = np.sqrt(np.log1p(self.cv**2))
        speed = random.lognormal(-(spread**2) / 2, spread, count)
        ends = np.cumsum(n).astype(np.int64)
        begins = ends - n.astype(np.int64)
        ms = HANDLERS[self.handler](random, int(ends[-1]))
        init = INIT_MS * random.lognormal(-(self.init_sigma**2) / 2, self.init_sigma, count)
        repeats = repeat_ms * (n - 1) * random.lognormal(-0.005, 0.1, count)
        return Drawn(
            n, speed * np.add.reduceat(ms, begins), speed * ms[begins], speed * init, speed * repeats
        )

    def environments(self, random: Generator, count: int, repeat_ms: float = 0.0) -> tuple[Vector, Vector]:
        """Draw environments: the sum of ms of each, and its number of requests."""
        found = self.drawn(random, count, repeat_ms)
        return found.handled + found.init + found.repeats, found.n

    def truth(self) -> "Truth":
        """What an infinite experiment would find."""
        n = REQUESTS if self.invocations != "lognormal" else _mean_of_rounded()
        init, saved = HANDLER_MS + INIT_MS / n, REPEAT_MS * (1 - 1 / n)
        return Truth(init + saved, saved, (init + saved) / init)


@dataclass(frozen=True, slots=True)
class Truth:
    """Of the stock arm: its mean, and how it compares with the kept one."""

    stock_ms: float
    saved_ms: float
    times: float


def _mean_of_rounded() -> float:
    """Mean of `lognormal`: the sum of P(n >= k), that is of P(unrounded n >= k - 1/2)."""
    at_least = np.arange(2, 1_000_000) - 0.5
    return 1.0 + float(ndtr(-(np.log(at_least / REQUESTS) + 0.5)).sum())
