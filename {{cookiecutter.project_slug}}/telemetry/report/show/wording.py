"""How numbers and arms are put into words: the same in sentences, tables, charts and verdict.json."""

import math
import re
from collections.abc import Mapping
from typing import Final, assert_never

from adapter.placement import Placement
from telemetry.report.estimate.digits import digits

CODE: Final = re.compile(r"`([^`\n]+)`")
"""Code in a sentence, a command say: pages and comments set it apart, a terminal shows the backticks."""
MEGABYTE: Final = 2**20
MOST_PLACES: Final = 6
"""After the point, of a share in percent: one in a hundred million."""
INIT_IS_BILLED: Final = (
    "INIT is billed since 2025-08: against a lazy singleton, keeping the lifespan buys latency, hardly money"
)


def comparator(baseline: Placement) -> str:
    """Name what keeping the lifespan is compared with; what it is stands in brackets."""
    match baseline:
        case "init":
            return "the lifespan kept (startup in INIT)"
        case "first_invocation":
            return "a lazy singleton (startup in the first invocation)"
        case "every_invocation":
            return "stock Mangum (lifespan on every invocation)"
        case _:
            assert_never(baseline)


def short_name(placement: Placement) -> str:
    """Name an arm in a cell."""
    match placement:
        case "init":
            return "lifespan kept"
        case "first_invocation":
            return "lazy singleton"
        case "every_invocation":
            return "stock Mangum"
        case _:
            assert_never(placement)


def explained(placement: Placement) -> str:
    """Say what an arm does, for somebody who has not met it."""
    match placement:
        case "init":
            return "startup once, in Lambda's INIT phase: the lifespan is kept"
        case "first_invocation":
            return "startup once, in the first invocation: a lazy singleton"
        case "every_invocation":
            return "startup and shutdown around every event: stock Mangum"
        case _:
            assert_never(placement)


def arm_name(placement: Placement, startup_repeats: bool = True) -> str:  # noqa: FBT001, FBT002  # one fact
    """Name an arm, with its placement: `stock Mangum (every_invocation)`, unless that fell back to `init`."""
    if placement == "every_invocation" and not startup_repeats:
        return f"fell back to init ({placement})"
    return f"{short_name(placement)} ({placement})"


def decimals(value: float, low: float | None, high: float | None) -> int:
    """Digits after the point that the width of the interval, or else the value, is worth."""
    spread = abs(value) / 20 if low is None or high is None else (high - low) / 2
    return 0 if spread >= 2 else 1 if spread >= 0.2 else 2


def bracketed(value: float, low: float | None, high: float | None) -> str:
    """Write `412 [401, 423]`, or `412` without an interval."""
    places = decimals(value, low, high)
    if low is None or high is None:
        return plain(value, places)
    return f"{plain(value, places)} [{plain(low, places)}, {plain(high, places)}]"


def milliseconds(value: float, low: float | None, high: float | None) -> str:
    """Write `412 ms [401, 423]`."""
    number, _, interval = bracketed(value, low, high).partition(" ")
    return f"{number} ms {interval}".rstrip()


def short_ms(ms: float) -> str:
    """Write the number of milliseconds that stands without an interval: `412`, `6.1`, `0.25`, `0`."""
    if abs(ms) < 0.005:
        return "0"
    return plain(ms, 0 if ms >= 100 else 1 if ms >= 1 else 2)


def about(number: float) -> str:
    """Write how many there are of something, on average: `2000`, `12`, `2.4`."""
    return plain(number, 0 if number >= 10 else 1).removesuffix(".0")


def points(value: float, low: float | None, high: float | None) -> str:
    """Write shares in points of a hundred: `25.0 points [18.2, 31.9]`."""
    number, _, interval = hundredths(value, low, high).partition(" ")
    return f"{number} points {interval}".rstrip()


def hundredths(value: float, low: float | None, high: float | None) -> str:
    """Write shares as parts of a hundred, as exactly as the interval is narrow: `0.025 [0.018, 0.031]`."""
    if low is None or high is None:
        return digits(100 * value, 2)
    # Half the interval has two digits: a share of 1 in 10,000 is not "0.00".
    spread = 50 * (high - low)
    places = 2 if spread <= 0 else min(max(1 - math.floor(math.log10(spread)), 0), MOST_PLACES)
    # What is 0 is so exactly: `0 [0, 0.025]`.
    number, least, most = ("0" if one == 0 else plain(100 * one, places) for one in (value, low, high))
    return f"{number} [{least}, {most}]"


def plain(value: float, places: int) -> str:
    """Write a number with so many places after the point, and without a minus before zero."""
    text = f"{value:.{places}f}"
    return text.lstrip("-") if float(text) == 0 else text


def megabytes(size: float | None) -> str:
    """Write bytes in MB as Lambda counts them (2^20)."""
    return "-" if size is None else f"{size / MEGABYTE:.1f} MB"


def counted(number: int, noun: str) -> str:
    """Write `1 line`, `2 lines`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(counts: Mapping[str, int]) -> str:
    """Write `not JSON (2), plain text (1)`."""
    return ", ".join(f"{reason} ({count})" for reason, count in counts.items())
