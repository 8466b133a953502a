"""A run with `--precision` ends at a look that was fixed before, by the interval that the report shows."""

import re
from pathlib import Path

import pytest

from adapter.placement import Placement
from telemetry.lab.run.precision import FEWEST, MOST, FirstRequest, Precision, batches
from telemetry.report.estimate.intervals import MINIMUM_EFFECTIVE
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 24, "first_invocation": 24}


def firsts(placement: Placement, *ms: float, memory_mb: int = 1024) -> list[FirstRequest]:
    return [FirstRequest(placement, memory_mb, one) for one in ms]


def both(spread_ms: float, memory_mb: int = 1024) -> list[FirstRequest]:
    """Twenty environments of each arm, half of them so much slower than the others."""
    return [
        *firsts("init", *[900, 900 + spread_ms] * 10, memory_mb=memory_mb),
        *firsts("first_invocation", *[1400, 1400 + spread_ms] * 10, memory_mb=memory_mb),
    ]


def test_first_look_is_where_the_report_gives_a_verdict() -> None:
    assert FEWEST == MINIMUM_EFFECTIVE
    assert batches(23) == [20, 23]
    assert batches(20) == [20]
    assert batches(MOST)[:3] == [20, 25, 30]
    assert batches(MOST)[-1] == MOST


@pytest.mark.parametrize(
    ("text", "asked_ms", "shown"),
    [("25", 25, "25 ms"), ("25ms", 25, "25 ms"), ("5%", 1450 * 0.05, "5 %"), ("0.5 ms", 0.5, "0.5 ms")],
)
def test_what_is_asked(text: str, asked_ms: float, shown: str) -> None:
    precision = Precision.of(text)
    assert str(precision) == shown
    assert precision.look(both(100)).asked_ms == pytest.approx(asked_ms)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf%", "5 percent"])
def test_what_is_no_precision(text: str) -> None:
    with pytest.raises(ValueError, match=f"^.*{re.escape(text)}.*$"):
        Precision.of(text)


def test_ends_when_the_interval_is_narrow_enough() -> None:
    look = Precision.of("40").look(both(100))
    assert (look.environments, look.difference_ms) == (20, 500)
    assert look.half_width_ms == pytest.approx(2.024 * 100 / 2 * (2 / 19) ** 0.5, rel=1e-3)
    assert look.enough
    assert not Precision.of("30").look(both(100)).enough


def test_every_memory_size_has_to_be_precise() -> None:
    look = Precision.of("40").look([*both(100), *both(200, memory_mb=512)])
    assert not look.enough
    assert look.half_width_ms == pytest.approx(2.024 * 200 / 2 * (2 / 19) ** 0.5, rel=1e-3)


def test_interval_is_that_of_the_report(tmp_path: Path) -> None:
    """Of the same first requests, as the platform reports them."""
    lines = Run(arms=ARMS, invocations=2).lines()
    (found,) = (one for one in results_from(lines).comparisons if one.estimand == "first_request_ms")
    look = Precision.of("1").look(_firsts_in(lines))
    assert found.low is not None
    assert look.difference_ms == pytest.approx(found.difference_ms)
    assert look.half_width_ms == pytest.approx(found.difference_ms - found.low)


def _firsts_in(lines: list[str]) -> list[FirstRequest]:
    """First requests by regular expressions: `Run` writes each one and then the report of it."""
    found, arm = [], ""
    for line in lines:
        if named := re.search(r'"placement":"(\w+)".*"n":1,', line):
            arm = named[1]
        elif init := re.search(r'"durationMs":([\d.]+),.*"initDurationMs":([\d.]+)', line):
            placement: Placement = "init" if arm == "init" else "first_invocation"
            found += firsts(placement, float(init[1]) + float(init[2]))
    return found
