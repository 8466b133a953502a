"""From records to a choice: everything that the command does between reading and printing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from telemetry.prices import Prices
from telemetry.report.choose.arrivals import generated, scaled
from telemetry.report.choose.backtest import PUBLISHED_ERROR, BackTest, back_test
from telemetry.report.choose.caveats import notes_of, refusal
from telemetry.report.choose.choice import (
    Recommendation,
    Wanted,
    break_even,
    break_even_sentence,
    break_even_share,
    recommended,
)
from telemetry.report.choose.dynamics import Dynamics, Schedule, dynamics_of
from telemetry.report.choose.fit import Fit, fitted, given
from telemetry.report.choose.forecast import Outcome, Setting, forecast, relative
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.lives import Lives, lives_of
from telemetry.report.choose.options import Option, Unmeasured, lazy_set, options_of, provisioned, unmeasured
from telemetry.report.choose.provisioned import HOURS, at_once, needed_by_hour
from telemetry.report.choose.recorded import LEAST_REQUESTS, Recorded
from telemetry.report.choose.routing import Picks, picks_of
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.startup.advice import ResourceAdvice
from telemetry.report.read.columns import Numbers
from telemetry.workload import PUBLISHED, Poisson, Pool

DRAWS: Final = 30
SEED: Final = 20201
WEEK: Final = 7 * HOURS
DAY_S: Final = 86400.0
FLAT: Final = (0.5, 0.95, 0.99)
"""Shares of the requests that so many provisioned environments are enough for."""
PoolSource: TypeAlias = Literal["fitted", "published", "given"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    prices: Prices
    wanted: Wanted
    pool: Pool | None = None
    """None: fitted to the records."""
    arrivals: Poisson | None = None
    scale: float = 1.0
    assumed: str = ""
    """What was taken for granted of where the function runs, as a note."""


@dataclass(frozen=True, slots=True)
class Material:
    """All records that were read."""

    recorded: Recorded | None
    """Of the traffic; None where all of it is made up."""
    runs: Sequence[Recorded] = ()
    """Measured for their times."""
    advice: Sequence[ResourceAdvice] = ()
    """On the resources in the traffic's records, or in those of the first run where there are none."""
    function: str | None = None
    """Its name, for the commands that measure what nothing tells about."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything that is shown."""

    asked: Asked
    traffic: Traffic
    outcomes: Sequence[Outcome]
    """Empty where the back-test refuses."""
    unmeasured: Sequence[Unmeasured]
    recommendation: Recommendation
    pool: Pool
    pool_source: PoolSource
    ended: int
    """Environments whose end the pool was fitted to."""
    back_test: BackTest | None
    picks: Picks | None
    """How idle environments were picked; None where no traffic was recorded."""
    needed: Numbers
    """Environments that are enough for 99 % of the requests, by hour of the week, UTC, from Monday on."""
    break_even: str | None
    relative_to: str | None
    """Times and dollars are shares of this option's; None where they are ms and dollars."""
    notes: Sequence[str]
    now: str | None = None
    """The option that runs now; None where it is none of them, or nothing tells."""


def chosen(asked: Asked, material: Material) -> Choice:
    """Forecast every option that has a source, and choose.

    Raises:
        UnusableError: Neither records nor a run tell how long requests take, or there is no traffic.
    """
    recorded, source = material.recorded, _source(material)
    random = np.random.default_rng(SEED)
    stated = recorded is None and source.place != "lambda"
    _must_be_told(asked.wanted, stated=stated)
    options, base = options_of(recorded, list(material.runs))
    traffic = _traffic(asked, material, source, random)
    fit, pool_source = _fit(asked, recorded)
    test = None if recorded is None else _tested(recorded, asked, source.arms[base].extra, random)
    picks = None if recorded is None else picks_of(recorded.served)
    outcomes: list[Outcome] = []
    if test is None or not test.refused:
        error = PUBLISHED_ERROR if test is None else test.error
        more = _with_provisioned(options, material.advice, traffic, hourly=asked.arrivals is None)
        pools = [fit.best, *fit.draws(DRAWS - 1, random)]
        outcomes = _outcomes(asked, more, pools, traffic, error)
        outcomes = relative(outcomes, outcomes[0]) if stated else outcomes
    return Choice(
        asked=asked, traffic=traffic, outcomes=outcomes,
        unmeasured=unmeasured(options, base, material.function),
        recommendation=_recommendation(outcomes, asked, test, picks, stated=stated), pool=fit.best,
        pool_source=pool_source, ended=fit.ended, back_test=test, picks=picks, needed=_needed(traffic, asked),
        break_even=_break_even(options[0], asked.prices, stated=stated),
        relative_to=options[0].name if stated else None,
        notes=tuple(_notes(asked, recorded)), now=_now(options, recorded),
    )  # fmt: skip


def _outcomes(
    asked: Asked, options: list[Option], pools: list[Pool], traffic: Traffic, error: float
) -> list[Outcome]:
    setting = Setting(asked.prices, traffic.seconds, error, SEED)
    found = _forecasts(options, traffic, pools, setting)
    return [replace(one, certain=asked.scale == 1) for one in found]


def _needed(traffic: Traffic, asked: Asked) -> Numbers:
    """Return the need of each hour of the week; stated arrivals have the same in all, but for chance."""
    if asked.arrivals is None:
        return needed_by_hour(traffic, WEEK)
    return np.repeat(needed_by_hour(traffic, 1), WEEK)


def _now(options: list[Option], recorded: Recorded | None) -> str | None:
    if recorded is None or recorded.experiment:
        return None
    return next((one.name for one in options if one.arm == recorded.now), None)


def _source(material: Material) -> Recorded:
    """Return the records that tell how long requests take.

    Raises:
        UnusableError: They do not.
    """
    for source, what in (
        (material.recorded, "the traffic's records"),
        *((run, "--times") for run in material.runs),
    ):
        if source is not None and not source.arms:
            raise UnusableError(
                f"{what}: no arm has {LEAST_REQUESTS} requests that waited for INIT and as many that "
                "did not, and a known memory (--memory MB names it). Record a longer time."
            )
    source = material.recorded or next(iter(material.runs), None)
    if source is None:
        raise UnusableError("nothing tells how long requests take: name records of TRAFFIC, or --times")
    return source


def _must_be_told(wanted: Wanted, *, stated: bool) -> None:
    """Refuse limits of ms and of dollars where there will be ratios alone.

    Raises:
        UnusableError: There are such limits.
    """
    if stated and (wanted.p99_under_ms is not None or wanted.dollars_under is not None):
        raise UnusableError(
            "--p99-under and --under are limits of ms and of dollars, and of a lab run neither is told: "
            "leave them out, or name records of Lambda, as TRAFFIC or with --times."
        )


def _traffic(asked: Asked, material: Material, source: Recorded, random: np.random.Generator) -> Traffic:
    """Return what is replayed.

    Raises:
        UnusableError: Nothing says what arrives, or it is too much.
    """
    if asked.arrivals is not None:
        times = next(iter(source.arms.values())).warm
        found = generated(asked.arrivals, times, random)
    elif material.recorded is not None:
        found = material.recorded.traffic
    else:
        raise UnusableError("nothing to choose for: name records of TRAFFIC, or --arrivals poisson:RATE/s.")
    found = scaled(found, asked.scale, random)
    if not found.requests.any():
        raise UnusableError(
            f"no request comes in {digits(found.seconds / DAY_S)} days of such traffic: there is nothing to "
            "choose for."
        )
    return found


def _fit(asked: Asked, recorded: Recorded | None) -> tuple[Fit, PoolSource]:
    if asked.pool is not None:
        return given(asked.pool), "published" if asked.pool == PUBLISHED else "given"
    if recorded is None:
        return given(PUBLISHED), "published"
    return fitted(lives_of(recorded.served), Pool(proactive=recorded.proactive)), "fitted"


def _tested(recorded: Recorded, asked: Asked, extra: float, random: np.random.Generator) -> BackTest:
    """Try the forecast on the requests that were served on demand."""

    def fit(lives: Lives) -> Fit:
        return fitted(lives, Pool(proactive=recorded.proactive)) if asked.pool is None else given(asked.pool)

    return back_test(recorded.served, recorded.traffic.part(recorded.on_demand), fit, extra, random)


def _with_provisioned(
    options: list[Option], advice: Sequence[ResourceAdvice], traffic: Traffic, *, hourly: bool
) -> list[Option]:
    """Add the lazy set that the advice names, and provisioned environments; `hourly`: by hours too."""
    found = list(options)
    base = next((one for one in options if not one.arm.snapstart), None)
    if base is None:
        return found
    lazily = lazy_set(base, list(advice)) if base.arm.placement == "init" else None
    found += [lazily] if lazily else []
    requests = traffic.part(traffic.requests)
    together = at_once(requests.at, requests.service)
    flat = sorted({int(np.quantile(together, share, method="inverted_cdf")) for share in FLAT})
    for count in flat:
        found.append(provisioned(base, (count,), f"provisioned {count}"))
    by_hour: Schedule = tuple(needed_by_hour(traffic).tolist())
    if hourly and len(set(by_hour)) > 1 and traffic.seconds >= DAY_S:
        found.append(provisioned(base, by_hour, f"provisioned {min(by_hour)}-{max(by_hour)} by hour"))
    return found


def _forecasts(options: list[Option], traffic: Traffic, pools: list[Pool], setting: Setting) -> list[Outcome]:
    """Forecast all options; those that provision alike, with requests as long, share one replay."""
    replays: dict[tuple[Schedule, float], Dynamics] = {}
    found = []
    for option in options:
        longer = _longer(option, options[0])
        key = option.schedule, longer
        if key not in replays:
            random = np.random.default_rng(SEED)
            scaled_times = traffic if longer == 1 else replace(traffic, service=traffic.service * longer)
            replays[key] = dynamics_of(scaled_times, pools, option.schedule, option.times.extra, random)
        found.append(forecast(option, replays[key], setting))
    return found


def _longer(option: Option, base: Option) -> float:
    """Return how many times as long requests take: then as many more run at once.

    Another memory size makes them longer or shorter, and so does a lifespan that runs in each of them.
    """
    same_memory = option.arm.memory_mb == base.arm.memory_mb
    each, of_base = (one.arm.placement == "every_invocation" for one in (option, base))
    if same_memory and each == of_base:
        return 1.0
    return round(option.times.warm.mean_ms / base.times.warm.mean_ms, 2)


def _recommendation(
    outcomes: Sequence[Outcome], asked: Asked, test: BackTest | None, picks: Picks | None, *, stated: bool
) -> Recommendation:
    if test is not None and test.refused:
        return Recommendation(None, refusal(test, picks, fitted=asked.pool is None), ())
    return recommended(outcomes, asked.wanted, relative=stated)


def _break_even(base: Option, prices: Prices, *, stated: bool) -> str | None:
    found = break_even(base, prices)
    if found is None:
        return None
    return break_even_share(found) if stated else break_even_sentence(found)


def _notes(asked: Asked, recorded: Recorded | None) -> Iterator[str]:
    """Yield what has to be known of all options."""
    if asked.scale != 1:
        times = digits(asked.scale, 6)
        yield f"extrapolated: the traffic times {times} was never seen, so there is no interval"
    if recorded is not None:
        yield from notes_of(recorded, replayed=asked.arrivals is None)
    if recorded is not None and asked.arrivals is not None:
        yield f"arrivals as stated; {'pool and times' if asked.pool is None else 'times'} as recorded"
    if asked.assumed:
        yield asked.assumed
