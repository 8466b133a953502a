"""The proposed size of an experiment in words: what it takes, what it finds, how to declare it."""

import math
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from adapter.placement import EXPERIMENT_VARIABLE, PLANNED_VARIABLE
from telemetry.report.estimate.deciding.assignment import as_written
from telemetry.report.estimate.planning import Plan
from telemetry.report.show.terminal import WIDEST


def show_plan(plan: Plan, console: Console) -> None:
    """Print the plan, first the sentence."""
    console.print(Text("\n\n".join(_paragraphs(plan))), highlight=False, width=min(console.width, WIDEST))


def _paragraphs(plan: Plan) -> Iterator[str]:
    arms = ", ".join(f"{count} of {arm}" for arm, count in plan.environments.items())
    days = "" if plan.days is None else f", about {_days(plan.days)} at {plan.per_day:.0f} new ones a day"
    yield (
        f"For an interval no wider than +-{plan.margin_ms:.3g} ms around the difference per request: "
        f"{arms} environments{days}."
    )
    yield (
        f"A true difference of {plan.detectable_ms:.3g} ms would then be found 4 times in 5, a smaller one "
        "less often; where there is none at all, one would be found 1 time in 20."
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
            "--per-day N to get the number of days."
        )
    weights = as_written(plan.weights)
    yield (
        f"Declare it, {plan.smallest} environments per arm, and look at the verdict when they are reached.\n"
        "As environment variables of the function:\n"
        f"  {EXPERIMENT_VARIABLE}={weights}\n  {PLANNED_VARIABLE}={plan.smallest}\n"
        "Or as parameters of the stack, in `parameter_overrides` of samconfig.toml:\n"
        f'  "Experiment={weights}",\n  "ExperimentPlanned={plan.smallest}",'
    )


def _days(days: float) -> str:
    if days < 1:
        return f"{max(1, math.ceil(days * 24))} hours"
    return f"{math.ceil(days)} days"
