"""An axis of the picture: logarithmic, and broken where few options are far off the others.

Without a break, one option at ten times the p99 of the others presses these into one spot.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from telemetry.report.estimate.digits import digits

FAR: Final = 3.0
"""Times by which neighbours differ at least where the axis is broken between them."""
CROWDED: Final = 0.15
"""Share of the axis; where several options would have less of it without breaks, there are breaks."""
BREAK: Final = 0.08
"""Share of the axis that a break takes."""
ALONE: Final = 0.2
"""Of a stretch of a single option, to all of those of several, which share by extent but take as much too."""
MARGIN: Final = 0.07
"""Share of a stretch that is added at both of its ends."""
NARROWEST: Final = 0.01
"""Of a stretch, as a logarithm."""
STEPS: Final = (1, 2, 5)


class Stretch(NamedTuple):
    """A part of the axis without a break: values, and their places as shares of the axis."""

    low: float
    high: float
    begin: float
    end: float

    def place(self, value: float) -> float:
        """Return the place of a value; in the middle where the stretch has only one."""
        extent = math.log(self.high / self.low)
        share = math.log(value / self.low) / extent if extent > 0 else 0.5
        return self.begin + share * (self.end - self.begin)


class Tick(NamedTuple):
    """A labelled place."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Places from 0 to 1 for values above 0."""

    stretches: Sequence[Stretch]

    def place(self, value: float) -> float:
        """Return the place of a value that is on the axis."""
        mine = next((one for one in self.stretches if value <= one.high), self.stretches[-1])
        return mine.place(max(value, mine.low))

    @property
    def breaks(self) -> list[tuple[float, float]]:
        """Where each break begins and ends."""
        pairs = zip(self.stretches[:-1], self.stretches[1:], strict=True)
        return [(before.end, after.begin) for before, after in pairs]

    def ticks(self, count: int) -> list[Tick]:
        """Return about so many labelled places, at least one on each stretch."""
        return [
            Tick(one.place(value), digits(value, 6))
            for one in self.stretches
            for value in _round_values(one.low, one.high, max(2, round(count * (one.end - one.begin))))
        ]

    def words(self) -> str:
        """Say how values are laid out, and what is left out."""
        pairs = zip(self.stretches[:-1], self.stretches[1:], strict=True)
        left_out = [f"{digits(before.high)} to {digits(after.low)}" for before, after in pairs]
        return f"logarithmic, without {' and '.join(left_out)}" if left_out else "logarithmic"


def axis_of(spans: Sequence[tuple[float, float]], margin: float = MARGIN, gap: float = BREAK) -> Axis:
    """Lay out an axis.

    Args:
        spans: Lowest and highest value of each option, above 0; there is one at least.
        margin: Share of a stretch that is added at both of its ends.
        gap: Share of the axis that a break takes.
    """
    ranges = _ranges(sorted(spans))
    extents = [math.log(one.high / one.low) for one in ranges]
    kept = sum(extent for one, extent in zip(ranges, extents, strict=True) if one.options > 1)
    weights = [
        max(extent / kept, ALONE) if one.options > 1 and kept > 0 else ALONE
        for one, extent in zip(ranges, extents, strict=True)
    ]
    unit = (1 - gap * (len(ranges) - 1)) / sum(weights)
    found, begin = [], 0.0
    for (low, high, _), extent, weight in zip(ranges, extents, weights, strict=True):
        beyond = math.exp(max(margin * extent, NARROWEST if margin else 0.0))
        found.append(Stretch(low / beyond, high * beyond, begin, begin + weight * unit))
        begin += weight * unit + gap
    return Axis(found)


class _Range(NamedTuple):
    low: float
    high: float
    options: int


def _ranges(spans: Sequence[tuple[float, float]]) -> list[_Range]:
    """Return the parts of the axis that hold options; all of it as one where they have room enough."""
    found = [_Range(*spans[0], 1)]
    for low, high in spans[1:]:
        last = found[-1]
        if low > FAR * last.high:
            found.append(_Range(low, high, 1))
        else:
            found[-1] = _Range(last.low, max(last.high, high), last.options + 1)
    whole = _Range(found[0].low, found[-1].high, len(spans))
    least = (whole.high / whole.low) ** CROWDED
    crowded = any(one.options > 1 and 1 < one.high / one.low < least for one in found)
    return found if crowded else [whole]


def _round_values(low: float, high: float, count: int) -> list[float]:
    """Return round numbers from low to high: 1, 2 and 5 times powers of ten, or evenly between these."""
    found = [value for value in _decades(low, high) if low <= value <= high]
    if len(found) > 1:
        return found[:: math.ceil(len(found) / (count + 1))]
    for step in _decades((high - low) / (2 * count), high - low):
        first = math.ceil(low / step)
        found = [number * step for number in range(first, math.floor(high / step) + 1)]
        if 0 < len(found) <= count + 1:
            return found
    return [(low * high) ** 0.5]


def _decades(low: float, high: float) -> Iterator[float]:
    """Yield 1, 2 and 5 times powers of ten, from about low to beyond high."""
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        yield from (step * 10.0**power for step in STEPS)
