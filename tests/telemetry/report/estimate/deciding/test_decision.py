"""When a difference decides between INIT and lazy, and what keeps it from that."""

import math
from dataclasses import replace

import pytest

from telemetry.report.estimate.deciding.decision import deciding
from telemetry.report.show.meaning import KEEP, LAZY
from telemetry.report.show.verdict import Verdict, verdict_of
from tests.telemetry.report.deployed import DAY, HOUR, Life, Served, log
from tests.telemetry.report.reported import results_from, verdict_from

ARMS = ("init", "first_invocation")


def verdict(
    means: tuple[float, float] = (20.0, 40.0),
    fails: tuple[int, int] = (0, 0),
    planned: int | None = 25,
    experiment: str | None = "init=50,first_invocation=50",
    spread: float = 2.0,
    requests: int = 40,
) -> Verdict:
    """25 environments an arm; `fails` is how many of each environment's requests answer 500, in 1 ms."""
    lives = []
    for number in range(25):
        for arm, mean, failing in zip(ARMS, means, fails, strict=True):
            ms = mean + spread * math.sin(number)
            served = [
                Served(1.0, 500) if one >= requests - failing else Served(ms) for one in range(requests)
            ]
            life = Life(f"{arm}{number}", arm, number * HOUR, served, experiment, planned)
            lives.append(life)
    return verdict_from(log(lives))


def said(verdict: Verdict) -> str:
    return verdict.meaning or ""


def test_randomised_material_and_alike_in_failures_decides() -> None:
    found = verdict()
    assert (found.results.decisions[0].decides, found.results.decisions[0].better) == (True, "init")
    assert said(found).endswith(KEEP[1:])
    assert said(verdict((40.0, 20.0))).endswith(LAZY[1:])


def test_no_failure_seen_is_a_condition_until_so_many_requests_bound_it() -> None:
    few, many = verdict(), verdict(requests=160)
    assert few.results.decisions[0].unseen_failures == pytest.approx(0.0037, abs=0.0001)
    assert said(few) == (
        "None of the requests failed, but so few of them leave open a difference of up to 0.37 points. If "
        f"there is none, t{KEEP[1:]}"
    )
    assert (
        "keep INIT, if failures are alike (none seen, 0.37 points left open); INIT saves" in few.headline[1]
    )
    assert "if environments fail as a whole, up to 14 % of them" in " ".join(few.notes)
    assert many.results.decisions[0].unseen_failures is None
    assert said(many) == KEEP
    assert "left open" not in many.headline[1]


def test_failures_that_were_seen_make_no_condition() -> None:
    assert verdict(fails=(0, 8)).results.decisions[0].unseen_failures is None


def test_v2_mean_of_failures_decides_nothing_though_both_arms_fail_alike() -> None:
    found = verdict((20.0, 40.0), fails=(160, 160), requests=160)
    assert (
        found.headline[0] == "Most requests failed: 4000 of 4000 of init, 4000 of 4000 of first_invocation."
    )
    assert found.results.failure_differences[0].shares == "alike"
    assert "most requests failed" in found.results.decisions[0].obstacles
    half = verdict((20.0, 40.0), fails=(80, 80), requests=160)
    assert "most requests failed" not in half.results.decisions[0].obstacles
    assert not half.headline[0].startswith("Most requests failed")


def test_failures_of_unknown_arm_are_failures() -> None:
    lives = [
        Life(f"{arm}{number}", arm, number * HOUR, [Served(20.0)] * 40, planned=25)
        for number in range(25)
        for arm in ARMS
    ]
    unknown = [
        line for line in Life("gone", "init", 0.0, [Served(3000.0, None)] * 9).lines() if "report" in line
    ]
    found = verdict_from([*log(lives), *unknown])
    (difference,) = found.results.failure_differences
    assert (difference.none_failed, difference.shares) == (False, "cannot tell")
    assert not any("no request failed" in note for note in found.notes)
    assert found.results.decisions[0].obstacles[-1] == "failures of unknown arm"
    assert "failures cannot be told alike" not in found.results.decisions[0].obstacles


def test_v2_fast_errors_forbid_to_decide() -> None:
    found = verdict((20.0, 21.0), fails=(12, 0), spread=0.2)
    assert found.results.comparisons[0].finding == "saves"
    share = found.results.failures[0]
    assert (share.placement, share.failed, share.share) == ("init", 300, 0.3)
    difference = found.results.failure_differences[0]
    assert difference.shares == "arm fails more"
    assert difference.difference == pytest.approx(-0.3)
    assert found.results.decisions[0].obstacles == ["fails more"]
    assert "decides" not in found.sentence + said(found)
    assert found.headline[0] == (
        "Requests of init fail more often than those of first_invocation, by 30.00 points [29.63, 30.00]."
    )


def test_failures_that_point_the_same_way_are_said_first() -> None:
    found = verdict(fails=(0, 8))
    assert found.results.comparisons[0].finding == "saves"
    assert found.results.decisions[0].fewer_failures_too
    assert found.sentence.startswith("Requests of first_invocation fail more often")
    assert said(found) == f"The better arm fails less often as well. {KEEP}"


def test_failures_that_cannot_be_told_alike_forbid_to_decide() -> None:
    lives = []
    for number in range(25):
        for arm, mean in zip(ARMS, (20.0, 40.0), strict=True):
            failing = arm == "init" and number in {3, 9}
            served = [Served(mean, 500 if failing and one < 2 else 200) for one in range(40)]
            lives.append(Life(f"{arm}{number}", arm, number * HOUR, served, planned=25))
    found = verdict_from(log(lives))
    assert found.results.failure_differences[0].shares == "cannot tell"
    assert found.results.decisions[0].obstacles == ["failures cannot be told alike"]
    assert "does not decide" in said(found)


def test_first_requests_decide_where_all_requests_hide_it() -> None:
    all_requests = verdict((20.0, 20.1), spread=0.01).results.decisions[0]
    first = replace(all_requests, estimand="first_request_ms", decides=True, better="init", obstacles=[])
    assert deciding([all_requests, first]) is first
    unclear = replace(first, decides=False, better=None, obstacles=["no difference seen"])
    assert deciding([replace(all_requests, decides=True, better="init"), unclear]) is unclear
    against = replace(all_requests, decides=True, better="first_invocation", obstacles=[])
    torn = deciding([against, first])
    assert torn is not None
    assert (torn.decides, torn.better, torn.obstacles) == (False, None, ["first and all requests disagree"])
    assert deciding([all_requests]) is all_requests
    assert deciding([]) is None


def test_v8_before_and_after_is_no_experiment() -> None:
    lives = [
        Life(f"{arm}{n}", arm, day * DAY + n * HOUR, [Served(ms + n % 2)] * 10, experiment=None)
        for day, arm, ms in ((0, "first_invocation", 37.0), (7, "init", 20.0))
        for n in range(30)
    ]
    found = verdict_from(log(lives))
    assert found.results.comparisons[0].finding == "saves"
    assert found.results.decisions[0].obstacles == ["not randomised"]
    assert said(found) == (
        "This does not decide whether to start up in INIT or lazily: nothing assigned the arms by chance, "
        "and before and after is no experiment."
    )
    assert found.headline[1].startswith(
        "INIT or lazy: not decided, as nothing assigned the arms by chance, and before and after is no "
        "experiment; INIT saves 17.0 ms [16.7, 17.3] in the first request of an environment"
    )
    assert found.headline[2].endswith("30 environments an arm, no experiment.")


def test_v9_ramped_weights_are_strata() -> None:
    lives = []
    for day, (kept, lazy), ms in ((0, (90, 10), 20.0), (7, (10, 90), 60.0)):
        for arm, share in zip(ARMS, (kept, lazy), strict=True):
            declared = f"init={kept},first_invocation={lazy}"
            lives += [
                Life(f"{day}{arm}{n}", arm, day * DAY + n * HOUR,
                     [Served(ms + math.sin(n + ord(arm[0])))] * 10, declared, 50)
                for n in range(share)
            ]  # fmt: skip
    found = results_from(log(lives))
    assert [one.weights for one in found.strata] == [
        "first_invocation 0.1, init 0.9",
        "first_invocation 0.9, init 0.1",
    ]
    assert found.stratified
    assert found.comparisons[0].difference_ms == pytest.approx(0, abs=0.3)
    assert not found.decisions[0].decides


def test_v10_certain_and_tiny_is_no_difference_that_matters() -> None:
    found = verdict((20.0, 20.19), spread=0.03)
    comparison = found.results.comparisons[0]
    assert comparison.low is not None
    assert comparison.low > 0
    assert comparison.finding == "no difference that matters"
    assert found.results.decisions[0].obstacles == ["no difference that matters"]
    assert said(found).endswith("makes no difference that matters to the mean: either will do.")


def test_v12_one_environment_with_nearly_all_requests_has_no_interval() -> None:
    lives = [
        Life(
            f"{arm}{n}", arm, n * HOUR, [Served(20.0 + n % 3)] * (30_000 if n == 0 and arm == "init" else 10)
        )
        for arm in ARMS
        for n in range(25)
    ]
    found = results_from(log(lives)).comparisons[0]
    assert (found.low, found.high, found.times_low, found.times_high) == (None,) * 4
    assert found.finding == "cannot tell yet"


def test_v20_v21_an_experiment_says_where_its_number_stands() -> None:
    assert "as assigned, in a shared pool, for the recorded traffic" in verdict().sentence
    assert "shared pool" not in verdict(experiment=None, planned=None).sentence


def test_v1_time_outs_of_unknown_stream_are_of_the_arm_whose_records_have_gaps() -> None:
    lives = []
    for number in range(40):
        for arm in ARMS:
            first = Served(43.0, init_ms=100.0) if arm == "init" else Served(45.0, init_ms=55.0)
            if arm != "init" and number % 10 < 3:
                first = Served(3000.0, None, 55.0)
            served = [first, *[Served(5.0 + number % 3)] * 19]
            lives.append(Life(f"{arm}{number}", arm, number * HOUR, served, planned=40))
    found = verdict_of(results_from(log(lives)))
    comparison, share = found.results.comparisons[0], found.results.failure_differences[0]
    expected = (0.7 * 100 + 0.3 * 3055 - 143) / 20
    assert comparison.difference_ms == pytest.approx(expected)
    assert comparison.finding == "saves"
    assert share.shares == "baseline fails more"
    assert share.difference == pytest.approx(12 / 800)
    assert found.results.bounds == []
    assert found.sentence.startswith(
        "Requests of first_invocation fail more often than those of init, by 1.50 points [0.63, 2.24]"
    )
    assert [(one.placement, one.in_figures, one.timed_out) for one in found.results.unrecorded] == [
        ("first_invocation", True, 12)
    ]


def test_v1_time_outs_that_no_gap_explains_are_bounded() -> None:
    lines = log(
        Life(f"{arm}{n}", arm, n * HOUR, [Served((20.0, 40.0)[arm != "init"] + math.sin(n))] * 40, planned=25)
        for n in range(25)
        for arm in ARMS
    )
    lost = log([Life("x", "init", 0.0, [Served(3000.0, None)] * 20, experiment=None, ended=False)])
    found = verdict_of(results_from([*lines, *lost]))
    bound = found.results.bounds[0]
    assert bound.requests == 20
    assert bound.lowest_ms == pytest.approx(40 - (20 * 1000 + 20 * 3000) / 1020, abs=0.2)
    assert bound.highest_ms == pytest.approx((40 * 1000 + 20 * 3000) / 1020 - 20, abs=0.2)
    assert found.results.decisions[0].obstacles == ["failures of unknown arm"]
    assert any(
        note.startswith("20 requests failed that nothing gives to an environment") for note in found.notes
    )
