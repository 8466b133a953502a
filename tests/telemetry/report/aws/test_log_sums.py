"""What log lines say of a service's health."""

import json
from typing import Any

import pytest

from telemetry.report.aws.log_sums import LogSums
from telemetry.report.aws.recent import Recent
from tests.telemetry.report.simulation import Run

COMMON = {"v": 1, "at": 1, "service": "tickets", "environment": "e", "process": "p", "placement": "init"}
ID = "8286a188-ba32-4475-8077-530cd35c09a9"


def told(kind: str, **fields: Any) -> str:
    return json.dumps({"record": kind, **COMMON, **fields})


def report(status: str | None = "success", ms: float = 5.0, used: int = 90, size: int = 512) -> str:
    metrics = {"durationMs": ms, "billedDurationMs": ms, "memorySizeMB": size, "maxMemoryUsedMB": used}
    record = {"requestId": ID, "metrics": metrics} | ({"status": status} if status else {})
    return json.dumps({"time": "2026-11-24T08:00:00.000Z", "type": "platform.report", "record": record})


def text_report(ms: float = 5.0, rest: str = "") -> str:
    return (
        f"REPORT RequestId: {ID}\tDuration: {ms:.2f} ms\tBilled Duration: {ms:.0f} ms\t"
        f"Memory Size: 512 MB\tMax Memory Used: 90 MB\t{rest}\n"
    )


def init_report(ms: float, **record: Any) -> str:
    record = {"phase": "init", "status": "success", "metrics": {"durationMs": ms}} | record
    return json.dumps({"time": "2026-11-24T08:00:00.000Z", "type": "platform.initReport", "record": record})


def recent(
    *lines: str, stream: str = "2026/11/24/[$LATEST]one", service: str | None = None, timeout_s: float = 3
) -> Recent:
    log = LogSums(timeout_s)
    for line in lines:
        log.enter(stream, line.encode())
    return log.recent("1d", "tickets-function", "tickets", service)


@pytest.mark.parametrize("text_reports", [False, True])
def test_healthy_run_is_counted(text_reports: bool) -> None:  # noqa: FBT001
    found = recent(*Run(lab=False, arms={"init": 3}, text_reports=text_reports).lines())
    assert (found.requests, found.endings.reports, found.placements) == (36, 36, frozenset({"init"}))
    assert (found.startups.complete, found.startups.failed) == (3, 0)
    assert (found.endings.timed_out, found.endings.crashed, found.cut) == (0, 0, 0)
    assert found.startups.slowest_in_request_ms is None
    (whole,) = found.startups.slowest_init_ms.values()
    assert 900 < whole < 1200  # imports of 300 ms, and resources of 720


def test_startups_inside_requests_are_told_apart() -> None:
    found = recent(*Run(lab=False, arms={"first_invocation": 3}).lines())
    assert found.startups.slowest_init_ms == {}
    slowest = found.startups.slowest_in_request_ms
    assert slowest is not None
    assert 600 < slowest < 900


@pytest.mark.parametrize(
    "line",
    [
        report("timeout", 3000),
        report(None, 3000),
        text_report(3000, "Status: timeout"),
        text_report(3000),
    ],
)
def test_t24_time_outs_are_counted_in_both_formats(line: str) -> None:
    endings = recent(line, report(), text_report()).endings
    assert (endings.reports, endings.timed_out, endings.crashed) == (3, 1, 0)


def test_crashes_are_counted_in_both_formats() -> None:
    crashed = text_report(12, "Status: error\tError Type: Runtime.ExitError")
    assert recent(report("error"), report("failure"), crashed).endings.crashed == 3


def test_t24_failed_startups_are_counted_with_their_errors() -> None:
    failed = told("startup", outcome="failed", ordinal=1, phase="init", StartupDuration=3, error="OSError")
    startups = recent(failed, failed, told("failure", ordinal=1, phase="init", error="OSError")).startups
    assert (startups.complete, startups.failed, startups.errors) == (0, 2, ("OSError",))


def test_inits_are_kept_by_their_type() -> None:
    startup = told(
        "startup", outcome="complete", phase="init", StartupDuration=2000, init_ms=500, init_type="snap-start"
    )
    found = recent(
        startup, init_report(14_000, initializationType="provisioned-concurrency"), "INIT_REPORT "
        "Init Duration: 900.50 ms\tPhase: init\tStatus: success",
    )  # fmt: skip
    assert found.startups.slowest_init_ms == {
        "snap-start": 2500, "provisioned-concurrency": 14_000, "": 900.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        init_report(9999.9, status="timeout", initializationType="on-demand"),
        "INIT_REPORT Init Duration: 9999.92 ms\tPhase: init\tStatus: timeout",
    ],
)
def test_cut_init_is_counted_and_no_duration(line: str) -> None:
    startups = recent(line).startups
    assert (startups.cut, startups.slowest_init_ms) == (1, {})


def test_repeated_init_is_a_startup_inside_a_request() -> None:
    assert recent(init_report(2600, phase="invoke")).startups.slowest_in_request_ms == 2600


def test_deferred_startup_is_counted() -> None:
    startup = told(
        "startup", outcome="complete", phase="init", StartupDuration=12_000, init_ms=300, deferred=True
    )
    assert recent(startup).startups.outlasted == 1


def test_losses_are_counted() -> None:
    found = recent(
        told("invocation", n=2, cut=True), told("invocation", n=3), told("warm", invocations=4),
        told("death", error="RuntimeError"), told("fallback", in_force="init", reason="it was repeated"),
        told("fault", sink="spans"), told("end", invocations=3, faults=3, dropped_spans=7),
    )  # fmt: skip
    assert (found.requests, found.cut, found.deaths, found.fallbacks) == (6, 1, 1, 1)
    assert (found.faults, found.sinks, found.dropped_spans) == (3, ("spans",), 7)
    assert found.reasons == ("it was repeated",)


def test_memory_is_the_largest_share() -> None:
    share = recent(report(used=100), report(used=500), report(used=900, size=1024)).endings.memory_share
    assert share == pytest.approx(500 / 512)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"type":"platform.report","record":{}}',
        '{"type":"platform.report","record":{"metrics":{"durationMs":"x"}}}',
        '{"message":"REPORT RequestId: x\\tDuration: 9000.00 ms"}',
        "caller said: REPORT RequestId: x\tDuration: 9000.00 ms",
        "REPORT RequestId: x",
        "REPORT RequestId: x\t" + "Aa " * 60_000,
        "REPORT RequestId: x\tDuration: 1.2.3 ms",
        "INIT_REPORT ",
        told("startup", StartupDuration=1e300, outcome=[1]),
        told("warm", invocations="many"),
        '{"record":"invocation","service":7}',
        '{"record":5,"service":"tickets"}',
        '{"record":"invocation","service":"tickets","message":"of the app itself"}',
        '{"record":"of the app","v":1,"service":"tickets"}',
    ],
)
def test_other_lines_do_no_harm(line: str) -> None:
    found = recent(line)
    assert (found.requests, found.endings.reports, found.startups.slowest_init_ms) == (0, 0, {})


def test_nothing_at_all_is_silent() -> None:
    assert recent("hello").silent
    assert not recent(report()).silent
    assert not recent(init_report(5, status="timeout")).silent


def test_t24_services_of_one_group_are_told_apart() -> None:
    log = LogSums(3)
    log.enter("mine", told("invocation", n=1).encode())
    log.enter("mine", report().encode())
    log.enter("theirs", told("invocation", n=1, service="mail").encode())
    log.enter("theirs", told("invocation", n=2, service="mail").encode())
    log.enter("theirs", report("timeout").encode())
    log.enter("theirs", report().encode())
    mine, theirs = (log.recent("1d", "f", "tickets", service) for service in (None, "mail"))
    assert (mine.requests, mine.endings.reports, mine.endings.timed_out, mine.others) == (1, 1, 0, ("mail",))
    assert (theirs.requests, theirs.endings.reports, theirs.endings.timed_out) == (2, 2, 1)


def test_streams_without_records_belong_to_the_function_that_they_name() -> None:
    log = LogSums(3)
    for stream in ("2026/11/24/tickets-function[$LATEST]a", "2026/11/24/mail[3]b", "2026/11/24/[$LATEST]c"):
        log.enter(stream, report("timeout").encode())
    assert log.recent("1d", "tickets-function", "tickets", None).endings.timed_out == 2


def test_only_service_is_taken_whatever_the_function_declares() -> None:
    log = LogSums(3)
    log.enter("one", told("invocation", n=1, service="renamed").encode())
    assert log.recent("1d", "f", "tickets", None).requests == 1
    asked = log.recent("1d", "f", "tickets", "tickets")
    assert (asked.requests, asked.others) == (0, ("renamed",))
