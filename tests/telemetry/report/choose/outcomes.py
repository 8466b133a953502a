"""Outcomes of options whose numbers are stated, for tests of what is said and drawn of them."""

from dataclasses import replace
from typing import Any

import numpy as np

from telemetry.prices import prices_of
from telemetry.report.choose.choice import Wanted, recommended
from telemetry.report.choose.forecast import Outcome, Samples
from telemetry.report.choose.levels import Traffic
from telemetry.report.choose.options import Option
from telemetry.report.choose.recorded import Arm
from telemetry.report.choose.study import Asked, Choice
from telemetry.workload import Pool
from tests.telemetry.report.choose.test_options import arm

INIT = Arm("init", 1024)


def outcome(
    name: str, dollars: float | None, p99_ms: float, spread: float = 0.02, cold: float = 0.01
) -> Outcome:
    """An option with intervals of about twice the spread on both sides."""
    chance = np.append(0.0, np.random.default_rng(1).standard_normal(400))

    def around(value: float) -> np.ndarray:
        return value * np.exp(spread * chance)

    samples = Samples(
        np.minimum(1.0, around(cold)), around(p99_ms / 4), around(p99_ms / 2), around(p99_ms),
        None if dollars is None else around(dollars),
    )  # fmt: skip
    return Outcome(Option(name, "this traffic", INIT, arm(100, 1100)), samples)


def choice_of(outcomes: list[Outcome], wanted: Wanted = Wanted(), **other: Any) -> Choice:  # noqa: B008  # frozen
    """A choice among them, two weeks with a request every ten minutes behind it."""
    at = np.arange(2016.0) * 600
    return replace(
        Choice(
            asked=Asked(prices_of("us-east-1", "x86_64", None), wanted),
            traffic=Traffic(at, np.full(len(at), 0.1), 0.0, 14 * 86400.0),
            outcomes=outcomes, unmeasured=[], recommendation=recommended(outcomes, wanted), pool=Pool(),
            pool_source="fitted", ended=30, back_test=None, picks=None, needed=np.ones(168, np.int64),
            break_even=None, relative_to=None, notes=(),
        ),
        **other,
    )  # fmt: skip
