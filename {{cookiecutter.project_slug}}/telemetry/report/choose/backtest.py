"""The forecast tried on the later half of the same recording: five rolling origins.

At each origin a pool is fitted to what was known by then, and says how many requests of the next part wait
for INIT, given when they arrive. The forecast is refused when the misses together are larger than chance
makes them at 5 %: chance in the count, in the fitted numbers, and the error that the model is known to
have.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from scipy.stats import norm

from telemetry.report.choose.fit import FEWEST, Fit
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Lives, Served, lives_of
from telemetry.report.choose.walk import Replay, settled
from telemetry.report.read.columns import Vector

FitLives: TypeAlias = Callable[[Lives], Fit]

ORIGINS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)
"""As shares of the recording; each part ends at the next one."""
DRAWS: Final = 12
LEVEL: Final = 0.05
PUBLISHED_ERROR: Final = 0.06
"""Standard deviation of the logarithm of a cold share that a fitted pool misses by: see `bench/choose`."""


@dataclass(frozen=True, slots=True)
class Part:
    """What was forecast at one origin, and what came."""

    begin: float
    end: float
    requests: int
    forecast: float
    """Cold starts; so the next two."""
    sd: float
    """By the fitted numbers alone."""
    came: int


@dataclass(frozen=True, slots=True)
class BackTest:
    """Whether the forecast may be believed."""

    parts: Sequence[Part]
    reason: str | None
    """Why it could not be made; None where it was."""

    @property
    def forecast(self) -> float:
        """Cold starts in all parts."""
        return sum(part.forecast for part in self.parts)

    @property
    def came(self) -> int:
        """Cold starts in all parts."""
        return sum(part.came for part in self.parts)

    @property
    def sd(self) -> float:
        """Of the forecast for all parts together; the fits share most of what they rest on."""
        return math.sqrt(self.forecast + sum(part.sd for part in self.parts) ** 2 + self._model**2)

    @property
    def _model(self) -> float:
        return PUBLISHED_ERROR * self.forecast

    @property
    def p_value(self) -> float:
        """How often chance alone misses by so much."""
        if self.sd == 0:
            return 1.0 if self.came == 0 else 0.0
        return float(2 * norm.sf(abs(self.came - self.forecast) / self.sd))

    @property
    def refused(self) -> bool:
        """Say whether the forecast must not be used."""
        return self.reason is not None or self.p_value < LEVEL

    @property
    def error(self) -> float:
        """The model's own error, as the standard deviation of a logarithm; at least the published one."""
        if not self.parts or self.came == 0 or self.forecast <= 0:
            return PUBLISHED_ERROR
        missed = math.log(self.came / self.forecast) ** 2 - 1 / self.came
        return max(PUBLISHED_ERROR, math.sqrt(max(0.0, missed)))


def back_test(
    served: Served, traffic: Traffic, fit: FitLives, extra: float, random: np.random.Generator
) -> BackTest:
    """Try the forecast on later parts of the recording.

    Args:
        served: What the environments served.
        traffic: The same requests as traffic.
        fit: Finds the pool in the evidence of an earlier part.
        extra: Seconds that INIT takes.
        random: Draws pools and what they do.
    """
    edges = traffic.begin + traffic.seconds * np.asarray([*ORIGINS, 1.0])
    first = fit(lives_of(served.before(float(edges[0]))))
    if first.ended < FEWEST:
        return BackTest(
            (),
            f"its first half shows the end of {first.ended} environments; {FEWEST} are needed",
        )
    replay = settled(first.best, traffic, extra, random)
    came = np.sort(served.at[served.cold])
    parts = []
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        counts = _counts(fit(lives_of(served.before(begin))), replay, traffic.at, (begin, end), random)
        inside = np.searchsorted(traffic.at, [begin, end])
        low, high = np.searchsorted(came, [begin, end])
        parts.append(
            Part(
                begin,
                end,
                int(inside[1] - inside[0]),
                float(counts.mean()),
                float(counts.std()),
                int(high - low),
            )
        )
    return BackTest(parts, None)


def _counts(
    fit: Fit, replay: Replay, at: Vector, part: tuple[float, float], random: np.random.Generator
) -> Vector:
    """Return the cold starts of a part, by draw of a pool."""
    first, after = np.searchsorted(at, part)
    counts = []
    for pool in fit.draws(DRAWS, random):
        missed = replay.missed(pool, random)
        inside = np.searchsorted(missed, [first, after])
        counts.append(float(inside[1] - inside[0]) * (1 - pool.proactive))
    return np.asarray(counts)
