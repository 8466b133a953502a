"""The choice: options forecast, ranked, one recommended, and what would change it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from telemetry.prices import Prices
from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.options import Option
from telemetry.report.choose.provisioned import REQUESTS_A_SECOND
from telemetry.report.estimate.configurations.preference import PREFERENCES, Preference
from telemetry.report.estimate.digits import digits, money
from telemetry.report.estimate.jackknife import LEVEL
from telemetry.report.read.columns import Vector

BUSY: Final = 0.7
"""Share of its time up to which one environment may be busy before many requests find it so."""

NEVER: Final = "provisioned 1 is never cheaper than on demand at these prices"


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


def recommended(outcomes: Sequence[Outcome], wanted: Wanted, *, relative: bool = False) -> Recommendation:
    """Choose among priced options those whose whole interval keeps the limits, then the best of them.

    Where the first option cannot be told from the best one, it stays: nothing is switched on by chance.

    Args:
        outcomes: Of all options, first what runs now, or `init`.
        wanted: What is asked; of ratios there are no limits.
        relative: The outcomes are ratios, which no limit of ms or dollars can be set on.
    """
    priced = [one for one in outcomes if one.dollars is not None]
    kept = [one for one in priced if _keeps(one, wanted)]
    if not kept:
        return Recommendation(None, _nearest(priced, wanted), ())
    best = _best(kept, wanted, outcomes[0])
    changes = list(_changes(best, priced, wanted, outcomes[0], relative=relative))
    return Recommendation(best.option.name, _why(best, kept, wanted), changes)


def _best(kept: Sequence[Outcome], wanted: Wanted, first: Outcome) -> Outcome:
    least = _least(kept, wanted)
    stays = any(one is first for one in kept) and _overlap(first, least, wanted.prefer)
    return first if stays else least


def _least(kept: Sequence[Outcome], wanted: Wanted) -> Outcome:
    return min(kept, key=lambda one: _cost(one, wanted.prefer))


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
    limits = [f"a p99 under {digits(wanted.p99_under_ms, 6)} ms"] if wanted.p99_under_ms is not None else []
    limits += [f"a bill under ${digits(wanted.dollars_under, 9)}"] if wanted.dollars_under is not None else []
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
    least = _least(kept, wanted)
    rivals = [one for one in kept if one is not least and _overlap(one, least, wanted.prefer)]
    names = " and ".join(map(_quoted, rivals))
    doubt = f"; {names} cannot be told from it" if rivals else ""
    if best is least:
        return f"{among} it {what}{doubt}"
    return f"{among} none is surely better; {_quoted(least)} {what}{doubt}"


def _quoted(one: Outcome) -> str:
    """Return the name of an option as one thing: it may hold commas and words of its sentence."""
    return f'"{one.option.name}"'


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
        text = f"no option surely keeps p99 under {digits(wanted.p99_under_ms, 6)} ms"
        return f"{text}: {_quoted(least)} may reach {p99:.0f} ms"
    if wanted.dollars_under is not None and bill > wanted.dollars_under:
        text = f"no option surely costs less than ${digits(wanted.dollars_under, 9)}"
        return f"{text}: {_quoted(cheapest)} may cost ${money(bill)}"
    return "no option keeps both limits: raise one of them"


def _changes(
    best: Outcome, priced: Sequence[Outcome], wanted: Wanted, first: Outcome, *, relative: bool
) -> Iterator[str]:
    """Name what else could be asked that another option answers: each is tried, the nearest limits told."""
    told = False
    groups: list[list[tuple[str, Wanted]]] = [[one] for one in _other_wishes(wanted)]
    if not relative:
        groups += [list(_p99_limits(best, priced, wanted)), list(_bill_limits(best, priced, wanted))]
    for group in groups:
        answers = ((how, _answer(priced, asked, first)) for how, asked in group)
        for how, one in answers:
            if one is not None and one is not best:
                told = True
                yield f"{how}, {_quoted(one)}{_numbers(one, first if relative else None)}"
                break
    if not told:
        yield "no other preference and no tighter limit changes this"


def _answer(priced: Sequence[Outcome], wanted: Wanted, first: Outcome) -> Outcome | None:
    kept = [one for one in priced if _keeps(one, wanted)]
    return _best(kept, wanted, first) if kept else None


def _other_wishes(wanted: Wanted) -> Iterator[tuple[str, Wanted]]:
    if wanted.p99_under_ms is not None:
        yield "without --p99-under", replace(wanted, p99_under_ms=None)
    if wanted.dollars_under is not None:
        yield "without --under", replace(wanted, dollars_under=None)
    for prefer in PREFERENCES:
        if prefer != wanted.prefer:
            yield f"with --prefer {prefer}", replace(wanted, prefer=prefer)


def _p99_limits(best: Outcome, priced: Sequence[Outcome], wanted: Wanted) -> Iterator[tuple[str, Wanted]]:
    """Yield limits that another option keeps and the best one does not, the highest first."""
    mine = _most(best.p99_ms.value, best.p99_ms.high)
    limits = {math.ceil(_most(one.p99_ms.value, one.p99_ms.high)) for one in priced}
    for limit in sorted((one for one in limits if one < mine), reverse=True):
        yield f"with --p99-under {limit}", replace(wanted, p99_under_ms=limit)


def _bill_limits(best: Outcome, priced: Sequence[Outcome], wanted: Wanted) -> Iterator[tuple[str, Wanted]]:
    """Yield limits that another option keeps and the best one does not, the highest first; whole cents."""
    bills = [_most(one.dollars.value, one.dollars.high) for one in priced if one.dollars]
    mine = math.inf if best.dollars is None else _most(best.dollars.value, best.dollars.high)
    limits = {math.ceil(100 * bill) / 100 for bill in bills}
    for limit in sorted((one for one in limits if one < mine), reverse=True):
        yield f"with --under {limit:.2f}", replace(wanted, dollars_under=limit)


def _numbers(one: Outcome, ratios_of: Outcome | None) -> str:
    p99, bill = one.p99_ms.value, _dollars(one)
    if ratios_of is None:
        return f": p99 of {digits(p99)} ms at ${money(bill)} a month"
    if one is ratios_of:
        return ""
    return f": p99 {digits(p99)} times and dollars {digits(bill)} times those of {_quoted(ratios_of)}"


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
            f"above {digits(found.rate, 2)} requests/s on one environment, which can serve "
            f"{digits(found.most, 2)}, "
            "provisioned 1 is cheaper than on demand"
        )
    if math.isinf(found.rate):
        return f"{NEVER}, however busy it is"
    return (
        f"{NEVER}: it would have to serve {digits(found.rate, 2)} requests/s, and can serve "
        f"{digits(found.most, 2)}"
    )


def break_even_share(found: BreakEven) -> str:
    """Say it without a rate: of a lab run it is not known how long requests take on Lambda."""
    if found.share >= 1:
        return f"{NEVER}, however busy it is"
    return (
        "provisioned 1 is cheaper than on demand where requests keep it busy for more than "
        f"{100 * found.share:.0f} % of the time"
    )
