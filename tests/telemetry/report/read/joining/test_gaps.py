"""Whose a report without a record is, where no log stream tells it."""

import pytest

from telemetry.report.read.platform.events import PlatformReport
from tests.telemetry.report.log_streams import Stream, evidence_in


def stream(name: str, arm: str = "init", requests: int = 5) -> Stream:
    found = Stream(name, arm, told=False).assigned()
    for _ in range(requests):
        found.wait(1).request()
    return found


def lost(*ms: float, status: str = "timeout") -> Stream:
    """Reports of which nothing is known but what they say."""
    found = Stream("lost", told=False)
    for number, one in enumerate(ms):
        found.add(PlatformReport(f"lost{number}", one, billed_ms=one, status=status))  # type: ignore[arg-type]  # a status
    return found


def failed(*streams: Stream) -> list[float]:
    return [float(count) for count in evidence_in(streams).totals.sums.failed]


def test_v1_missing_number_is_the_request_that_timed_out() -> None:
    one, other = stream("a"), stream("b", "first_invocation", 2)
    other.n += 1
    other.wait(3000).request()
    evidence = evidence_in([one, other, lost(3000.0)])
    assert evidence.totals.sums.failed.tolist() == [0, 1]
    assert evidence.totals.sums.n.tolist() == [5, 4]
    assert evidence.totals.sums.user[1] == pytest.approx(1000 + 6 * 3 + 3000)
    assert not evidence.totals.unplaced.by_arm.any()


def test_v1_process_that_ended_without_a_word_was_in_a_request() -> None:
    one = stream("a")
    one.process, one.n = "p2", 0
    one.wait(3000).assigned().request()
    assert failed(one, stream("b"), lost(3000.0)) == [1, 0]


def test_v1_process_that_said_goodbye_was_not() -> None:
    one = stream("a").record("shutdown", ordinal=1, phase="shutdown", duration_ms=1.0)
    one.process, one.n = "p2", 0
    one.wait(3000).assigned().request()
    assert failed(one, stream("b"), lost(3000.0)) == [0, 0]


def test_v1_gaps_that_do_not_add_up_give_nothing_to_anybody() -> None:
    other = stream("b", "first_invocation", 2)
    other.n += 1
    other.request()
    evidence = evidence_in([stream("a"), other, lost(3000.0, 3000.0)])
    assert evidence.totals.sums.failed.tolist() == [0, 0]
    assert evidence.totals.unplaced.by_arm[-1].tolist() == [0, 0, 2]
    assert evidence.totals.unplaced.user_ms[-1].tolist() == [0, 0, 6000]


def test_v1_ends_of_two_kinds_in_two_arms_cannot_be_shared_out() -> None:
    streams = [stream("a"), stream("b", "first_invocation")]
    for one in streams:
        one.n += 1
        one.request()
    more = lost(10.0, status="error")
    more.add(PlatformReport("other", 3000.0, status="timeout"))
    assert failed(*streams, more) == [0, 0]


def test_pings_are_numbered_too() -> None:
    one = stream("a")
    one.request(ping=True)
    one.request()
    assert failed(one, stream("b"), lost(3000.0)) == [0, 0]


def test_lost_first_request_gets_the_report_that_has_an_init() -> None:
    one, other = stream("a"), Stream("b", "first_invocation", told=False).assigned()
    one.n += 1
    one.request()  # a warm request before it lost its record
    other.n = 1
    other.wait(2000).request().request()
    reports = lost(6.0, status="success")
    reports.add(PlatformReport("first", 800.0, init_ms=300.0, billed_ms=1100.0, status="success"))
    evidence = evidence_in([one, other, stream("c", "first_invocation"), reports])
    firsts, sums = evidence.totals.firsts, evidence.totals.sums
    assert firsts is not None
    assert firsts.ms.tolist() == [1006.0, 1100.0, 1006.0]
    assert sums.user.tolist() == [1000 + 7 * 6, 1100 + 2 * 6, 1000 + 5 * 6]
    assert sums.billed.tolist() == sums.user.tolist()
    assert sums.n.tolist() == [7, 3, 5]


def test_first_request_is_unknown_where_lines_with_an_init_are_of_others_too() -> None:
    one = Stream("a", told=False).assigned()
    one.n = 1
    one.wait(2000).request().request()
    one.n += 2
    one.request()
    reports = lost(6.0, status="success")
    for name in "bc":
        reports.add(PlatformReport(name, 800.0, init_ms=300.0, billed_ms=1100.0, status="success"))
    firsts = evidence_in([one, stream("d"), reports]).totals.firsts
    assert firsts is not None
    assert firsts.timed.tolist() == [False, True]
    assert firsts.seen.tolist() == [True, True]
