"""Two runs beside each other: what changed, where an interval means something."""

import pytest

from telemetry.report.estimate.two_runs import Change, TwoRuns, two_runs
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 25, "every_invocation": 25}


def compared(first: Run, second: Run) -> TwoRuns:
    return two_runs(results_from(first.lines()), results_from(second.lines()))


def by_name(found: TwoRuns) -> dict[str, Change]:
    return {one.what: one for one in found.changes}


def test_a_run_and_itself_differ_by_nothing() -> None:
    found = compared(Run(arms=ARMS), Run(arms=ARMS))
    assert found.same_machine
    for one in found.changes:
        assert one.difference.value == 0
        assert one.difference.low is None or one.difference.low <= 0 <= (one.difference.high or 0)


def test_slower_requests_are_found() -> None:
    one = by_name(compared(Run(arms=ARMS), Run(arms=ARMS, untold_ms=100)))[
        "request, every_invocation"
    ].difference
    assert one.low is not None
    assert one.high is not None
    assert 0 < one.low < one.value < one.high
    assert one.value == pytest.approx(100, rel=0.2)


def failing(text: str) -> str:
    """Make every warm request of `init` a fast error."""
    is_warm = '"start":"warm"' in text and '"placement":"init"' in text
    return text.replace('"status":200', '"status":500') if is_warm else text


def test_v2_fast_errors_are_counted_beside_what_became_faster() -> None:
    lines = Run(arms=ARMS).lines()
    found = two_runs(results_from(lines), results_from(map(failing, lines)))
    assert [(one.what, one.before, one.after, one.after_requests) for one in found.failures] == [
        ("init", 0, 275, 300),
        ("every_invocation", 0, 0, 300),
    ]


def test_no_interval_across_machines() -> None:
    found = compared(Run(arms=ARMS), Run(arms=ARMS, lab=False))
    assert not found.same_machine
    assert found.changes
    assert {one.difference.low for one in found.changes} == {None}


def test_only_what_both_have_is_compared() -> None:
    names = by_name(compared(Run(arms=ARMS), Run(arms={"init": 25})))
    assert "request, init" in names
    assert "request, every_invocation" not in names
