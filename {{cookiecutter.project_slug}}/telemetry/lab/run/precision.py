"""When a run with `--precision` is precise enough: a rule that is fixed before the run.

What is compared is the first request of an environment, between `init` and a lazy startup: there the two
differ. The run ends at the first look at which half of the 95 % interval of that difference is as
narrow as was asked, at every memory size. The interval is the report's own. There is a look when every arm
has `FEWEST` environments, and whenever it has `STEP` more; each arm has the same number of them.

Whoever stops where an interval is narrow, stops a little too often where it is too narrow. What that does to
its coverage is simulated by `bench.precision`: with these looks it stays at 94 % or more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from adapter.placement import Placement
from telemetry.report.estimate.jackknife import Ratio, difference, ratio

FEWEST: Final = 20
"""Environments of each arm before the first look: with fewer the report gives no verdict."""
STEP: Final = 5
MOST: Final = 100
"""Environments of each arm at which the run ends in any case, unless `--environments` says otherwise."""
COMPARED: Final[tuple[Placement, Placement]] = ("first_invocation", "init")
"""The lazy startup is the baseline, as in the report."""


class FirstRequest(NamedTuple):
    """The first request of one environment."""

    placement: Placement | None
    memory_mb: int
    ms: float
    """What its user waited, INIT included where it was waited for."""


class Look(NamedTuple):
    """What was found at a look, at the memory size with the widest interval."""

    environments: int
    """Of each arm."""
    difference_ms: float
    half_width_ms: float
    asked_ms: float

    @property
    def enough(self) -> bool:
        """Whether the run ends here."""
        return self.half_width_ms <= self.asked_ms


@dataclass(frozen=True, slots=True)
class Precision:
    """Half the width that the interval may have."""

    number: float
    relative: bool
    """`number` is a share of the mean first request of the lazy startup; else it is in ms."""

    @classmethod
    def of(cls, text: str) -> "Precision":
        """Read `25`, `25ms` or `5%`.

        Raises:
            ValueError: It is none of these, or not greater than 0.
        """
        relative = text.endswith("%")
        number = float(text.removesuffix("%").removesuffix("ms"))
        if not 0 < number < math.inf:
            raise ValueError(text)
        return cls(number / 100 if relative else number, relative)

    def __str__(self) -> str:
        return f"{100 * self.number:g} %" if self.relative else f"{self.number:g} ms"

    def look(self, firsts: Sequence[FirstRequest]) -> Look:
        """Return where the run is least precise, in comparison with what was asked."""
        sizes = sorted({one.memory_mb for one in firsts})
        looks = [self._look([one for one in firsts if one.memory_mb == size]) for size in sizes]
        return max(looks, key=lambda look: look.half_width_ms / look.asked_ms)

    def _look(self, firsts: Sequence[FirstRequest]) -> Look:
        lazy, init = (_mean(firsts, placement) for placement in COMPARED)
        found = difference(lazy, init)
        asked = self.number * lazy.value if self.relative else self.number
        return Look(min(lazy.environments, init.environments), found.value, found.high - found.value, asked)


def batches(environments: int) -> list[int]:
    """Return the numbers of environments of each arm after which there is a look; the last one is all."""
    return [*range(FEWEST, environments, STEP), environments]


def _mean(firsts: Sequence[FirstRequest], placement: Placement) -> Ratio:
    ms = np.array([one.ms for one in firsts if one.placement == placement])
    return ratio(ms, np.ones(len(ms)))
