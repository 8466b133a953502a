"""Words and numbers of a choice, the same on a terminal and on a page."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from telemetry.price_list import URL
from telemetry.report.choose.forecast import Outcome
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.provisioned import HOUR, hours_of
from telemetry.report.choose.routing import Picks
from telemetry.report.choose.study import Choice
from telemetry.report.estimate.digits import digits, money
from telemetry.report.estimate.intervals import Estimate
from telemetry.workload import Pool

HEADINGS: Final = ("option", "cold starts", "p50 ms", "p95 ms", "p99 ms", "$ a month", "source")
OF_RATIOS: Final = ("option", "cold starts", "p50", "p95", "p99", "dollars", "source")
HOURS: Final = 24
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_S: Final = 86400.0


def sentence(choice: Choice) -> str:
    """Return what is read first."""
    return " ".join(answer(choice))


def answer(choice: Choice) -> tuple[str, ...]:
    """Return what to switch on, and why, a sentence each."""
    found = choice.recommendation
    if found.option is None:
        return (f"No recommendation: {found.reason}.",)
    what = "Keep" if found.option == choice.now else "Switch on"
    return f"{what}: {found.option}.", f"{found.reason[:1].upper()}{found.reason[1:]}."


def headings(choice: Choice) -> Sequence[str]:
    """Return those of the options' columns; what is no number of ms is not headed so."""
    return HEADINGS if choice.relative_to is None else OF_RATIOS


def below(choice: Choice) -> str:
    """Say below the table what its numbers are, and once where they come from if that is the same of all."""
    shown = list(rows(choice))
    sources = {row[-1] for row in shown}
    parts = (
        f'x: times that of "{choice.relative_to}"' if choice.relative_to else "",
        "second line: 95 % interval" if any("\n" in cell for row in shown for cell in row) else "",
        f"source: {sources.pop()}" if len(sources) == 1 else "",
    )
    return "; ".join(part for part in parts if part)


def units(choice: Choice) -> tuple[str, str]:
    """Return what dollars and p99 are counted in along the axes of a picture."""
    if choice.relative_to is None:
        return "dollars a month", "p99 in ms"
    return f'dollars, times "{choice.relative_to}"', f'p99, times "{choice.relative_to}"'


def rows(choice: Choice) -> Iterator[tuple[str, ...]]:
    """Yield the options, cheapest first, cells as under `headings`; intervals are on a line of their own."""
    ratio = choice.relative_to is not None
    time, bill = (_ratio, _ratio) if ratio else (milliseconds, dollars)
    for one in sorted(
        choice.outcomes, key=lambda one: math.inf if one.dollars is None else one.dollars.value
    ):
        yield (
            one.option.name,
            share(one.cold_share),
            *map(time, (one.p50_ms, one.p95_ms, one.p99_ms)),
            "no price" if one.dollars is None else bill(one.dollars),
            one.option.source
            if choice.pool_source == "fitted"
            else f"{one.option.source}, pool {choice.pool_source}",
        )


def _shown(of: Estimate, text: Callable[[float], str], unit: str = "") -> str:
    value = f"{text(of.value)}{unit}"
    return value if of.low is None or of.high is None else f"{value}\n{text(of.low)}-{text(of.high)}"


def share(of: Estimate) -> str:
    """Show a share in percent."""
    return _shown(of, lambda value: digits(100 * value, 2), " %")


def milliseconds(of: Estimate) -> str:
    """Show ms to three digits."""
    return _shown(of, lambda value: f"{float(f'{value:.3g}'):,.0f}")


def dollars(of: Estimate) -> str:
    """Show dollars and cents."""
    return _shown(of, money)


def _ratio(of: Estimate) -> str:
    return _shown(of, lambda value: f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}", " x")


def remarks(choice: Choice) -> Iterator[str]:
    """Yield what has to be known beside the table."""
    if choice.relative_to is not None:
        yield (
            f'Times and dollars are shares of those of "{choice.relative_to}": a lab run tells how options '
            "compare, not what they take on Lambda."
        )
    yield from (f"{text[:1].upper()}{text[1:]}." for text in choice.recommendation.changes)
    if choice.break_even:
        yield f"{choice.break_even[:1].upper()}{choice.break_even[1:]}."
    yield traffic_text(choice)
    yield pool_text(choice)
    if choice.back_test is not None and not choice.back_test.refused:  # of a refused one the answer tells
        test = choice.back_test
        yield (
            f"Tried on the later half of the recording: {test.forecast:,.0f} cold starts forecast, "
            f"{test.came:,} came (five origins; chance misses by more in {100 * test.p_value:.0f} % of "
            f"recordings). Intervals allow for an error of the model of {100 * test.error:.0f} %."
        )
    prices = choice.asked.prices
    if any(one.dollars is None for one in choice.outcomes):
        yield unpriced(choice)
    yield f"Prices of {prices.region}, {prices.architecture}, {prices.date}; no free tier, no discounts."
    yield from (f"{note[:1].upper()}{note[1:]}." for note in choice.notes)


def unpriced(choice: Choice) -> str:
    """Say which options have no price, and where it is published."""
    prices = choice.asked.prices
    names = ", ".join(one.option.name for one in choice.outcomes if one.dollars is None)
    return (
        f"Not ranked, for what they cost in {prices.region}, {prices.architecture} is not known here: "
        f"{names}. AWS publishes it: `curl -o prices.json {URL.format(region=prices.region)}`, then "
        "--prices prices.json."
    )


def traffic_text(choice: Choice) -> str:
    """Say what was replayed."""
    traffic = choice.traffic
    what = "stated, Poisson" if choice.asked.arrivals else "recorded"
    days = traffic.seconds / DAY_S
    count = int(traffic.requests.sum())
    return f"Traffic: {count:,} requests in {digits(days)} days, {digits(traffic.rate)} a second ({what})."


def pool_text(choice: Choice) -> str:
    """Say how environments are ended, and how that is known."""
    how = {
        "fitted": f"fitted to {choice.ended} environments that were ended",
        "published": "as published for AWS Lambda of about 2020, not this function's own",
        "given": "as given by --pool",
    }[choice.pool_source]
    return f"Pool: {pool_words(choice.pool)}{_picked(choice.picks)}; {how}."


def _picked(picks: Picks | None) -> str:
    """Say how often the newest idle environment took a request, and whether the model has it so."""
    if picks is None or not picks.of:
        return ""
    seen = f"{picks.newest:,} of {picks.of:,} choices"
    return f", although only {seen} were so" if picks.shuffled else f" ({seen})"


def pool_words(pool: Pool) -> str:
    """Describe a pool."""
    spread = f" (spread {digits(pool.spread, 2)})" if pool.spread > 0.05 else ""
    age = (
        "no age limit seen" if math.isinf(pool.age) else f"ended at an age of {digits(pool.age / 3600, 2)} h"
    )
    return f"environments are kept {pool.idle:,.0f} s after their last request{spread}, {age}, newest first"


def need_by_day(choice: Choice) -> Iterator[tuple[str, Sequence[int | None]]]:
    """Yield how many environments each hour of each day needs; None of an hour that was not recorded."""
    known = _recorded_hours(choice.traffic)
    needed = [count if number in known else None for number, count in enumerate(choice.needed.tolist())]
    for number, day in enumerate(DAYS):
        yield day, needed[number * HOURS : (number + 1) * HOURS]


def _recorded_hours(traffic: Traffic) -> set[int]:
    """Return the hours of the week that the traffic has."""
    quarters = np.arange(traffic.begin, min(traffic.end, traffic.begin + DAY_S * len(DAYS)), HOUR / 4)
    return set(hours_of(np.append(quarters, traffic.end), traffic.epoch, len(DAYS) * HOURS).tolist())


def on_frontier(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the options that no other one beats in both dollars and p99, cheapest first."""
    found: list[Outcome] = []
    priced = [one for one in outcomes if one.dollars is not None]
    for one in sorted(priced, key=lambda one: (one.dollars.value if one.dollars else 0.0, one.p99_ms.value)):
        if not found or one.p99_ms.value < found[-1].p99_ms.value:
            found.append(one)
    return found
