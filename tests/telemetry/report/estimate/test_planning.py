import json

import pytest

from adapter.placement import Weights
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.jackknife import difference
from telemetry.report.estimate.planning import Plan, plan_of
from tests.telemetry.report.reported import evidence_from
from tests.telemetry.report.simulation import Run

HALVES: Weights = {"init": 50, "first_invocation": 50}
BOTH = {"init": 40, "first_invocation": 40}


def plan(
    run: Run, precision: str = "5", weights: Weights | None = None, per_day: float | None = None
) -> Plan:
    return plan_of(evidence_from(run.lines()), weights or HALVES, precision, per_day)


def test_planned_size_gives_the_precision() -> None:
    found = plan(Run(arms=BOTH, seed=1), "4")
    size = found.environments["init"]
    widths = []
    for seed in range(5):
        run = Run(arms={"init": size, "first_invocation": size}, seed=seed + 10)
        sums = evidence_from(run.lines()).totals.sums
        arms = ratios(sums, sums.user)
        seen = difference(arms["first_invocation"], arms["init"])
        widths.append((seen.high - seen.low) / 2)
    assert sum(widths) / 5 == pytest.approx(4, rel=0.2)


def test_twice_as_precise_takes_four_times_as_many() -> None:
    coarse, fine = plan(Run(arms=BOTH), "2"), plan(Run(arms=BOTH), "1")
    assert fine.environments["init"] == pytest.approx(4 * coarse.environments["init"], rel=0.05)


def test_percent_is_of_a_request() -> None:
    run = Run(arms=BOTH)
    mean = verdict_mean(run)
    assert plan(run, "3%").margin_ms == pytest.approx(0.03 * mean)


def verdict_mean(run: Run) -> float:
    sums = evidence_from(run.lines()).totals.sums
    return ratios(sums, sums.user)["init"].value


def test_weights_share_the_environments() -> None:
    found = plan(Run(arms=BOTH), "3", {"init": 90, "first_invocation": 10})
    assert found.environments["init"] == pytest.approx(9 * found.environments["first_invocation"], rel=0.01)
    assert found.smallest == found.environments["first_invocation"]


def test_coarse_plans_still_reach_the_minimum() -> None:
    found = plan(Run(arms=BOTH), "1000")
    assert found.environments == {"init": 20, "first_invocation": 20}


def test_one_arm_stands_in_for_the_other() -> None:
    found = plan(Run(arms={"init": 40}))
    assert (found.borrowed, found.spread_of) == (["first_invocation"], "init")


def test_observed_traffic_gives_days() -> None:
    lines = []
    for number, line in enumerate(Run(arms={"init": 40}, lab=False).lines()):
        record = json.loads(line)
        if "at" in record:
            record["at"] = 1_760_000_000_000 + number * 3_600_000 / 20
        lines.append(json.dumps(record))
    found = plan_of(evidence_from(lines), HALVES, "2", None)
    assert found.per_day is not None
    days = len(lines) / 20 / 24
    assert found.per_day == pytest.approx(40 / days, rel=0.02)
    assert found.days == pytest.approx(sum(found.environments.values()) / found.per_day)


def test_lab_tells_no_days() -> None:
    found = plan(Run(arms=BOTH))
    assert found.days is None
    assert plan(Run(arms=BOTH), per_day=10).days is not None


def test_difference_found_is_larger_than_the_margin() -> None:
    found = plan(Run(arms=BOTH), "2")
    assert found.detectable_ms / found.margin_ms == pytest.approx((1.96 + 0.84) / 1.96, rel=0.03)


@pytest.mark.parametrize("text", ["", "0", "-1", "many", "nan", "inf", "%"])
def test_bad_precision_is_refused(text: str) -> None:
    with pytest.raises(UnusableError, match="--precision"):
        plan(Run(arms=BOTH), text)


def test_few_environments_plan_nothing() -> None:
    said = r"9 environments are too few .* 10 of one arm are needed.*lab --environments 25"
    with pytest.raises(UnusableError, match=said):
        plan(Run(arms={"init": 9}))


def test_endless_plans_are_refused() -> None:
    with pytest.raises(UnusableError, match="ask for less precision"):
        plan(Run(arms=BOTH), "0.0001")
