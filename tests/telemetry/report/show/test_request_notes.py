"""What a report says of requests that are not like the others: what it is, and no guesses."""

import re

import pytest

from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.log_streams import STARTUP, Stream, ordinary, verdict_in


def noted(verdict: Verdict, text: str) -> bool:
    return any(re.search(text, note) for note in verdict.notes)


def test_t9_requests_without_a_record_are_told_by_how_they_ended() -> None:
    one, two = Stream("one").startup().request(), Stream("two", "first_invocation").startup().request()
    one.wait(3000).report("a", 3000.0, status="timeout")
    two.wait(10).report("b", 9.0, status="error").wait(9).report("c", 9.0)
    elsewhere = Stream("x", told=False).report("d", 3000.0, status="timeout")
    verdict = verdict_in([one, two, elsewhere])
    how = r"timed out \(2\), failed \(1\), did not fail, or their report does not say so \(1\)"
    assert noted(verdict, f"^4 platform.report lines without an invocation record: {how}$")
    assert noted(verdict, r"^`init` \(1\), `first_invocation` \(2\) of them are in the figures")
    assert noted(verdict, r"^arm not known \(1\) of them are in no figure")
    assert noted(verdict, r"^1 of 2 requests of `init` failed \(status 5xx, no answer, or timed out\)")


def test_t23_lost_batches_are_called_what_they_are() -> None:
    """Most requests went with a batch that was never written, as the environment ended without SIGTERM."""
    stream = Stream("one").startup().request()
    stream.record("warm", request_ids=["w1"], InvocationDuration=[5.0]).report("w1", 5.0)
    for number in range(58):
        stream.wait(10).report(f"lost-{number}", 5.0)
    verdict = verdict_in([stream])
    assert noted(verdict, r"^58 platform.report lines without .*: did not fail, or .* \(58\)$")
    assert noted(verdict, "lost with batches that were never written")
    assert not noted(verdict, "timed out")
    (arm,) = verdict.results.arms
    assert arm.requests == 60


def test_t23_no_batch_is_blamed_where_none_was_written() -> None:
    verdict = verdict_in([Stream("one").startup().request().report("lost", 5.0)])
    assert noted(verdict, "did not come through the adapter")
    assert not noted(verdict, "LIFESPAN_WRITE_EVERY")


def test_t8_cut_init_is_noted() -> None:
    stream = Stream("one").assigned().cut_init()
    stream.process = "p2"
    stream.wait(900).startup(reinit=True).request(report=False).report("one-p2-1", 1006.0)
    assert noted(
        verdict_in([stream]), "^1 request of `init` waited for an INIT that Lambda ended, and for the one"
    )


def test_t11_unknown_init_is_noted_and_nothing_else_claimed() -> None:
    verdict = verdict_in([Stream("one").request(report=False).request(report=False)])
    assert noted(
        verdict, "^1 cold start of `init` whose INIT is not known: counted as requests, but in no figure"
    )


def test_t13_pings_are_noted() -> None:
    verdict = verdict_in([Stream("one").startup().request(0.05, ping=True).request()])
    assert noted(verdict, r"^1 ping kept environments warm: no requests, and in no figure: `init` \(1\)")


def test_t15_report_without_billed_time_is_noted() -> None:
    stream = Stream("one").startup().request(start="provisioned", report=False)
    assert noted(
        verdict_in([stream.report("one-p1-1", 9.0, billed_ms=None)]), "^1 request whose report says no bill"
    )


def test_t16_unused_environments_are_noted() -> None:
    verdict = verdict_in([*ordinary("init", 3), Stream("unused").assigned().startup()])
    assert noted(
        verdict,
        "^1 environment of `init` started and served no request: their INIT took 1000 ms each, which is in "
        r"no figure per request \(INIT is billed since 2025-08\)",
    )


def test_t16_environment_is_not_unused_where_a_request_of_unknown_arm_may_be_its_own() -> None:
    elsewhere = Stream("x", told=False).report("d", 3000.0, status="timeout")
    silent = [Stream(f"silent-{arm}", arm).assigned() for arm in ("init", "first_invocation")]
    verdict = verdict_in([*ordinary("init", 3), *silent, elsewhere])
    assert noted(
        verdict, "^1 environment of `init` started and served no request that is known to be its own:"
    )


@pytest.mark.parametrize("differs", [True, False])
def test_t25_both_readings_are_told_where_they_differ(*, differs: bool) -> None:
    lazy_ms = 300.0 if differs else 6.0
    init = [Stream(f"i{n}").assigned().startup().request(6.0 + n / 10, gap_ms=5000) for n in range(25)]
    if not differs:  # much slower than lazy, whether it waited or not
        init = [stream.request(900.0 + STARTUP) for stream in init]
    lazy = [Stream(f"l{n}", "first_invocation").assigned().startup() for n in range(25)]
    for n, stream in enumerate(lazy):
        stream.request(lazy_ms + n / 10, start="proactive")
    verdict = verdict_in([*init, *lazy])
    assert noted(
        verdict, r"came 0\.1 to 10 s after INIT may have waited for it: they are taken to have\. If not"
    )
    assert (
        "were INIT not waited for by requests that came 0.1 to 10 s after it" in verdict.sentence
    ) is differs
