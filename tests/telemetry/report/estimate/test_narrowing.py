"""How the interval narrowed: its last look is the answer itself."""

import pytest

from telemetry.report.estimate.narrowing import LOOKS, Narrowing
from telemetry.report.estimate.results import Results
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import HALVES, Run

LAZY = {"init": 60, "first_invocation": 60}


def looked_at(results: Results) -> Narrowing:
    assert results.narrowing is not None
    return results.narrowing


@pytest.mark.parametrize("planned", [None, 40, 400], ids=["any time", "reached", "interim"])
def test_last_look_is_the_comparison(planned: int | None) -> None:
    run = Run(arms=LAZY, lab=False, experiment=HALVES, planned=planned, noise=0.3)
    results = results_from(run.lines())
    found = looked_at(results)
    answer = next(
        one
        for one in results.comparisons
        if (one.baseline, one.estimand) == ("first_invocation", "first_request_ms")
    )
    last = found.looks[-1]
    assert (found.baseline, found.estimand) == (answer.baseline, answer.estimand)
    assert found.any_time is (planned is None)
    assert last.environments == sum(answer.n_environments.values())
    assert (last.difference_ms, last.low, last.high) == pytest.approx(
        (answer.difference_ms, answer.low, answer.high)
    )


def test_intervals_narrow_in_order_of_birth() -> None:
    found = looked_at(results_from(Run(arms=LAZY, lab=False, experiment=HALVES, noise=0.3).lines()))
    assert len(found.looks) <= LOOKS
    assert [one.at for one in found.looks] == sorted(one.at for one in found.looks)
    first, last = found.looks[0], found.looks[-1]
    assert last.high - last.low < (first.high - first.low) / 2


def test_before_and_after_is_no_experiment_to_look_at_again() -> None:
    assert results_from(Run(arms=LAZY, lab=False).lines()).narrowing is None


def test_few_environments_have_no_looks() -> None:
    few = {"init": 9, "first_invocation": 9}
    assert results_from(Run(arms=few).lines()).narrowing is None
