"""INITs that were cut: what the first request waited for."""

import pytest

from telemetry.report.estimate.results import Results
from telemetry.report.read.platform.events import PlatformInit
from tests.telemetry.report.log_streams import IMPORTS, STARTUP, Stream, ordinary, results_in


def total(found: Results, placement: str = "init") -> float:
    arm = next(arm for arm in found.arms if arm.placement == placement)
    return arm.user_visible_ms.value * arm.requests


def cut(name: str, *, gap: float = 20.0, told: bool = True) -> Stream:
    """The lifespan blocks for 11.5 s: INIT is ended at 10 s, and runs again inside the first request."""
    stream = Stream(name, told=told).assigned().cut_init().wait(gap)
    stream.process = "p2"
    stream.wait(11_800).startup(11_500.0, reinit=True)
    stream.request(6.0, report=False).report(f"{name}-p2-1", 11_806.0)
    return stream.request(6.0)


def test_t8_first_request_waited_for_the_cut_init_and_the_next() -> None:
    found = results_in([cut("one")])
    assert total(found) == pytest.approx(10_000 + 11_806 + 6)
    assert [(one.placement, one.cut, one.unknown) for one in found.init_waits] == [("init", 1, 0)]


def test_t8_cut_init_long_before_the_first_request_kept_nobody_waiting() -> None:
    found = results_in([cut("one", gap=60_000)])
    assert total(found) == pytest.approx(11_806 + 6)
    assert found.init_waits == []


def test_t8_startup_that_ran_in_a_request_is_not_in_init() -> None:
    whole = results_in([cut("one")]).startup.whole
    assert whole.first_in_init is None
    assert whole.first_in_invocation is not None
    assert whole.first_in_invocation.mean == 11_500.0


def test_t8_cut_init_is_in_the_difference() -> None:
    """Twelve requests an environment: keeping costs 10 s in 12 requests."""
    kept = [cut(f"kept-{number}") for number in range(25)]
    for stream in kept:
        for _ in range(10):
            stream.request(6.0)
    lazy = [Stream(f"lazy-{number}", "first_invocation").assigned().wait(IMPORTS) for number in range(25)]
    for stream in lazy:
        stream.startup(11_500.0).request(11_506.0 + IMPORTS, start="proactive", startup_ms=11_500.0)
        for _ in range(11):
            stream.request(6.0)
    found = results_in([*kept, *lazy]).comparisons[0]
    assert found.finding == "costs"
    assert found.difference_ms == pytest.approx(-10_000 / 12, rel=0.01)


def test_t8_lost_init_without_a_stream_is_unknown() -> None:
    found = results_in([cut("one", told=False)])
    (arm,) = found.arms
    assert (arm.requests, arm.user_visible_ms.value) == (2, 6.0)
    assert [(one.cut, one.unknown) for one in found.init_waits] == [(0, 1)]
    assert found.input.cut_inits_of_no_environment == 1


def after_a_time_out(name: str, arm: str, *, status: str = "timeout") -> Stream:
    """A process that its first request ended, in an export without log streams, and the one after it."""
    stream = Stream(name, arm, told=False).assigned().wait(IMPORTS)
    stream.wait(3000).report(f"{name}-lost", 3000.0, IMPORTS, status=status)
    stream.process = "p2"
    return stream.startup(reinit=True).request(1206.0)


def test_v1_request_after_a_time_out_waited_for_no_init_that_was_cut() -> None:
    """The gaps tell which environments the time-outs were of, so nothing is unknown of what came after."""
    found = results_in([after_a_time_out(f"lazy-{number}", "first_invocation") for number in range(12)])
    assert total(found, "first_invocation") == pytest.approx(12 * (3000 + IMPORTS + 1206))
    assert found.init_waits == []


def test_process_that_no_time_out_explains_may_have_lost_an_init() -> None:
    streams = [after_a_time_out(f"lazy-{number}", "first_invocation") for number in range(12)]
    lost = Stream("lost", "first_invocation", told=False).assigned().wait(10_000)
    lost.process = "p2"
    found = results_in([*streams, lost.startup(reinit=True).request(1206.0)])
    assert [one.unknown for one in found.init_waits] == [13]


def test_t8_first_request_that_timed_out_waited_for_the_cut_init() -> None:
    """INIT does not fit into the function's timeout either: no record is ever written."""
    stream = Stream("one").assigned().cut_init().wait(6020)
    stream.add(PlatformInit(6000.0, phase="invoke", status="timeout"))
    stream.report("first", 6000.0, status="timeout").wait(9000).report("second", 6000.0, status="timeout")
    found = results_in([stream])
    assert total(found) == pytest.approx(10_000 + 6000 + 6000)
    assert found.arms[0].failed_requests == 2


def test_t8_process_after_a_time_out_waited_for_no_lost_init() -> None:
    """Its INIT ran inside the request, and the one before was not cut."""
    stream = Stream("one").startup().request(6.0)
    stream.wait(3000).report("lost", 3000.0, status="timeout")
    stream.process, stream.n = "p2", 0
    stream.wait(1000).startup(700.0, reinit=True).request(6.0, report=False).report("one-p2-1", 1006.0)
    found = results_in([stream])
    assert total(found) == pytest.approx(1006 + 3000 + 1006)
    assert found.init_waits == []


@pytest.mark.parametrize("told", [True, False])
def test_t8_process_after_a_first_request_that_timed_out_waited_for_no_lost_init(*, told: bool) -> None:
    """INIT had ended, with its startup complete: also without log streams nothing was lost."""
    stream = Stream("one", told=told).assigned().startup()
    stream.wait(3000).report("lost", 3000.0, IMPORTS + STARTUP, status="timeout")
    stream.process = "p2"
    stream.wait(1000).startup(700.0, reinit=True).request(6.0, report=False).report("one-p2-1", 1006.0)
    found = results_in([stream])
    assert total(found) == pytest.approx(3000 + IMPORTS + STARTUP + 1006)
    assert found.init_waits == []
    assert [(one.answered, one.timed_out) for one in found.first_requests.answers] == [(0, 1)]


def test_t8_a_cut_init_of_no_environment_leaves_it_open() -> None:
    stream = Stream("one", told=False).assigned().startup().cut_init()
    stream.process = "p2"
    stream.wait(1000).startup(700.0, reinit=True).request(6.0, report=False).report("one-p2-1", 1006.0)
    assert [one.unknown for one in results_in([stream]).init_waits] == [1]


def test_t8_second_init_counts_without_a_report_too() -> None:
    stream = Stream("one").startup().request(6.0)
    stream.process, stream.n = "p2", 0
    stream.wait(1000).startup(700.0, reinit=True).request(6.0, report=False)
    assert total(results_in([stream])) == pytest.approx(1006 + 1006)


def test_t8_ordinary_environments_beside_are_as_before() -> None:
    alone, beside = list(ordinary("init", 5)), [*ordinary("init", 5), cut("one")]
    assert total(results_in(beside)) - total(results_in(alone)) == pytest.approx(10_000 + 11_806 + 6)
