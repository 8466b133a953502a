"""Which configuration to take, and which cannot be told from it.

Each of the others is held against each with one-sided limits at 1 - 0.05 / (number of others), so that those
in which the truly best one is the control hold together at 95 % (Edwards and Hsu, Journal of the American
Statistical Association 78, 1983: multiple comparisons with the best). A configuration that is worse than
another one beyond these limits is not the best; the truly best one is among the rest. What is lost at most
by taking a configuration is the largest of its upper limits against that rest. The limits of a difference are
put together from those of both, each side by itself (Zou and Donner, Statistics in Medicine 27, 2008).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, assert_never

from telemetry.report.estimate.configurations.figures import Measured
from telemetry.report.estimate.configurations.preference import PREFERENCES, Preference
from telemetry.report.estimate.deciding.failures import ALIKE
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.estimate.smallest import Smallest

Finding: TypeAlias = Literal["best", "no difference that matters", "no difference seen", "cannot tell yet"]
Reason: TypeAlias = Literal[
    "nothing measured",
    "too few environments",
    "requests in no figure",
    "requests failed",
    "too few requests for p99",
    "nothing billed",
    "price not known",
    "billed while it is kept, too",
]


@dataclass(frozen=True, slots=True)
class LeftOutOfChoice:
    """A configuration that is not chosen from."""

    name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """The configuration to take, if what is to be small is this."""

    prefer: Preference
    finding: Finding
    name: str | None
    """To take; None where it cannot be told. Among several that do not differ by what matters, it is the one
    that is better in the other respect.
    """
    alike: list[str]
    """Those that lose nothing that matters."""
    not_told: list[str]
    """Those that may be as good, or better: the intervals do not tell."""
    left_out: list[LeftOutOfChoice]


@dataclass(frozen=True, slots=True)
class _Limits:
    """The logarithm of what is to be small, with one-sided limits."""

    value: float
    low: float
    high: float

    def __add__(self, other: "_Limits") -> "_Limits":
        """Add two figures of the same environments, as if both were at their limits together."""
        return _Limits(self.value + other.value, self.low + other.low, self.high + other.high)

    def worse_than(self, other: "_Limits") -> tuple[float, float]:
        """Return the limits of how much worse this one is."""
        value = self.value - other.value
        low = value - math.hypot(self.value - self.low, other.high - other.value)
        return low, value + math.hypot(self.high - self.value, other.value - other.low)


def choices(found: Sequence[Measured], smallest: Smallest) -> list[Choice]:
    """Say which to take by each preference."""
    return [_choice(found, prefer, smallest) for prefer in PREFERENCES]


def _choice(found: Sequence[Measured], prefer: Preference, smallest: Smallest) -> Choice:
    least = min((_share_failed(one) for one in found if one.figures.requests), default=0.0)
    reasons = [_reason(one, prefer, least) for one in found]
    left_out = [
        LeftOutOfChoice(one.name, reason)
        for one, reason in zip(found, reasons, strict=True)
        if reason is not None
    ]
    candidates = [one for one, reason in zip(found, reasons, strict=True) if reason is None]
    if len(candidates) < 2:
        return Choice(prefer, "cannot tell yet", None, [], [], left_out)
    return replace(_among(candidates, prefer, smallest), left_out=left_out)


def _among(candidates: Sequence[Measured], prefer: Preference, smallest: Smallest) -> Choice:
    """Choose among configurations that can be compared."""
    level = 1 - 2 * (1 - LEVEL) / (len(candidates) - 1)
    limits = [_limits(one, prefer, level) for one in candidates]
    taken = min(range(len(candidates)), key=lambda number: limits[number].value)
    rest = [number for number, one in enumerate(limits) if _may_be_best(one, limits)]
    matters = math.log1p(_matters(candidates[taken], prefer, smallest))
    losses = [
        _loses(one, [limits[other] for other in rest if other != number]) for number, one in enumerate(limits)
    ]
    alike = [number for number, loss in enumerate(losses) if loss <= matters]
    finding: Finding = "best" if rest == [taken] else "no difference seen"
    if set(rest) <= set(alike) and len(alike) > 1:
        finding = "no difference that matters"
        taken = min(alike, key=lambda number: _other(candidates[number], prefer))
    names = [one.name for one in candidates]
    return Choice(
        prefer=prefer,
        finding=finding,
        name=names[taken],
        alike=[names[number] for number in alike if number != taken],
        not_told=[names[number] for number in rest if number not in {taken, *alike}],
        left_out=[],
    )


def _may_be_best(one: _Limits, all_of_them: Sequence[_Limits]) -> bool:
    return all(one.worse_than(other)[0] <= 0 for other in all_of_them if other is not one)


def _loses(one: _Limits, best: Sequence[_Limits]) -> float:
    """Return how much worse than the best it is at most."""
    return max((one.worse_than(other)[1] for other in best), default=0.0)


def _reason(one: Measured, prefer: Preference, least_failed: float) -> Reason | None:
    """Say why a configuration is not chosen from; None where it is."""
    figures = one.figures
    if figures.untold is not None:
        return figures.untold
    if _share_failed(one) > least_failed + ALIKE:
        return "requests failed"
    return (_without_bill(one) if prefer != "p99" else None) or (
        _without_p99(one) if prefer != "cost" else None
    )


def _without_bill(one: Measured) -> Reason | None:
    if "billed_ms" not in one.cell.resamples:
        return "nothing billed"
    if one.rate is None:
        return "price not known"
    return "billed while it is kept, too" if one.rate.monthly != 0 else None


def _without_p99(one: Measured) -> Reason | None:
    """Say why p99 is not told; where it has an interval, a wide one at the edge of cold starts, it is."""
    p99 = one.figures.p99_ms
    return "too few requests for p99" if p99 is None or p99.low is None else None


def _share_failed(one: Measured) -> float:
    return one.figures.failed / max(one.figures.requests, 1)


def _limits(one: Measured, prefer: Preference, level: float) -> _Limits:
    match prefer:
        case "cost":
            return _cost(one, level)
        case "p99":
            return _p99(one, level)
        case "balanced":
            return _cost(one, level) + _p99(one, level)
        case _:
            assert_never(prefer)


def _cost(one: Measured, level: float) -> _Limits:
    of, rate = one.cell.resamples["billed_ms"], one.rate
    ends = of.interval(level) if of.error > 0 else (of.value, of.value)
    return _Limits(*(0.0 if rate is None else _log(rate.dollars(ms)) for ms in (of.value, *ends)))


def _p99(one: Measured, level: float) -> _Limits:
    """Return the limits of p99; where they are not told at this level, the wider ones of the table."""
    found = one.cell.p99(level)
    if found.low is None or found.high is None:
        found = one.figures.p99_ms or found
    low, high = (found.value if end is None else end for end in (found.low, found.high))
    return _Limits(*map(_log, (found.value, low, high)))


def _log(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf


def _matters(best: Measured, prefer: Preference, smallest: Smallest) -> float:
    """Return the smallest difference that matters, as a share of the best one's figure.

    A bill differs by what matters if a request's billed time does.
    """
    shares: Mapping[Preference, float] = {"cost": _of_cost(best, smallest), "p99": _of_p99(best, smallest)}
    return shares.get(prefer, max(shares.values()))


def _of_cost(best: Measured, smallest: Smallest) -> float:
    rate, billed = best.rate, best.cell.mean("billed_ms")
    if rate is None or not billed:
        return smallest.share
    return rate.by_ms * smallest.of(billed) / rate.dollars(billed)


def _of_p99(best: Measured, smallest: Smallest) -> float:
    p99 = best.figures.p99_ms
    return smallest.share if p99 is None else smallest.of(p99.value) / p99.value


def _other(one: Measured, prefer: Preference) -> float:
    """Return what decides between configurations that do not differ by what matters."""
    dollars, p99 = one.figures.dollars_per_million, one.figures.p99_ms
    if prefer == "cost":
        return math.inf if p99 is None or math.isnan(p99.value) else p99.value
    return math.inf if dollars is None else dollars.value
