"""The proposed size of an experiment in words: what it takes, what it finds, how to declare it."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console
from rich.text import Text

from adapter.placement import EXPERIMENT_VARIABLE, PLANNED_VARIABLE
from telemetry.report.estimate.deciding.assignment import as_written
from telemetry.report.estimate.digits import digits
from telemetry.report.estimate.planning import WEEK_DAYS, Plan, Planned
from telemetry.report.estimate.pool import DAY_S
from telemetry.report.show.terminal import WIDEST
from telemetry.workload import PUBLISHED

OF: Final[Mapping[Planned, str]] = {
    "first_request_ms": "in the first request of an environment",
    "user_visible_ms": "per request",
}


def show_plan(plan: Plan, console: Console) -> None:
    """Print the plan, first the sentence."""
    console.print(Text("\n\n".join(_paragraphs(plan))), highlight=False, width=min(console.width, WIDEST))


def show_traffic(per_second: float, request_ms: float, per_day: float, console: Console) -> None:
    """Say what a rate of requests means in environments, before anything was recorded."""
    requests = per_second * DAY_S / max(per_day, 1)
    text = (
        f"{digits(per_second, 6)} requests a second of {digits(request_ms, 6)} ms each, steady and at "
        f"random, start about {per_day:.0f} environments a day, each for some {requests:.0f} requests. "
        f"That takes Lambda to keep an idle environment for {PUBLISHED.idle:.0f} s, and none for longer than "
        f"{PUBLISHED.age / 3600:.0f} hours, as published measurements suggest. Bursts start more, and "
        "records say it better."
    )
    console.print(Text(text), highlight=False, width=min(console.width, WIDEST))


def _paragraphs(plan: Plan) -> Iterator[str]:
    arms = ", ".join(f"{count} of {arm}" for arm, count in plan.environments.items())
    days = "" if plan.days is None else f", about {_days(plan.days)} at {plan.per_day:.0f} new ones a day"
    yield (
        f"For an interval of about +-{digits(plan.margin_ms, 2)} ms around the difference "
        f"{OF[plan.estimand]}: {arms} environments{days}."
    )
    if plan.too_coarse:
        yield (
            "That is too coarse: the whole startup, which is all that a placement moves, weighs "
            f"{digits(plan.load_ms or 0, 2)} ms there and no more, so nothing could be found. Ask for "
            f"--precision {_typed((plan.load_ms or 0) / 5)} or less."
        )
    yield from _week(plan)
    yield (
        f"A true difference of {digits(plan.detectable_ms, 2)} ms would then be found 4 times in 5, a "
        "smaller one less often; where there is none at all, one would be found 1 time in 20."
    )
    if plan.borrowed:
        yield (
            f"No {' nor '.join(plan.borrowed)} was recorded: its requests are taken to vary as those of "
            f"{plan.spread_of} do. Plan again after the first day."
        )
    if plan.days is None:
        place = "this machine" if plan.lab else "Lambda"
        yield (
            f"The records, from {place}, do not tell how many environments start in a day: say it with "
            "--per-day N, or the traffic with --per-second N, to get the number of days."
        )
    weights = as_written(plan.weights)
    yield (
        f"Declare it, {plan.smallest} environments per arm, and look at the verdict when they are reached.\n"
        "As environment variables of the function:\n"
        f"  {EXPERIMENT_VARIABLE}={weights}\n  {PLANNED_VARIABLE}={plan.smallest}\n"
        "Or as parameters of the stack, in `parameter_overrides` of samconfig.toml:\n"
        f'  "Experiment={weights}",\n  "ExperimentPlanned={plan.smallest}",'
    )


def _week(plan: Plan) -> Iterator[str]:
    if plan.week_margin_ms is not None:
        margin = plan.week_margin_ms
        yield f"A week of this traffic gives about +-{digits(margin, 2)} ms: --precision {_typed(margin)}."
    elif plan.per_day is not None:
        yield (
            f"A week of this traffic starts {WEEK_DAYS * plan.per_day:.0f} environments: too few for a "
            "verdict, whatever the precision."
        )


def _typed(value: float) -> str:
    """Write 1234 as 1200, as an option takes it."""
    return digits(value, 2).replace(",", "")


def _days(days: float) -> str:
    if days < 1:
        return f"{max(1, math.ceil(days * 24))} hours"
    return f"{math.ceil(days)} days"
