"""Who is compared follows from births alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.telemetry.report.deployed import DAY, HOUR, T0, Life, Served, log
from tests.telemetry.report.reported import results_from


def lives(
    planned: int | None = 20,
    days: int = 20,
    each: int = 4,
    drift_ms: float = 10.0,
    shares: tuple[int, int] = (1, 1),
) -> list[Life]:
    """Both arms alike, and slower from day to day; `shares` of the arms are born each quarter of a day."""
    found = []
    for step in range(days * each):
        for arm, many in zip(("init", "first_invocation"), shares, strict=True):
            for index in range(many):
                ms = 20.0 + drift_ms * step / each + 0.5 * ((step + index) % 3)
                name = f"{arm}{step}-{index}"
                born = step * DAY / each + index * 60_000
                found.append(Life(name, arm, born, [Served(ms)] * 5, planned=planned))
    return found


def test_v7_verdict_stands_still_after_the_declared_size() -> None:
    all_lives = lives()
    looks = [results_from(log(life for life in all_lives if life.born <= day * DAY)) for day in (6, 10, 19)]
    assert [look.population.rule for look in looks] == ["planned"] * 3
    assert len({(one.comparisons[0].difference_ms, one.comparisons[0].low) for one in looks}) == 1
    assert looks[-1].comparisons[0].n_environments == {"init": 20, "first_invocation": 20}
    assert looks[-1].population.later == 2 * (4 * 19 + 1 - 20)


def test_v7_cut_is_one_time_for_both_arms_where_weights_differ() -> None:
    found = results_from(log(lives(shares=(9, 1))))
    assert found.comparisons[0].n_environments == {"init": 19 * 9 + 1, "first_invocation": 20}
    assert abs(found.comparisons[0].difference_ms) < 2  # the first 20 of each would differ by 45 ms
    assert found.comparisons[0].finding == "no difference seen"


def test_v7_before_the_declared_size_every_look_is_interim() -> None:
    found = results_from(log(lives(planned=200)))
    assert found.progress is not None
    assert (found.progress.interim, found.population.rule, found.population.later) == (True, "all", 0)
    assert "interim look" in found.decisions[0].obstacles


def test_v7_later_requests_of_the_chosen_environments_count() -> None:
    some = lives()[:40]
    some[0] = Life("again", "init", 0.0, [Served(20.0)] * 50, planned=20, ended=False)
    found = results_from(log(some))
    assert found.arms[0].requests == 19 * 5 + 50
    assert found.population.still_serving == 0  # it has been silent for days
    late = Life("late", "init", 0.0, [Served(20.0)] * 50, planned=20, ended=False, seconds_apart=36_000.0)
    serving = results_from(log([late, *some[1:]]))
    assert (serving.population.still_serving, serving.progress and serving.progress.final) == (1, False)


def test_v7_environments_that_served_nothing_are_born_too() -> None:
    idle = [
        Life(f"idle-{arm}{number}", arm, -1.0, planned=21)
        for number in range(20)
        for arm in ("init", "first_invocation")
    ]
    found = results_from(log([*idle, *lives(planned=21)]))
    assert found.population.environments == 2  # the others of the declared size served nothing
    assert found.comparisons[0].finding == "cannot tell yet"


def test_v7_without_a_size_the_interval_holds_at_every_look() -> None:
    sized, unsized = (results_from(log(lives(planned=planned, days=10))) for planned in (40, None))
    assert unsized.population.rule == "in order of birth"
    one, other = sized.comparisons[0], unsized.comparisons[0]
    assert (one.any_time, other.any_time) == (False, True)
    assert None not in {one.low, one.high, other.low, other.high}
    ratio = (other.high - other.low) / (one.high - one.low)  # type: ignore[operator]  # told above
    assert ratio == pytest.approx(1.65, abs=0.05)


def test_v7_environments_enter_complete_and_in_order_of_birth() -> None:
    some = lives(planned=None, days=10)
    serving = Life("serving", "init", 8 * DAY + 1, [Served(20.0)] * 60, ended=False, seconds_apart=3600.0)
    found = results_from(log([*some, serving]))
    assert found.population.rule == "in order of birth"
    assert found.population.environments == 2 * (8 * 4 + 1)
    assert found.population.later == 2 * 7 + 1


def test_v7_too_few_complete_environments_are_shown_and_decide_nothing() -> None:
    some = [Life(f"{arm}{n}", arm, 1.0, [Served(400.0 if arm != "init" else 20.0)] * 5, ended=False)
            for n in range(30) for arm in ("init", "first_invocation")]  # fmt: skip
    found = results_from(log(some))
    assert (found.population.rule, found.population.environments) == ("incomplete", 60)
    assert found.comparisons[0].finding == "saves"
    assert found.decisions[0].obstacles == ["environments not complete"]


def test_v8_what_ran_before_the_experiment_is_left_out() -> None:
    before = [
        Life(f"old{n}", "init", -n * HOUR - HOUR, [Served(500.0)] * 5, experiment=None) for n in range(30)
    ]
    found = results_from(log([*before, *lives()]))
    assert found.population.outside == 30
    assert found.comparisons[0].mean_ms["init"] < 100


def test_lost_record_of_an_assignment_leaves_nobody_out() -> None:
    some = lives()
    lines = [
        line
        for line in log(some)
        if not ('"environment"' in line and '"init3-0"' in line and "experiment" in line)
    ]
    assert results_from(lines).comparisons[0].n_environments["init"] == 20


def test_v7_size_is_not_reached_while_a_declared_arm_has_no_environment() -> None:
    three = "init=48,first_invocation=48,every_invocation=4"
    found = results_from(log(replace(life, experiment=three) for life in lives()))
    assert found.progress is not None
    assert (found.progress.environments, found.progress.interim, found.progress.final) == (0, True, False)
    assert "interim look" in found.decisions[0].obstacles


def cut_off(experiment: str | None) -> list[str]:
    """Environments of half a day, in a log that begins after 18 of either arm had their first request."""
    lines = []
    for number in range(45):
        for arm, first in (("init", 20.0), ("first_invocation", 120.0)):
            served = [Served(first + number % 3)] + [Served(20.0)] * 11
            life = Life(f"{arm}{number}", arm, number * HOUR / 2, served, experiment, 20, seconds_apart=3600)
            lines += list(life.lines())
    begin = T0 + 20 * HOUR / 2 - 1
    told: dict[str, float] = {}
    for line in map(json.loads, lines):
        if "request_id" in line:
            told[line["request_id"]] = line["at"]
    return [line for line in lines if written_at(json.loads(line), told) >= begin]


def written_at(line: dict[str, Any], told: dict[str, float]) -> float:
    """Return when a record was written, or a report of the same request."""
    return told[line["record"]["requestId"]] if "type" in line else float(line["at"])


def test_environments_born_before_the_log_are_not_the_first_of_the_experiment() -> None:
    found = results_from(cut_off("init=50,first_invocation=50"))
    first = next(one for one in found.comparisons if one.estimand == "first_request_ms")
    assert first.n_environments == {"init": 20, "first_invocation": 20}
    assert first.difference_ms == pytest.approx(100)
    assert found.population.outside == 2 * 18


def test_without_an_experiment_too_what_the_log_begins_with_is_no_first_request() -> None:
    found = results_from(cut_off(None))
    first = next(one for one in found.comparisons if one.estimand == "first_request_ms")
    assert first.n_environments == {"init": 27, "first_invocation": 27}
    assert first.difference_ms == pytest.approx(100)
    assert [one.environments for one in found.first_requests.answers] == [27, 27]
    assert found.first_requests.per_request[0].requests_of_each == 12
    assert [one.environments for one in found.arms] == [45, 45]


def test_arm_that_was_given_up_when_weights_changed_holds_nothing_up() -> None:
    three = "init=48,first_invocation=48,every_invocation=4"
    changed = [replace(life, experiment=three) if life.born < DAY else life for life in lives()]
    found = results_from(log(changed))
    assert found.progress is not None
    assert not found.progress.interim
