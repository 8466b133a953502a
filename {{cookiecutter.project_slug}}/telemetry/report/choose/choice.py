"""The choice: options forecast, ranked, one recommended, and what would change it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from telemetry.prices import Prices
from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.options import Option
from telemetry.report.choose.provisioned import REQUESTS_A_SECOND
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.read.columns import Vector

Preference: TypeAlias = Literal["cost", "p99", "balanced"]
PREFERENCES: Final[tuple[Preference, ...]] = ("cost", "p99", "balanced")
BUSY: Final = 0.7
"""Share of its time up to which one environment may be busy before many requests find it so."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of an option."""

    prefer: Preference = "balanced"
    p99_under_ms: float | None = None
    dollars_under: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One option, or why there is none."""

    option: str | None
    reason: str
    changes: Sequence[str]
    """What would change the answer."""


def recommended(outcomes: Sequence[Outcome], wanted: Wanted) -> Recommendation:
    """Choose among priced options those whose whole interval keeps the limits, then the best of them."""
    priced = [one for one in outcomes if one.dollars is not None]
    kept = [one for one in priced if _keeps(one, wanted)]
    if not kept:
        return Recommendation(None, _nearest(priced, wanted), ())
    best = min(kept, key=lambda one: _cost(one, wanted.prefer))
    return Recommendation(best.option.name, _why(best, kept, wanted), tuple(_changes(best, priced, wanted)))


def _dollars(one: Outcome) -> float:
    return math.inf if one.dollars is None else one.dollars.value


def _most(value: float, high: float | None) -> float:
    return value if high is None else high


def _keeps(one: Outcome, wanted: Wanted) -> bool:
    dollars = one.dollars
    slow = wanted.p99_under_ms is not None and _most(one.p99_ms.value, one.p99_ms.high) > wanted.p99_under_ms
    dear = wanted.dollars_under is not None and (
        dollars is None or _most(dollars.value, dollars.high) > wanted.dollars_under
    )
    return not slow and not dear


def _cost(one: Outcome, prefer: Preference) -> tuple[float, float]:
    """Return what is to be small, and what decides between equals."""
    return float(_goal(one, prefer)[0]), one.p99_ms.value if prefer == "cost" else _dollars(one)


def _why(best: Outcome, kept: Sequence[Outcome], wanted: Wanted) -> str:
    limits = [f"a p99 under {wanted.p99_under_ms:g} ms"] if wanted.p99_under_ms is not None else []
    limits += [f"a bill under ${wanted.dollars_under:g}"] if wanted.dollars_under is not None else []
    among = (
        f"of the {len(kept)} options that keep {' and '.join(limits)}"
        if limits
        else f"of {len(kept)} options"
    )
    what = {
        "cost": "costs least",
        "p99": "has the lowest p99",
        "balanced": "has the smallest product of dollars and p99: halving one is worth doubling the other",
    }[wanted.prefer]
    rivals = [one for one in kept if one is not best and _overlap(one, best, wanted.prefer)]
    doubt = f"; {rivals[0].option.name} cannot be told from it" if rivals else ""
    return f"{among} it {what}{doubt}"


def _overlap(one: Outcome, best: Outcome, prefer: Preference) -> bool:
    """Say whether another option is the better one in more than one of forty periods."""
    gain = _goal(best, prefer)[1:] - _goal(one, prefer)[1:]
    return bool((gain > 0).mean() > (1 - LEVEL) / 2)


def _goal(one: Outcome, prefer: Preference) -> Vector:
    """Return what is to be small, by sample."""
    dollars = one.samples.dollars
    bill = np.full(len(one.samples.p99_ms), np.inf) if dollars is None else dollars
    match prefer:
        case "cost":
            return bill
        case "p99":
            return one.samples.p99_ms
        case "balanced":
            return bill * one.samples.p99_ms


def _nearest(priced: Sequence[Outcome], wanted: Wanted) -> str:
    if not priced:
        return "no option has a price: name one with --prices"
    least = min(priced, key=lambda one: _most(one.p99_ms.value, one.p99_ms.high))
    cheapest = min(priced, key=_dollars)
    p99, dollars = _most(least.p99_ms.value, least.p99_ms.high), cheapest.dollars
    bill = math.inf if dollars is None else _most(dollars.value, dollars.high)
    if wanted.p99_under_ms is not None and p99 > wanted.p99_under_ms:
        text = f"no option surely keeps p99 under {wanted.p99_under_ms:g} ms"
        return f"{text}: {least.option.name} may reach {p99:.0f} ms"
    if wanted.dollars_under is not None and bill > wanted.dollars_under:
        text = f"no option surely costs less than ${wanted.dollars_under:g}"
        return f"{text}: {cheapest.option.name} may cost ${bill:.2f}"
    return "no option keeps both limits: raise one of them"


def _changes(best: Outcome, priced: Sequence[Outcome], wanted: Wanted) -> list[str]:
    """Name the nearest cheaper and the nearest faster option, and at which limit each would be chosen."""
    found = []
    cheaper = [one for one in priced if _dollars(one) < _dollars(best) and one is not best]
    if cheaper and wanted.prefer != "cost":
        one = max(cheaper, key=_dollars)
        found.append(
            f"with --prefer cost and a p99 of {one.p99_ms.value:.0f} ms allowed, {one.option.name} at "
            f"${_dollars(one):.2f}"
        )
    faster = [one for one in priced if one.p99_ms.value < best.p99_ms.value]
    if faster:
        one = min(faster, key=_dollars)
        found.append(
            f"with --p99-under {math.ceil(_most(one.p99_ms.value, one.p99_ms.high))}, {one.option.name} at "
            f"${_dollars(one):.2f}"
        )
    if not cheaper and not faster:
        found.append("no limit changes this: no other option is cheaper, and none has a lower p99")
    return found


@dataclass(frozen=True, slots=True)
class BreakEven:
    """From which rate on one provisioned environment is cheaper than none."""

    rate: float
    """Requests a second that it would have to serve; infinite where it saves nothing on any."""
    most: float
    """That it can serve."""
    share: float
    """Of its time that it would have to be busy."""


def break_even(option: Option, prices: Prices) -> BreakEven | None:
    """Compare what one provisioned environment costs with what it saves on each request that it serves.

    Its seconds are cheaper while it serves; None where prices are not known.
    """
    if prices.provisioned_gb_second is None or prices.provisioned_duration_gb_second is None:
        return None
    warm = option.times.warm
    seconds = float(warm.billed.sum()) / max(1, warm.n)
    saved = seconds * (prices.gb_second - prices.provisioned_duration_gb_second)
    most = min(float(REQUESTS_A_SECOND), BUSY / max(seconds, 1e-6))
    rate = math.inf if saved <= 0 else prices.provisioned_gb_second / saved
    return BreakEven(rate, most, rate * seconds)


def break_even_sentence(found: BreakEven) -> str:
    """Say from which rate on provisioned concurrency is cheaper."""
    if found.rate <= found.most:
        return (
            f"above {found.rate:.2g} requests/s on one environment, which can serve {found.most:.2g}, "
            "provisioned 1 is cheaper than on demand"
        )
    return (
        "provisioned 1 is never cheaper than on demand: it would have to serve "
        f"{found.rate:.2g} requests/s, and can serve {found.most:.2g}"
    )


def break_even_share(found: BreakEven) -> str:
    """Say it without a rate: of a lab run it is not known how long requests take on Lambda."""
    if found.share >= 1:
        return "provisioned 1 is never cheaper than on demand at these prices, however busy it is"
    return (
        "provisioned 1 is cheaper than on demand where requests keep it busy for more than "
        f"{100 * found.share:.0f} % of the time"
    )
