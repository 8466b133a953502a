"""The first request of an environment tells `init` from a lazy startup where the mean of all is blind."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from telemetry.report.estimate.comparison import Comparison
from telemetry.report.estimate.first_request import FirstAnswers
from telemetry.report.estimate.more_environments import more_to_tell
from telemetry.report.estimate.results import Results
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.lives import Life, lab, spread, stream, streams
from tests.telemetry.report.log_streams import Stream, results_in
from tests.telemetry.report.reported import tables_of

INIT, IMPORTS = 1000.0, 300.0


def of(results: Results, estimand: str) -> Comparison:
    return next(found for found in results.comparisons if found.estimand == estimand)


def boosted(lives: int, requests: int, seed: int) -> Iterator[Life]:
    """A lazy load takes 213 ms longer than the same load in INIT; requests vary from machine to machine."""
    for arm, first, init in (("init", 6.0, INIT), ("first_invocation", 6.0 + 700 + 213, IMPORTS)):
        yield from spread(arm, lives, first, 20.0, requests, init_ms=init, sd=24, warm_sd=3.5, seed=seed)


def test_v3_first_requests_find_what_the_mean_of_all_does_not() -> None:
    results = results_in(streams(boosted(40, 2000, seed=3)), planned=40)
    every, first = of(results, "user_visible_ms"), of(results, "first_request_ms")
    assert every.finding == "no difference seen"
    assert first.finding == "saves"
    assert first.low is not None
    assert first.high is not None
    assert first.low < 213 < first.high
    assert first.high - first.low == pytest.approx(22, rel=0.25)
    (shared,) = results.first_requests.per_request
    assert shared.requests_of_each == 2000
    assert shared.difference_ms.value == pytest.approx(213 / 2000, rel=0.06)


def test_v3_first_requests_are_what_is_said() -> None:
    verdict = verdict_of(results_in(streams(boosted(40, 2000, seed=3)), planned=40))
    assert "ms per request at 2000 requests an environment, against a lazy singleton" in verdict.sentence
    assert verdict.headline[1].startswith("INIT or lazy: keep INIT; INIT saves 2")
    assert "in the first request of an environment, 0.1" in verdict.headline[1]
    assert "no visible difference" not in verdict.sentence
    assert verdict.meaning == "The comparison with a lazy singleton decides: keep the lifespan in INIT."


def test_v3_first_requests_seldom_find_what_is_not_there() -> None:
    found = 0
    for seed in range(40):
        lives = (
            life
            for arm in ("init", "first_invocation")
            for life in spread(arm, 30, 900, 20, 1, init_ms=INIT, sd=50, warm_sd=3, seed=seed)
        )
        found += of(results_in(streams(lives)), "first_request_ms").finding != "no difference seen"
    assert found <= 5  # of 40, where 2 are to be expected


def test_v16_warm_requests_are_free_of_the_noise_of_init() -> None:
    lives = [
        life
        for arm, warm in (("init", 20.0), ("first_invocation", 43.4))
        for life in spread(arm, 30, 900, warm, 6, init_ms=3000, sd=600, warm_sd=10, seed=1)
    ]
    results = results_in([lab(), *streams(lives, assigned=False)])
    assert results.measured_on.where == "lab"
    assert of(results, "user_visible_ms").finding == "no difference seen"
    more = more_to_tell(of(results, "user_visible_ms"))
    assert more is not None
    assert min(more.values()) > 0
    warm = of(results, "warm_request_ms")
    assert warm.finding == "saves"
    assert warm.difference_ms == pytest.approx(23.4, abs=8)
    assert warm.n_requests == {"first_invocation": 150, "init": 150}


def test_retry_after_a_crash_is_no_first_request() -> None:
    one = Stream("s", "init").startup().request(6.0)
    one.process = "p2"
    one.startup().wait(1).request(500.0, start="cold")
    others = streams(Life("init", INIT, 6.0, 20.0, 2) for _ in range(3))
    firsts = results_in([one, *others]).first_requests
    assert firsts.answers[0].environments == 4


def unanswered() -> Iterator[Stream]:
    """Of 40 lazy environments ten time out at first, and two of `init` are never used."""
    for number in range(40):
        yield stream(Life("init", INIT, 6.0, 20.0, 3), f"init-{number}")
        late = number % 4 == 0
        first = 3000.0 if late else 1200.0
        yield stream(Life("first_invocation", IMPORTS, first, 20.0, 3, timed_out=late), f"lazy-{number}")
    for number in range(2):
        yield Stream(f"unused-{number}").assigned().startup()


def test_unanswered_first_requests_are_counted_by_arm() -> None:
    results = results_in(unanswered())
    assert results.first_requests.answers == [
        FirstAnswers("init", 42, 40, 0, 0, 2, 0),
        FirstAnswers("first_invocation", 40, 30, 0, 10, 0, 0),
    ]
    # A time-out counts with what its user waited: (30 * 1500 + 10 * 3300) / 40 - 1006.
    assert of(results, "first_request_ms").difference_ms == pytest.approx(1950 - 1006)


def test_environments_born_after_the_cut_are_no_answers() -> None:
    """What is never used later on changes neither the counts nor the bounds: the verdict stands still."""
    first = [one.wait(0) for one in unanswered()]
    later = [Stream(f"later-{number}").wait(9e6).assigned().startup() for number in range(50)]
    then, now = (results_in(lines, planned=40).first_requests for lines in (first, [*first, *later]))
    assert now.answers == then.answers
    assert now.bounds == then.bounds


def test_different_shares_of_answers_leave_only_bounds() -> None:
    (bounds,) = results_in(unanswered()).first_requests.bounds
    assert bounds.answered_share == pytest.approx({"init": 40 / 42, "first_invocation": 0.75})
    assert (bounds.low, bounds.high) == pytest.approx((494, 494))  # answered ones are all alike here


def test_bounds_leave_out_the_surplus_at_either_end() -> None:
    lives = [Life("init", INIT, 10.0 * number, 20.0, 2) for number in range(40)]
    lazy = [Life("first_invocation", INIT, 400.0, 20.0, 2, timed_out=number < 20) for number in range(40)]
    (bounds,) = results_in(streams([*lives, *lazy])).first_requests.bounds
    assert (bounds.low, bounds.high) == pytest.approx((400 - 295, 400 - 95))


def test_equal_shares_of_answers_need_no_bounds() -> None:
    assert results_in(streams(boosted(25, 2, seed=1))).first_requests.bounds == []


def test_clock_that_is_set_back_makes_no_later_request_the_first() -> None:
    def after_a_step(arm: str, number: int) -> Stream:
        found = stream(Life(arm, INIT, 6.0, 20.0, 1), f"{arm}-{number}")
        found.n = 1
        return found.wait(-30_000).request(500.0 + number, report=False).wait(1).request(500.0)

    arms = ("init", "first_invocation")
    found = results_in(after_a_step(arm, number) for number in range(20) for arm in arms)
    first = of(found, "first_request_ms")
    assert first.mean_ms == pytest.approx({"init": INIT + 6.0, "first_invocation": INIT + 6.0})
    warm = of(found, "warm_request_ms")
    assert warm.n_requests == {"init": 40, "first_invocation": 40}


def test_bounds_say_what_they_take_for_granted() -> None:
    lives = list(boosted(25, 3, seed=5))
    lives[-1] = replace(lives[-1], timed_out=True, first_ms=3000.0)
    caption = tables_of(verdict_of(results_in(streams(lives))))["first-requests"].caption
    assert "would have failed in the other arm" in caption
    assert caption.endswith("ms: bounds without an interval, as chance comes on top.")


@pytest.mark.parametrize(("planned", "said"), [(20, "a new experiment of about "), (None, "about ")])
def test_declared_size_takes_no_more_environments(planned: int | None, said: str) -> None:
    lives = [
        life
        for arm in ("init", "first_invocation")
        for life in spread(
            arm, 25, 20.0, 20.0, 3, init_ms=IMPORTS + 9 * (arm == "init"), sd=40, warm_sd=1, seed=2
        )
    ]
    verdict = verdict_of(results_in(streams(lives), planned=planned))
    assert of(verdict.results, "first_request_ms").finding == "no difference seen"
    caption = tables_of(verdict)["first-requests"].caption
    assert f"by as much as was seen, {said}" in caption
    assert ("more environments" in caption) is (planned is None)
