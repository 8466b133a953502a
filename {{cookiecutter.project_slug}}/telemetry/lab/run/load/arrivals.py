"""What a run under load is: when requests arrive, and for how long; refuses what takes too long here."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from random import Random
from typing import Any, Final

from telemetry.lab.usage import UsageError
from telemetry.workload import PUBLISHED, Poisson, Pool

LENGTH_HERE: Final = 300.0
"""Seconds of this machine's time that Poisson arrivals go on, unless something else is said."""
LONGEST_HERE: Final = 7200.0
"""Seconds of this machine's time."""
MOST_REQUESTS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Load:
    """Traffic, and the pool of environments that serves it. Times are seconds, as stated."""

    arrivals: Poisson | Path
    """Stated, or a file of what was recorded."""
    pool: Pool = PUBLISHED
    time_lapse: float = 1.0
    """How many times faster arrivals and pool run here. Requests take as long as ever."""
    length: float | None = None
    """How long requests arrive; None for `LENGTH_HERE`, or all that was recorded."""
    requests: int | None = None
    """Requests at most."""
    at_once: int | None = None
    """Environments at work at once, at most; None for as many as the cores carry."""

    @property
    def stated(self) -> str:
        """What the arrivals are, in the words of the command line; of a file not its name."""
        match self.arrivals:
            case Poisson(rate):
                return f"poisson:{_rate(rate)}"
            case _:
                return "recorded"

    def fields(self) -> dict[str, Any]:
        """Return what the lab's record holds of it."""
        pool = {
            "idle_s": self.pool.idle,
            "spread": self.pool.spread,
            "age_s": self.pool.age,
            "age_spread": self.pool.age_spread,
        }
        given = {name: value for name, value in pool.items() if 0 < value < math.inf}
        at_once = {} if self.at_once is None else {"at_once": self.at_once}
        return {"arrivals": self.stated, "time_lapse": self.time_lapse, "pool": given, **at_once}


def arrival_times(load: Load, seed: int) -> Sequence[float]:
    """Return when requests arrive, in the seconds that are stated, from 0 on; the seed decides on Poisson's.

    Raises:
        UsageError: They are none, too many, or take too long; or the recording cannot be read.
    """
    match load.arrivals:
        case Poisson(rate):
            length = load.length or LENGTH_HERE * load.time_lapse
            _must_fit(load, min(length, math.inf if load.requests is None else load.requests / rate))
            times = list(_first(_poisson(rate, seed), length, load.requests or MOST_REQUESTS + 1))
        case path:
            from telemetry.lab.run.load.recorded import recorded_times  # noqa: PLC0415  # numpy is slow to import

            times = list(_first(iter(recorded_times(path)), load.length, load.requests))
            _must_fit(load, times[-1] if times else 0.0)
    if not times:
        raise UsageError("--arrivals: no request arrives in that time; name a longer one by --for")
    if len(times) > MOST_REQUESTS:
        raise UsageError(
            f"--arrivals: more than {MOST_REQUESTS:,} requests are too many for one run; name fewer by "
            "--requests, or a shorter time by --for"
        )
    return times


def _first(times: Iterator[float], length: float | None, most: int | None) -> Iterator[float]:
    return islice(times if length is None else takewhile(lambda at: at < length, times), most)


def _poisson(rate: float, seed: int) -> Iterator[float]:
    random, now = Random(f"{seed} arrivals"), 0.0  # noqa: S311 # repeatable on purpose, keeps no secret
    while True:
        now += random.expovariate(rate)
        yield now


def _must_fit(load: Load, length: float) -> None:
    """Refuse a run that takes too long here.

    Raises:
        UsageError: It would.
    """
    here = length / load.time_lapse
    if here > LONGEST_HERE:
        raise UsageError(
            f"--arrivals: {length / 3600:.3g} hours would take {here / 3600:.3g} hours here, and "
            f"{LONGEST_HERE / 3600:.0f} are allowed; take the first part by --for, or all of it by "
            f"--time-lapse {math.ceil(length / LONGEST_HERE)}"
        )


def _rate(per_second: float) -> str:
    """Write a rate in the largest unit in which it is a whole number, or else by the second."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600), ("d", 86400)):
        number = per_second * seconds
        if number >= 1 and abs(number - round(number)) < 1e-9:
            return f"{number:.0f}/{unit}"
    return f"{per_second:.6g}/s"
