"""A lab run may send an arm fewer requests: its warm ones count more often, so that arms stay comparable."""

from typing import Any

import pytest

from telemetry.report.errors import UnusableError
from telemetry.report.read.records import Lab
from telemetry.report.read.totals import warm_weights_of
from telemetry.report.show.document import document
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

ARMS = {"init": 40, "first_invocation": 40, "every_invocation": 40}
FEWER = Run(arms=ARMS, fewer={"every_invocation": 3}, lab=True)
ALIKE = Run(arms=ARMS, lab=True)


def report(run: Run) -> dict[str, Any]:
    return dict(document(verdict_from(run.lines())))


def lab(**by_arm: int) -> Lab:
    return Lab(v=1, invocations_by_arm=by_arm)


def against_stock(verdict: dict[str, Any], estimand: str) -> dict[str, Any]:
    (found,) = (
        one
        for one in verdict["comparisons"]
        if (one["baseline"], one["estimand"]) == ("every_invocation", estimand)
    )
    return dict(found)


def test_weights_give_all_environments_as_many_requests() -> None:
    assert warm_weights_of([lab(init=12, first_invocation=12, every_invocation=3)]) == {
        "every_invocation": 5.5
    }
    assert warm_weights_of([lab(init=3, every_invocation=12)]) == {"init": 5.5}
    assert warm_weights_of([lab(init=12, every_invocation=12), lab()]) == {}


def test_runs_of_other_numbers_are_refused() -> None:
    with pytest.raises(UnusableError, match="one by one"):
        warm_weights_of([lab(init=12, every_invocation=3), lab()])


@pytest.mark.parametrize("estimand", ["user_visible_ms", "billed_ms"])
def test_difference_is_that_of_a_run_without_fewer(estimand: str) -> None:
    few, all_ = (against_stock(report(run), estimand) for run in (FEWER, ALIKE))
    assert few["low"] < all_["difference_ms"] < few["high"]
    assert all_["low"] < few["difference_ms"] < all_["high"]
    assert few["n_requests"] == {"init": 480, "every_invocation": 120}


def test_ledger_explains_it() -> None:
    ledger = report(FEWER)["ledger"]
    assert ledger["agreement"] == "agrees"


def test_shares_of_waiting_are_those_of_all_requests() -> None:
    splits = report(FEWER)["time_split"]
    (stock,) = (one for one in splits if one["placement"] == "every_invocation")
    shares = [part["share"] for part in stock["parts"] if part["kind"] in {"INIT", "first request", "warm"}]
    assert sum(shares) == pytest.approx(1)


def test_percentiles_are_not_told_of_another_mix() -> None:
    verdict = report(FEWER)
    assert {one["baseline"] for one in verdict["percentiles"]} == {"first_invocation"}
    assert verdict["warm_weights"] == {"every_invocation": 5.5}
    assert report(ALIKE)["warm_weights"] == {}
