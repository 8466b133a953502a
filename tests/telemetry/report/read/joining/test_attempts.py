"""Reports and records of one request id: copies, or attempts."""

import pytest

from telemetry.report.estimate.results import Results
from tests.telemetry.report.log_streams import Stream, results_in


def figures(found: Results) -> tuple[int, int, float]:
    (arm,) = found.arms
    return arm.requests, arm.failed_requests, round(arm.user_visible_ms.value * arm.requests, 3)


@pytest.mark.parametrize("told", [True, False], ids=["streams known", "streams not known"])
@pytest.mark.parametrize("late", [True, False], ids=["time-out last", "time-out first"])
def test_t10_retry_is_joined_with_the_attempt_that_it_measured(*, told: bool, late: bool) -> None:
    """The first attempt timed out in another environment; its record was never written."""
    first = Stream("first", told=told).startup().request(5.0)
    first.wait(3000).report("event", 3000.0, status="timeout")
    second = Stream("second", told=told).startup().request(8.0, request_id="event")
    found = results_in([second, first] if late else [first, second])
    timed_out = (1, 3000.0) if told else (0, 0.0)
    assert figures(found) == (2 + timed_out[0], timed_out[0], 1005.0 + 1008.0 + timed_out[1])
    assert found.input.reports_without_request == 1
    assert found.input.duplicates["platform.report"] == 0


def test_t10_record_is_not_of_the_attempt_that_timed_out_though_as_long() -> None:
    """The function's timeout was raised between the two attempts."""
    stream = Stream("one", told=False).startup().request(2999.0, "warm", request_id="event", report=False)
    stream.report("event", 3003.0).wait(60_000).report("event", 3000.0, status="timeout")
    assert figures(results_in([stream])) == (1, 0, 3003.0)


def test_t10_report_of_its_own_stream_is_the_records() -> None:
    stream = Stream("one").startup().request(8.0, "warm", request_id="event", report=False)
    stream.report("event", 9.0)
    nowhere = Stream("two", told=False).report("event", 8.0)
    assert figures(results_in([stream, nowhere])) == (1, 0, 9.0)


def test_t10_each_attempt_with_a_record_has_its_own_report() -> None:
    streams = [
        Stream(f"s{number}").startup().request(ms, request_id="event", start="provisioned")
        for number, ms in enumerate((5.0, 7.0, 9.0))
    ]
    found = results_in(streams)
    assert figures(found) == (3, 0, 21.0)
    assert found.input.reports_without_request == 0
    assert found.input.duplicates["invocation"] == 0


@pytest.mark.parametrize("told", [True, False], ids=["streams known", "streams not known"])
def test_t10_failed_cold_start_and_its_retry_in_the_same_environment_are_told_apart(*, told: bool) -> None:
    """The retry takes longer than the first attempt, by less than Lambda adds to either."""
    stream = Stream("one", told=told).startup()
    stream.request(5.0, request_id="event", status=500, report=False).wait(0.7)
    stream.report("event", 5.7, 1000.0, status="error").wait(60_000)
    stream.request(5.2, request_id="event", report=False).wait(0.7).report("event", 5.9)
    found = results_in([stream])
    assert figures(found) == (2, 1, 1005.7 + 5.9)
    assert found.first_requests.answers[0].unknown == 0


def test_t10_same_figures_count_once() -> None:
    stream = Stream("one").startup().request(5.0)
    found = results_in([stream, stream])
    assert figures(found) == (1, 0, 1005.0)
    assert found.input.duplicates["platform.report"] == 1
    assert found.input.duplicates["invocation"] == 1


def test_t10_copy_without_a_stream_counts_once() -> None:
    stream, copy = Stream("one").startup().request(5.0), Stream("one", told=False).startup().request(5.0)
    found = results_in([copy, stream])
    assert figures(found) == (1, 0, 1005.0)
    assert found.input.duplicates["platform.report"] == 1


def test_t10_time_outs_of_equal_length_are_two_attempts() -> None:
    streams = [Stream(name).startup().request(5.0) for name in ("one", "two")]
    for number, stream in enumerate(streams):
        stream.wait(3000 + 60_000 * number).report("event", 3000.0, status="timeout")
    found = results_in(streams)
    assert figures(found) == (4, 2, 2010.0 + 6000.0)


def test_t10_time_outs_of_one_stream_a_minute_apart_are_two_attempts() -> None:
    stream = Stream("one").startup().request(5.0)
    for _ in range(2):
        stream.wait(60_000).report("event", 3000.0, status="timeout")
    assert figures(results_in([stream])) == (3, 2, 1005.0 + 6000.0)


def test_t10_report_of_another_stream_is_of_another_attempt() -> None:
    """The export ends before the second attempt's report."""
    first = Stream("first").startup().request(5.0)
    first.wait(3000).report("event", 3000.0, status="timeout")
    second = Stream("second").startup().request(8.0, request_id="event", report=False, start="warm")
    found = results_in([first, second])
    assert figures(found) == (3, 1, 1005.0 + 8.0 + 3000.0)
    assert found.input.requests_without_report == 1


def test_many_attempts_of_one_id_take_no_square_time() -> None:
    stream = Stream("one").startup()
    for number in range(3000):
        stream.request(float(number), request_id="event", start="warm", report=False)
        stream.report("event", float(number))
    (arm,) = results_in([stream]).arms
    assert arm.requests >= 3000
