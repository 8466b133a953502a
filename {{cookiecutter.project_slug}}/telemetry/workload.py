"""Arrivals and pools of environments as command lines state them: `poisson:3/s` and `idle=630s,age=4h`."""

import math
import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

UNITS: Final[Mapping[str, float]] = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
"""Seconds."""
NUMBER: Final = r"[0-9]+(?:\.[0-9]+)?"
ARRIVALS: Final = re.compile(rf"poisson:({NUMBER})/(s|min|m|h|d)")
DURATION: Final = re.compile(rf"({NUMBER})(s|min|m|h|d)")
SHARE: Final = re.compile(rf"({NUMBER})()")


@dataclass(frozen=True, slots=True)
class Poisson:
    """Requests that come independently of one another."""

    rate: float
    """A second."""


@dataclass(frozen=True, slots=True)
class Pool:
    """How a platform ends environments, of which it uses the newest idle one; seconds.

    Idle times and greatest ages are log-normal. `spread` and `age_spread` are the standard deviations of
    their logarithms: 0 is one fixed time.
    """

    idle: float = 600.0
    """Median of how long an unused environment is kept."""
    spread: float = 0.0
    age: float = math.inf
    """Median of the greatest age."""
    age_spread: float = 0.0
    proactive: float = 0.0
    """Share of new environments whose INIT no request waits for."""


PUBLISHED: Final = Pool(660.0, age=7200.0)
"""Fitted to twenty measurements of AWS Lambda of about 2020 (SimFaaS, Mahmoudi and Khazaei, 2021)."""
PARTS: Final = {"idle": DURATION, "spread": SHARE, "age": DURATION, "age_spread": SHARE, "proactive": SHARE}


def arrivals_of(text: str) -> Poisson:
    """Read `poisson:3/s` or `poisson:20/h`.

    Raises:
        ArgumentTypeError: It is neither.
    """
    found = ARRIVALS.fullmatch(text.strip())
    rate = float(found[1]) / UNITS[found[2]] if found else 0.0
    if not 0 < rate < math.inf:
        raise ArgumentTypeError(
            f"must be poisson:RATE/s, /min, /h or /d with a rate above 0: got {text[:40]!r}"
        )
    return Poisson(rate)


def pool_of(text: str) -> Pool:
    """Read `published`, or a pool such as `idle=630s,age=4h,spread=0.2`; what is left out is as in `Pool()`.

    Raises:
        ArgumentTypeError: A part of it is unknown, is named twice, or is no number.
    """
    if text.strip() == "published":
        return PUBLISHED
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        if name not in PARTS or name in found:
            raise ArgumentTypeError(
                f"must be `published`, or some of {', '.join(PARTS)}, each once: got {part[:30]!r}"
            )
        found[name] = _number(name, value)
    return replace(Pool(), **found)


def _number(name: str, value: str) -> float:
    """Read a duration in seconds, or a bare number; of a share that it is below 1."""
    timed = PARTS[name] is DURATION
    found = PARTS[name].fullmatch(value)
    number = float(found[1]) * UNITS.get(found[2], 1.0) if found else math.nan
    high = 1.0 if name == "proactive" else math.inf
    if not 0 <= number < high or (timed and number == 0):
        like = "630s, 10min or 4h" if timed else "0.2"
        raise ArgumentTypeError(f"{name} must be like {like}: got {value[:20]!r}")
    return number
