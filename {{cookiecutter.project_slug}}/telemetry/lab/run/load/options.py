"""The options of a run under load; what does not go with them is refused."""

import argparse
import math
from pathlib import Path
from typing import Final

from telemetry.lab.run.load.arrivals import LENGTH_HERE, LONGEST_HERE, MOST_REQUESTS, Load
from telemetry.lab.usage import UsageError, count_of
from telemetry.workload import DURATION, PUBLISHED, UNITS, Poisson, Pool, arrivals_of, pool_of

NOT_WITH_ARRIVALS: Final = {
    "environments": "--environments: arrivals and pool decide how many there are; see --requests and --for",
    "invocations": "--invocations: arrivals decide how many events an environment gets; see --requests",
    "quick": "--quick: say how much by --requests or --for",
    "precision": "--precision: arrivals decide how many environments there are; see --requests and --for",
    "idle": "--idle: the pool decides how long an environment is idle; see --pool",
}
ONLY_WITH_ARRIVALS: Final = ("pool", "time_lapse", "length", "requests")


def add_arrivals(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    load = parser.add_argument_group("requests as they come, to several environments at once")
    load.add_argument(
        "--arrivals",
        type=_arrivals,
        metavar="poisson:3/s|FILE",
        help="send requests when they arrive, each to the newest idle environment or, where all are busy, to "
        "a new one: by chance at a mean rate, or as a file tells, of time stamps (one a line) or of records "
        "in any shape that the report reads. A run begins without environments, and ends all of them",
    )
    load.add_argument(
        "--pool",
        type=pool_of,
        metavar="idle=630s,age=4h",
        help="when idle environments are ended: not used for so long, or so old; with spread=0.2 and "
        "age_spread=0.2 times are log-normal (default: published, idle="
        f"{PUBLISHED.idle:.0f}s,age={PUBLISHED.age / 3600:.0f}h, which explains measurements of Lambda)",
    )
    load.add_argument(
        "--time-lapse",
        type=_factor,
        metavar="FACTOR",
        help="let arrivals and the pool's times pass so many times faster. Requests take as long as ever, so "
        "more of them meet than would at the stated speed; the records say the factor (default: 1)",
    )
    load.add_argument(
        "--for",
        dest="length",
        type=_duration,
        metavar="DURATION",
        help="how long requests arrive, in the time that is stated, such as 10min (default: "
        f"{LENGTH_HERE / 60:.0f}min times --time-lapse, or the whole file). Here it may take "
        f"{LONGEST_HERE / 3600:.0f} hours",
    )
    load.add_argument(
        "--requests",
        type=count_of,
        metavar="N",
        help=f"requests at most (default: all that arrive, up to {MOST_REQUESTS:,})",
    )


def load_from(given: argparse.Namespace) -> Load | None:
    """Read the options; None without `--arrivals`.

    Raises:
        UsageError: They do not go together.
    """
    if given.arrivals is None:
        for name in ONLY_WITH_ARRIVALS:
            if getattr(given, name) is not None:
                option = {"length": "for"}.get(name, name.replace("_", "-"))
                raise UsageError(f"--{option}: is of use with --arrivals only")
        return None
    for name, why in NOT_WITH_ARRIVALS.items():
        if getattr(given, name):
            raise UsageError(f"{why}, or leave out --arrivals")
    if len(given.memory) > 1:
        raise UsageError(
            "--memory: a function has one size at a time, and environments of several would share a pool "
            "that no function has; run one size after the other, with the same --seed"
        )
    if given.init_type != "on-demand":
        raise UsageError(f"--init-type {given.init_type}: arrivals start environments on demand")
    return Load(
        arrivals=given.arrivals,
        pool=_on_demand(given.pool or PUBLISHED),
        time_lapse=given.time_lapse or 1.0,
        length=given.length,
        requests=given.requests,
        at_once=given.at_once,
    )


def _on_demand(pool: Pool) -> Pool:
    if pool.proactive:
        raise UsageError(
            "--pool proactive=: the lab starts an environment when a request needs it; see --idle, without "
            "--arrivals, for those that Lambda starts ahead of time"
        )
    return pool


def _arrivals(text: str) -> Poisson | Path:
    if text.startswith("poisson:") or not Path(text).exists():
        return arrivals_of(text)
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"must be poisson:RATE/s or a file: got {text!r}")
    return Path(text)


def _duration(text: str) -> float:
    found = DURATION.fullmatch(text)
    seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"must be like 90s, 10min, 4h or 2d: got {text[:40]!r}")
    return seconds


def _factor(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 1 <= found < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number, 1 or greater: got {text[:40]!r}")
    return found
