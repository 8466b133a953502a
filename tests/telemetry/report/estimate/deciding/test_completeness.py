"""What is in no figure, and which findings it leaves standing."""

from collections.abc import Iterable, Iterator

import pytest

from telemetry.report.estimate.results import Results
from tests.telemetry.report.log_streams import IMPORTS, STARTUP, Stream, ordinary, results_in


def fleet(requests: int = 4) -> list[Stream]:
    return [*ordinary("init", 25, requests), *ordinary("first_invocation", 25, requests)]


def findings(results: Results) -> dict[str, str]:
    return {found.estimand: found.finding for found in results.comparisons}


def untold(streams: Iterable[Stream]) -> Iterator[Stream]:
    """Take away the log streams, as an export of bare lines does."""
    for stream in streams:
        stream.lines = [(line, None) for line, _ in stream.lines]
        stream.told = False
        yield stream


def reported(count: int, ms: float = 6.0, status: str = "success") -> Stream:
    """Requests of no known environment: reports alone."""
    stream = Stream("nobody", told=False)
    for number in range(count):
        stream.report(f"lost-{number}", ms, status=status)
    return stream


def slow(environments: int) -> list[Stream]:
    """Environments of both arms, lazy ones slower by far."""
    streams = list(ordinary("init", environments, 40))
    for number in range(environments):
        lazy = Stream(f"slow-{number}", "first_invocation").assigned().startup()
        for _ in range(40):
            lazy.wait(1).request(2000.0 + number)
        streams.append(lazy)
    return streams


def test_a_whole_record_needs_no_word() -> None:
    results = results_in(fleet())
    assert results.completeness is None
    assert results.bound is not None


def test_t23_lost_records_leave_no_finding_no_interval_and_no_bound() -> None:
    results = results_in([*untold(fleet()), reported(100)])
    assert set(findings(results)) == {"user_visible_ms", "billed_ms", "first_request_ms", "warm_request_ms"}
    assert set(findings(results).values()) == {"cannot tell yet"}
    assert all(found.low is None and found.times_low is None for found in results.comparisons)
    assert results.bound is None
    assert all(arm.user_visible_ms.low is None for arm in results.arms)
    assert results.completeness is not None
    assert results.completeness.lost == {"unknown": 100}
    assert results.completeness.requests == 300


def test_t23_a_few_lost_records_that_can_change_nothing_leave_the_finding() -> None:
    results = results_in([*untold(slow(25)), reported(3)])
    assert findings(results)["user_visible_ms"] == "saves"
    assert results.completeness is None


def test_t23_a_few_lost_records_that_could_change_the_finding_withdraw_it() -> None:
    results = results_in([*untold(slow(25)), reported(5, 900_000.0)])
    assert findings(results)["user_visible_ms"] == "cannot tell yet"


@pytest.mark.parametrize("unknown", [3, 25])
def test_t11_unknown_inits_that_could_change_the_finding_withdraw_it(unknown: int) -> None:
    streams = fleet()
    for number in range(unknown):
        stream = Stream(f"no-init-{number}").assigned().startup()
        stream.request(6.0, report=False).report(f"no-init-{number}-p1-1", 6.0)
        streams.append(stream.request())
    results = results_in(streams)
    assert findings(results)["user_visible_ms"] == "cannot tell yet"
    assert findings(results)["billed_ms"] != "cannot tell yet"
    assert results.completeness is not None
    assert results.completeness.unknown_inits == {"init": unknown}


def test_t11_a_finding_that_holds_with_every_length_of_init_stays() -> None:
    streams = slow(25)
    stream = Stream("no-init").assigned().startup().request(6.0, report=False).report("no-init-p1-1", 6.0)
    results = results_in([*streams, stream])
    assert findings(results)["user_visible_ms"] == "saves"


def test_t8_cut_inits_of_no_environment_withdraw_the_finding() -> None:
    cut = Stream("nobody", told=False)
    for _ in range(10):
        cut.cut_init()
    results = results_in([*untold(fleet()), cut])
    assert findings(results)["user_visible_ms"] == "cannot tell yet"
    assert results.completeness is not None
    assert results.completeness.unplaced_cuts == 10


def test_t9_time_outs_of_unknown_arm_leave_the_finding_and_could_change_it() -> None:
    results = results_in([*untold(slow(25)), reported(100, 90_000.0, status="timeout")])
    assert findings(results)["user_visible_ms"] == "saves"
    assert results.completeness is not None
    assert results.completeness.failed == {"unknown": 100}
    assert results.completeness.could_change


def test_t9_time_outs_that_can_change_nothing_need_no_word_first() -> None:
    assert results_in([*untold(slow(25)), reported(2, 3000.0, status="timeout")]).completeness is None


def test_t10_a_retry_does_not_tell_the_arm_of_the_attempt_that_timed_out() -> None:
    streams = list(untold(fleet()))
    for stream in streams[:25]:
        stream.report(f"{stream.name}-p1-2", 3000.0, status="timeout")
    results = results_in(streams)
    assert results.completeness is not None
    assert results.completeness.failed == {"unknown": 25}


def test_t11_bills_of_cut_inits_and_time_outs_are_none_without_init() -> None:
    again = Stream("again").startup().cut_init().startup(reinit=True).request(1000.0)
    late = (
        Stream("late").startup().report("late", 3000.0, IMPORTS + STARTUP, status="timeout", billed_ms=3000.0)
    )
    assert results_in([again, late]).basis.billed_without_init == 0
