import json
from typing import Any

import pytest

from adapter.placement import Weights
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.intervals import ratios
from telemetry.report.estimate.jackknife import difference
from telemetry.report.estimate.planning import Plan, Planned, plan_of
from telemetry.report.read.evidence import Evidence
from tests.telemetry.report.lives import spread, streams
from tests.telemetry.report.log_streams import evidence_in
from tests.telemetry.report.reported import evidence_from
from tests.telemetry.report.simulation import Run

HALVES: Weights = {"init": 50, "first_invocation": 50}
BOTH = {"init": 40, "first_invocation": 40}


def plan(
    run: Run,
    precision: str = "5",
    weights: Weights | None = None,
    per_day: float | None = None,
    estimand: Planned | None = "user_visible_ms",
) -> Plan:
    return plan_of(evidence_from(run.lines()), weights or HALVES, precision, per_day, estimand)


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


def test_environments_that_the_log_begins_with_are_no_new_ones() -> None:
    records = [json.loads(line) for line in Run(arms={"init": 40}, lab=False).lines()]
    for number, record in enumerate(records):
        if "at" in record:
            record["at"] = 1_760_000_000_000 + number * 3_600_000 / 20
    alive = list(dict.fromkeys(one["environment"] for one in records if "environment" in one))[:10]
    rest = [one for one in records if one.get("environment") not in alive or one.get("n", 1) > 1]
    assert one_day(rest) == pytest.approx(one_day(records) * 30 / 40, rel=0.02)


def one_day(records: list[dict[str, Any]]) -> float:
    found = plan_of(evidence_from(map(json.dumps, records)), HALVES, "2", None).per_day
    assert found is not None
    return found


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


def lazy_or_not(requests: int = 300) -> Evidence:
    """Requests of 6 ms with some 5 ms of noise of machines; a startup of 700 ms, once in each environment."""
    lives = [
        life
        for arm, first, init in (("init", 6.0, 1000.0), ("first_invocation", 919.0, 300.0))
        for life in spread(arm, 30, first, 20.0, requests, init_ms=init, sd=24, warm_sd=3.5, seed=1)
    ]
    return evidence_in(streams(lives))


def test_v4_first_requests_are_planned_for_where_a_lazy_startup_is_an_arm() -> None:
    evidence = lazy_or_not()
    assert plan_of(evidence, HALVES, "5", None).estimand == "first_request_ms"
    stock: Weights = {"init": 90, "every_invocation": 10}
    assert plan_of(evidence, stock, "5", None).estimand == "user_visible_ms"


def test_v4_planned_size_gives_the_precision_of_first_requests() -> None:
    found = plan_of(lazy_or_not(), HALVES, "5", None)
    # sd 24 in each arm: 1.96 * 24 * sqrt(2 / n) <= 5 from n = 178 on.
    assert found.environments["init"] == pytest.approx(178, rel=0.35)
    assert not found.too_coarse


def test_v4_precision_coarser_than_the_whole_load_is_too_coarse() -> None:
    # 700 ms of startup are 2.3 ms of each of 300 requests, times the boost of INIT at an unknown memory size.
    evidence = lazy_or_not()
    found = plan_of(evidence, HALVES, "50", None, "user_visible_ms")
    assert found.too_coarse
    assert found.load_ms == pytest.approx(700 / 300 * 1769 / 128, rel=0.01)
    assert not plan_of(evidence, HALVES, "1", None, "user_visible_ms").too_coarse


def test_v4_week_says_what_precision_fits_it() -> None:
    evidence = lazy_or_not()
    found = plan_of(evidence, HALVES, "5", 20.0)
    assert found.week_margin_ms is not None
    again = plan_of(evidence, HALVES, f"{found.week_margin_ms}", 20.0)
    assert again.days == pytest.approx(7, abs=0.2)


def test_percent_of_a_first_request_is_of_the_startup_if_that_is_longer() -> None:
    found = plan(Run(arms=BOTH, start="proactive"), "10%", estimand="first_request_ms")
    assert found.margin_ms == pytest.approx(72.2, rel=0.03)
