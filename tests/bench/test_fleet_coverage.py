"""The simulated fleet: what it is like, and that its experiments are judged."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bench import fleet_experiment
from bench.fleet import AGE_S, DAY_S, TIMEOUT_MS, Effects, durations, expected_differences, pool
from bench.fleet_coverage import Counted, cells, measure, tables
from bench.fleet_experiment import Cell
from bench.fleet_looks import Born, near_days


@pytest.mark.parametrize("newest_first", [True, False])
def test_environments_are_born_serve_and_end(*, newest_first: bool) -> None:
    found = pool(np.random.default_rng(1), 4, 500, bursts=True, newest_first=newest_first)
    assert (np.diff(found.at_s) >= 0).all()
    assert (np.diff(found.born_s) >= 0).all()
    age = found.at_s - found.born_s[found.unit]
    assert age.min() == 0
    assert age.max() <= AGE_S
    assert len(found.at_s) / len(found.born_s) > 2


def test_effects_are_as_put_in() -> None:
    random = np.random.default_rng(2)
    one = pool(random, 4, 500, bursts=False, newest_first=True)
    kept = (np.arange(len(one.born_s)) % 2).astype(np.float64)
    ms, failed = durations(random, one, kept, Effects(first_ms=1e6, fast_failures=0.5), np.zeros(0))
    first = ms[one.first]
    assert first[kept == 0].min() > 1e6 > first[kept == 1].max()
    assert failed[kept[one.unit] == 0].sum() == 0
    assert failed[kept[one.unit] == 1].mean() == pytest.approx(0.5, abs=0.05)


def test_fast_failures_decide_nothing() -> None:
    found = measure(Cell("kept fails fast", 0.5, bursts=True, newest_first=True, sized=True), 3, (1, 2))
    assert (found.experiments, found.wrong, found.right) == (3, 0, 0)
    assert "kept fails fast | 50/50 | bursts | newest first | declared | 3 | 0.0" in tables([found])


def test_time_outs_of_the_lazy_arm_fail_and_take_their_time() -> None:
    random = np.random.default_rng(3)
    one = pool(random, 4, 500, bursts=False, newest_first=True)
    kept = (np.arange(len(one.born_s)) % 2).astype(np.float64)
    ms, failed = durations(random, one, kept, Effects(first_timeouts=0.5), np.zeros(0))
    assert failed[one.first][kept == 0].mean() == pytest.approx(0.5, abs=0.15)
    assert failed.sum() == failed[one.first].sum()
    assert set(ms[failed > 0]) == {TIMEOUT_MS}
    assert failed[one.first][kept == 1].sum() == 0


@pytest.mark.parametrize(
    "effects", [Effects(first_ms=213.0), Effects(fast_failures=0.2), Effects(first_timeouts=0.4)]
)
def test_expected_differences_are_those_of_many_draws(effects: Effects) -> None:
    random = np.random.default_rng(5)
    one = pool(random, 4, 500, bursts=False, newest_first=True)
    deploys = np.array([2 * DAY_S])
    drawn = [
        durations(random, one, np.full(len(one.born_s), kept), effects, deploys)[0].mean()
        for kept in [0.0, 1.0] * 200
    ]
    difference = np.array(drawn[::2]) - np.array(drawn[1::2])
    error = difference.std() / np.sqrt(len(difference))
    assert expected_differences(one, effects, deploys).mean() == pytest.approx(
        difference.mean(), abs=4 * error
    )


def test_a_slower_arm_fills_the_pool() -> None:
    def environments(*busy_s: float) -> int:
        one = pool(
            np.random.default_rng(4), 4, 500, bursts=True, newest_first=True,
            busy_s=lambda most: [busy_s[number % 2] for number in range(most)],
        )  # fmt: skip
        return len(one.born_s)

    assert environments(0.2, 0.2) < environments(0.2, 3.0) < environments(3.0, 3.0)


@pytest.mark.slow
def test_truth_is_the_difference_as_assigned() -> None:
    lazy = Cell("213 ms once", 0.5, bursts=True, newest_first=True, sized=True, daily=False)
    found = measure(lazy, 60, (1, 3))
    first, every = ([truth for _, _, truth in found.intervals[position]] for position in range(2))
    assert first == [pytest.approx(213)] * 60
    assert 20 < min(every) < max(every) < 150  # shared out over all requests
    assert found.average("first_request_ms") == pytest.approx(213, abs=15)
    assert found.average("user_visible_ms") == pytest.approx(np.mean(every), abs=15)
    assert (found.held("first_request_ms") or 0) > 80


def test_parts_add_up() -> None:
    cell = Cell("none", 0.5, bursts=False, newest_first=False, sized=True, daily=False)
    whole = Counted(cell)
    for seed in ((1, 4), (1, 5)):
        whole.add(json.loads(json.dumps(measure(cell, 3, seed).counts())))
    assert whole.experiments == 6
    assert [len(one) for one in whole.intervals] == [6, 6]
    assert {truth for of in whole.intervals for _, _, truth in of} == {0.0}


def test_every_cell_is_there_once_for_each_way_to_look() -> None:
    daily, last = list(cells()), list(cells(daily=False))
    assert len(set(daily)) == len(daily) == len(last) == 72
    assert not set(daily) & set(last)


@pytest.mark.slow
@pytest.mark.parametrize("sized", [True, False])
@pytest.mark.parametrize("effect", ["none", "kept fails fast"])
def test_looks_that_are_left_out_decide_nothing(
    effect: str, monkeypatch: pytest.MonkeyPatch, *, sized: bool
) -> None:
    cell = Cell(effect, 0.9, bursts=False, newest_first=True, sized=sized)
    some = measure(cell, 16, (1, 6))
    monkeypatch.setattr(fleet_experiment, "near", lambda _: range(2, fleet_experiment.DAYS))
    every = measure(cell, 16, (1, 6))
    assert (some.wrong, some.alone_wrong) == (every.wrong, every.alone_wrong)
    assert some.intervals == every.intervals


def test_looks_are_near_where_the_wrong_arm_looks_better() -> None:
    count = 400
    arms = np.arange(count) % 2
    born = Born(
        counts=np.array([100, 200, 300, 400]),
        arms=arms,
        versions=np.zeros(count, np.int64),
        first_ms=600.0 + np.arange(count) % 7 + 50.0 * arms,
        user_ms=(600.0 + np.arange(count) % 7).astype(np.float64),
        requests=np.full(count, 3.0),
        failed=np.zeros(count),
    )
    days = [1, 2, 3, 4]
    assert near_days(born, None, None, days) == days
    assert near_days(born, None, 0, days) == []
    assert near_days(born, None, 1, days) == days
    assert near_days(born, 3, None, days) == [3]
    fails = replace(born, failed=1.0 * (arms == 0))
    assert near_days(fails, None, None, days) == []
