"""What a request took: of the platform's report, or else of what the adapter measured."""

import msgspec
import pytest

from telemetry.report.estimate.comparison import Arm
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.results import Results
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.platform.events import PlatformEvent, PlatformStart
from telemetry.report.read.totals import Totals, totals_of
from tests.telemetry.report.log_streams import Stream, evidence_in, ordinary, results_in
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

PROVISIONED = "provisioned-concurrency"


def test_init_counts_only_on_request_path() -> None:
    cold, proactive = (
        results_from(Run(arms={"init": 25}, start=start).lines()).arms[0].user_visible_ms.value
        for start in ("cold", "proactive")
    )
    assert cold - proactive == pytest.approx((300 + 400 + 120 + 200 + 2) / 12, rel=0.1)


def test_without_platform_lines_startup_in_init_counts() -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, platform=False)
    results = results_from(run.lines())
    found = results.comparisons[0]
    assert found.finding == "no difference seen"
    assert found.mean_ms["init"] == pytest.approx((400 + 120 + 200 + 2) / 12 + 6, rel=0.1)
    assert results.arms[0].billed_ms is None
    assert not results.basis.imports_counted


def test_without_platform_lines_known_imports_count() -> None:
    results = results_from(Run(arms={"init": 25}, platform=False).lines())
    assert results.arms[0].user_visible_ms.value == pytest.approx((300 + 722) / 12 + 6, rel=0.1)
    assert results.basis.imports_counted


def test_text_and_json_reports_agree() -> None:
    as_json, as_text = results_from(Run().lines()), results_from(Run(text_reports=True).lines())
    assert as_text.comparisons[0].difference_ms == pytest.approx(
        as_json.comparisons[0].difference_ms, abs=0.01
    )
    assert as_text.input.requests_without_report == 0


def arm_of(results: Results, placement: str = "init") -> Arm:
    return next(arm for arm in results.arms if arm.placement == placement)


@pytest.mark.parametrize(("status", "failed"), [("timeout", 1), ("error", 1), (None, 0)])
def test_t9_request_without_record_is_one_of_its_stream(status: str | None, failed: int) -> None:
    stream = Stream("one").startup().request().request()
    stream.wait(3000).report("lost", 3000.0, status=status)
    arm = arm_of(results_in([stream]))
    assert (arm.requests, arm.failed_requests, arm.environments) == (3, failed, 1)
    assert arm.user_visible_ms.value == pytest.approx((1000 + 6 + 6 + 3000) / 3)
    assert arm.billed_ms is not None
    assert arm.billed_ms.value == pytest.approx((1000 + 6 + 6 + 3000) / 3)


def test_t9_time_outs_of_one_arm_are_seen() -> None:
    arms = {arm: list(ordinary(arm, 25)) for arm in ("init", "first_invocation")}
    for stream in arms["first_invocation"][:10]:
        stream.wait(3000).report(f"{stream.name}-lost", 3000.0, status="timeout")
    found = results_in([*arms["init"], *arms["first_invocation"]])
    lazy = arm_of(found, "first_invocation")
    assert (lazy.requests, lazy.failed_requests) == (110, 10)
    assert lazy.user_visible_ms.value > 30_000 / 110
    assert [(one.placement, one.in_figures, one.timed_out) for one in found.unrecorded] == [
        ("first_invocation", True, 10)
    ]


def test_t9_first_request_that_timed_out_waited_for_init() -> None:
    stream = Stream("one").assigned().wait(1000)
    stream.wait(3000).report("lost", 3000.0, 400.0, status="timeout")
    arm = arm_of(results_in([stream]))
    assert arm.user_visible_ms.value == 3400.0


@pytest.mark.parametrize("told", [True, False], ids=["with streams", "without"])
def test_first_request_of_a_provisioned_environment_that_timed_out_waited_for_no_init(*, told: bool) -> None:
    """Lambda's line has INIT all the same, and the lazy arm leaves no record that says how it started."""
    kept = Stream("kept", told=told).assigned().startup(init_type=PROVISIONED).wait(60_000)
    kept.request(6.0, start="provisioned").wait(3000).report("late", 3000.0, 400.0, status="timeout")
    lazy = Stream("lazy", "first_invocation", told=told).assigned().wait(60_000)
    lazy.process = "p2"
    lazy.wait(3000).report("lost", 3000.0, 400.0, status="timeout")
    lazy.startup(init_type=PROVISIONED, reinit=True).request(6.0)
    found = results_in([kept, lazy])
    waited = sum(one.user_visible_ms.value * one.requests for one in found.arms)
    apart = found.bounds[0].lowest_ms if found.bounds else None
    if told:
        assert waited == pytest.approx(6.0 + 3000.0 + 3000.0 + 6.0)
        assert apart is None
    else:
        assert waited == pytest.approx(6.0 + 6.0)
        assert apart == pytest.approx(6.0 - (6.0 + 6000.0) / 3)


@pytest.mark.parametrize(("gap", "waited"), [(60_000.0, 0.0), (5_000.0, 400.0), (20.0, 400.0)])
def test_first_request_that_timed_out_long_after_its_environment_was_born_waited_for_no_init(
    gap: float, waited: float
) -> None:
    stream = Stream("one", "first_invocation").assigned().wait(400.0).wait(gap)
    stream.wait(3000).report("lost", 3000.0, 400.0, status="timeout")
    found = results_in([stream])
    assert arm_of(found, "first_invocation").user_visible_ms.value == 3000.0 + waited
    assert [(one.answered, one.timed_out) for one in found.first_requests.answers] == [(0, 1)]


def test_t9_request_of_no_stream_is_counted_and_in_no_figure() -> None:
    lost = Stream("other", told=False).wait(3000).report("lost", 3000.0, status="timeout")
    found = results_in([Stream("one").startup().request(), lost])
    assert arm_of(found).requests == 1
    (unrecorded,) = found.unrecorded
    assert (unrecorded.placement, unrecorded.in_figures, unrecorded.timed_out) == ("init", False, 1)
    assert found.input.reports_without_request == 1


def test_t9_version_tells_the_arm_of_a_request_of_no_stream() -> None:
    streams = [Stream("one", version="7").startup().request(),
               Stream("two", "first_invocation", version="8").startup().request()]  # fmt: skip
    lost = Stream("other", told=False)
    lost.add(PlatformStart("lost", "8")).report("lost", 3000.0, status="timeout")
    (unrecorded,) = results_in([*streams, lost]).unrecorded
    assert (unrecorded.placement, unrecorded.in_figures) == ("first_invocation", False)


def totals_beside(mine: Stream, other: Stream) -> Totals:
    """Sum up what is of one service, in a log that has another one too."""
    ledger = Ledger("tickets")
    for service, stream in (("tickets", mine), ("mail", other)):
        for line, origin in stream.lines:
            if isinstance(line, PlatformEvent):
                ledger.enter_platform(line, origin)
            else:
                ledger.enter(msgspec.structs.replace(line, service=service), origin)
    return totals_of(ledger)


def test_t9_requests_of_another_service_are_not_of_this_one() -> None:
    mine, other = Stream("one").startup().request(), Stream("two").startup()
    other.report("lost", 3000.0, status="timeout")
    totals = totals_beside(mine, other)
    assert totals.unplaced.elsewhere == 1
    assert not totals.unplaced.by_arm.any()


def test_reports_of_another_service_are_not_lost_requests_of_this_one() -> None:
    """A file of lines has no log streams, but the other service's records name its requests."""
    mine = Stream("one", told=False).startup().request().request()
    other = Stream("two", told=False).startup().request().request()
    other.record("warm", request_ids=["a", "b"], InvocationDuration=[5.0, 5.0])
    other.report("a", 5.0).report("b", 5.0).report("of either", 3000.0, status="timeout")
    totals = totals_beside(mine, other)
    assert totals.sums.n.tolist() == [2.0]
    assert totals.unplaced.elsewhere == 4
    assert totals.unplaced.by_arm.sum(axis=0).tolist() == [0, 0, 1]


def test_t9_platform_counts_a_request_as_failed_whatever_its_record_says() -> None:
    """The response was made, and the process was ended before it had left."""
    stream = Stream("one").startup().request().request(report=False)
    arm = arm_of(results_in([stream.report("one-p1-2", 3000.0, status="timeout")]))
    assert (arm.requests, arm.failed_requests) == (2, 1)


def test_t9_request_without_record_read_no_state_that_is_known() -> None:
    streams = list(ordinary("init", 3))
    for stream in streams:
        stream.record("resource", ordinal=1, resource="model", ResourceDuration=400.0)
        stream.startup(state_keys=["model"], ordinal=1).request(touched={"model": 1})
        stream.report(f"{stream.name}-lost", 3000.0, status="timeout")
    (advice,) = results_in(streams).resources
    assert advice.request_share is not None
    assert advice.request_share.value == 1 / 5


def test_t11_cold_start_without_init_is_unknown() -> None:
    stream = Stream("one").startup().request(report=False).report("one-p1-1", 6.0).request(10.0)
    found = results_in([stream])
    arm = arm_of(found)
    assert (arm.requests, arm.user_visible_ms.value) == (2, 10.0)
    assert arm.billed_ms is not None
    assert arm.billed_ms.value == 8.0
    assert [(one.placement, one.unknown) for one in found.init_waits] == [("init", 1)]


def test_t11_cold_start_without_report_and_startup_is_unknown() -> None:
    known = Stream("one").startup().request(report=False)
    unknown = Stream("two").request(report=False).request(7.0, report=False)
    found = results_in([known, unknown])
    assert arm_of(found).user_visible_ms.value == pytest.approx((1006 + 7) / 2)
    assert [one.unknown for one in found.init_waits] == [1]


def test_t13_pings_are_no_requests() -> None:
    stream = Stream("one").startup().request(0.05, ping=True)
    for _ in range(20):
        stream.wait(1).request(0.05, ping=True).wait(1).request(8.0)
    found = results_in([stream])
    arm = arm_of(found)
    assert arm.requests == 20
    assert arm.user_visible_ms.value == pytest.approx(8.0)
    assert [(one.placement, one.count) for one in found.pings] == [("init", 21)]
    assert found.input.reports_without_request == 0


def test_t13_request_after_a_ping_that_took_init_is_warm() -> None:
    stream = Stream("one").startup().request(0.05, ping=True).request(8.0, start="cold")
    found = results_in([stream])
    assert found.starts.recorded == {"init": {"warm": 1}}
    assert arm_of(found).user_visible_ms.value == 8.0


def test_t13_lazy_startup_after_pings_is_no_repeat() -> None:
    stream = Stream("one", "first_invocation").request(0.05, ping=True).startup()
    stream.request(708.0, startup_ms=700.0)
    assert results_in([stream]).startup.repeat_with_shutdown is None


def test_t15_report_without_billed_ms() -> None:
    stream = Stream("one").startup().request(start="provisioned", report=False)
    found = results_in([stream.report("one-p1-1", 9.0, billed_ms=None)])
    arm = arm_of(found)
    assert (arm.user_visible_ms.value, arm.billed_ms) == (9.0, None)
    assert found.input.reports_without_billed == 1


@pytest.mark.parametrize(("gap", "differs"), [(5.0, False), (5000.0, True), (20_000.0, False)])
def test_t25_open_gap_is_read_both_ways(gap: float, *, differs: bool) -> None:
    """After 5 s, nobody can tell whether the request of 6 ms waited for an INIT of 1000 ms."""
    init = [Stream(f"i{n}").assigned().startup().request(6.0 + n / 10, gap_ms=gap) for n in range(25)]
    lazy = [Stream(f"l{n}", "first_invocation").assigned().startup().request(300.0 + n, start="proactive")
            for n in range(25)]  # fmt: skip
    found = results_in([*init, *lazy])
    assert found.comparisons[0].finding == "costs"
    assert (found.other_reading is not None) is differs
    if found.other_reading is not None:
        assert found.other_reading.differs
        assert found.other_reading.comparisons[0].finding == "saves"
        assert [(one.placement, one.open_gaps) for one in found.init_waits] == [("init", 25)]


def restored(number: int, *, reported: bool) -> Stream:
    """An environment that was restored from the one snapshot there is."""
    stream = Stream(f"restored{number}").request(
        6.0, "snapstart", report=False, startup_id="s-1", request_id=f"{number}"
    )
    if reported:
        stream.report(f"{number}", 6.0, restore_ms=400.0)
    return stream.request().request()


def test_restore_that_no_line_tells_is_unknown_and_not_zero() -> None:
    evidence = evidence_in([restored(0, reported=True), restored(1, reported=False)])
    assert evidence.totals.sums.user.tolist() == [406 + 12, 12]
    assert evidence.totals.untimed.tolist()[0] == 1
    assert evidence.totals.firsts is not None
    assert evidence.totals.firsts.timed.tolist() == [True, False]


def test_copies_of_one_startup_do_not_tell_how_much_startups_vary() -> None:
    published = Stream("published").record(
        "startup", ordinal=1, phase="init", outcome="complete", StartupDuration=700.0,
        init_type="snap-start", startup_id="s-1",
    )  # fmt: skip
    bound = results_in([published, *(restored(number, reported=True) for number in range(25))]).bound
    assert bound is not None
    assert bound.startup_and_shutdown_ms == Estimate(700.0, None, None, 0.95)
    assert (bound.low, bound.high) == (None, None)
