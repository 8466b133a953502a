"""Logs Insights by recorded responses: it cannot be run here, so a request's rows are made by arithmetic."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from telemetry.report.aws import sources
from telemetry.report.aws.aggregates import Aggregates
from telemetry.report.aws.insights import CAP, ENVIRONMENTS, REQUESTS, Insights
from telemetry.report.aws.period import Period, period
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.results import results_of
from telemetry.report.read.origin import environment_of
from telemetry.report.show.verdict import Verdict, verdict_of
from tests.telemetry.report.aws.conftest import GROUP
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
WHEN = period("8h", None, NOW)
THREE_ARMS = {"init": 30, "first_invocation": 25, "every_invocation": 25}
HALVES = "init=50,first_invocation=50"
Row = dict[str, str]


@pytest.fixture
def stub() -> Iterator[Stubber]:
    with Stubber(boto3.client("logs", region_name="eu-west-1")) as stubber:
        yield stubber


def answer(stub: Stubber, rows: Sequence[Row], *, status: str = "Complete", query: str | None = None) -> None:
    """Record one query and its answer."""
    expected = {"logGroupName": GROUP, "queryString": query or ANY, "startTime": ANY, "endTime": ANY}
    stub.add_response("start_query", {"queryId": "q"}, expected)
    add_result(stub, rows, status)


def add_result(stub: Stubber, rows: Sequence[Row], status: str) -> None:
    found = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
    stub.add_response("get_query_results", {"status": status, "results": found}, {"queryId": "q"})


def insights(stub: Stubber) -> Insights:
    return Insights(stub.client, GROUP, wait=lambda _: None)


def request_rows(lines: Sequence[str]) -> list[Row]:
    """What the query sums up, from the lines themselves; numbers as Logs Insights writes them, as text."""
    records = [json.loads(line) for line in lines]
    reports = {
        record["record"]["requestId"]: record["record"]["metrics"]
        for record in records
        if record.get("type") == "platform.report"
    }
    sums: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for record in {r["request_id"]: r for r in records if r.get("record") == "invocation"}.values():
        of = sums[record["environment"], record["placement"]]
        metrics = reports.get(record["request_id"], {})
        of["requests"] += 1
        of["n"] += bool(metrics)
        of["ms"] += metrics.get("durationMs", 0)
        of["billed"] += metrics.get("billedDurationMs", 0)
        of["init"] += metrics.get("initDurationMs", 0) * record["ColdStart"]
        of["waited"] += record["ColdStart"]
        of["first_at"] = min(of["first_at"] or record["at"], record["at"])
        of["last_at"] = max(of["last_at"], record["at"])
    return [
        {"unit": unit, "arm": arm, "whose": "tickets"} | {name: repr(value) for name, value in of.items()}
        for (unit, arm), of in sums.items()
    ]


def judged(monkeypatch: pytest.MonkeyPatch, stub: Stubber, service: str | None = None) -> Verdict:
    monkeypatch.setattr(sources, "client", lambda _: stub.client)
    evidence = sources.aggregated([GROUP], period("8h", None, datetime.now(UTC)), service)
    return verdict_of(results_of(evidence))


def test_sums_tell_what_the_records_do(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Run(arms=THREE_ARMS, lab=False).lines()
    answer(stub, [], query=ENVIRONMENTS)
    answer(stub, request_rows(lines), query=REQUESTS)
    summed, read = judged(monkeypatch, stub), verdict_from(lines)
    sums_tell = [one for one in read.results.comparisons if one.estimand in {"user_visible_ms", "billed_ms"}]
    assert len(summed.results.comparisons) == len(sums_tell) == 4
    for one, other in zip(summed.results.comparisons, sums_tell, strict=True):
        assert (one.finding, one.n_environments) == (other.finding, other.n_environments)
        assert (one.difference_ms, one.low, one.high, one.df) == pytest.approx(
            (other.difference_ms, other.low, other.high, other.df)
        )
    assert summed.sentence.split(";")[0] == read.sentence.split(";")[0]
    assert summed.results.ledger is None
    assert summed.notes[0].startswith("summed up by Logs Insights")


def test_proactive_starts_wait_for_no_init(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        line.replace('"ColdStart":1', '"ColdStart":0') for line in Run(start="proactive", lab=False).lines()
    ]
    answer(stub, [])
    answer(stub, request_rows(lines))
    assert judged(monkeypatch, stub).results.arms[0].user_visible_ms.value == pytest.approx(
        verdict_from(lines).results.arms[0].user_visible_ms.value
    )


def test_assignments_count_idle_environments(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    assigned = [
        {"unit": f"e{number}", "arm": "init" if number % 2 else "first_invocation", "whose": "tickets",
         "experiment": HALVES, "planned": "90"}
        for number in range(60)
    ]  # fmt: skip
    answer(stub, assigned)
    answer(stub, request_rows(Run(arms={"init": 20, "first_invocation": 20}, lab=False).lines()))
    verdict = judged(monkeypatch, stub)
    assert verdict.results.assignment is not None
    assert verdict.results.assignment.environments == {"init": 30, "first_invocation": 30}
    assert verdict.results.progress is not None
    assert (verdict.results.progress.environments, verdict.results.progress.planned) == (20, 90)


def test_requests_in_shared_records_are_named(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(stub, [{"unit": "e1", "arm": "init", "whose": "tickets", "collected": "99"}])
    answer(stub, request_rows(Run(arms={"init": 20}, lab=False).lines()))
    verdict = judged(monkeypatch, stub)
    assert any("99 warm requests that share a record" in note for note in verdict.notes)
    assert verdict.results.arms[0].requests == 20 * 12


def test_windows_of_one_environment_add_up() -> None:
    rows = request_rows(Run(arms={"init": 2}, lab=False).lines())
    whole, split = Aggregates(None), Aggregates(None)
    whole.add_requests(rows)
    for row in rows:
        numbers = {name: float(row[name]) for name in ("requests", "n", "ms", "billed", "init", "waited")}
        split.add_requests([row | {name: repr(value / 2) for name, value in numbers.items()}] * 2)
    assert split.totals().sums.user.tolist() == whole.totals().sums.user.tolist()
    assert len(split.ledger.units) == 2


def test_reports_of_nothing_are_left_out() -> None:
    found = Aggregates(None)
    found.add_requests([{"requests": "4", "n": "4", "ms": "99.0"}])
    assert found.ledger.units == []


def test_missing_report_is_counted(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Run(arms={"init": 20}, lab=False).lines()
    del lines[next(number for number, line in enumerate(lines) if "platform.report" in line)]
    answer(stub, [])
    answer(stub, request_rows(lines))
    verdict = judged(monkeypatch, stub)
    assert verdict.results.input.requests_without_report == 1
    assert verdict.results.arms[0].requests == 20 * 12 - 1


def test_full_answers_are_asked_for_in_halves(stub: Stubber) -> None:
    full = [{"unit": str(number)} for number in range(CAP)]
    answer(stub, full)
    answer(stub, full[: CAP - 1])
    answer(stub, full)
    answer(stub, full[:2])
    answer(stub, full[:3])
    assert len(list(insights(stub).rows(REQUESTS, WHEN))) == CAP - 1 + 5
    stub.assert_no_pending_responses()


def test_halves_share_no_second(stub: Stubber) -> None:
    asked: list[tuple[int, int]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        asked.append((params["startTime"], params["endTime"]))

    stub.client.meta.events.register("before-parameter-build.cloudwatch-logs.StartQuery", note)
    for rows in ([{"unit": "e"}] * CAP, [], []):
        answer(stub, rows)
    list(insights(stub).rows(REQUESTS, WHEN))
    whole, first, second = asked
    assert first[0] == whole[0]
    assert second[1] == whole[1]
    assert second[0] == first[1] + 1


def test_crowded_minute_is_refused(stub: Stubber) -> None:
    answer(stub, [{"unit": "e"}] * CAP)
    with pytest.raises(UnusableError, match="within a minute"):
        list(insights(stub).rows(REQUESTS, Period(NOW, NOW + timedelta(seconds=90), NOW)))


def test_running_query_is_waited_for(stub: Stubber) -> None:
    answer(stub, [], status="Scheduled")
    add_result(stub, [{"unit": "half"}], "Running")
    add_result(stub, [{"unit": "e"}], "Complete")
    waits: list[float] = []
    asked = Insights(stub.client, GROUP, waits.append)
    assert list(asked.rows(REQUESTS, WHEN)) == [{"unit": "e"}]
    assert len(waits) == 2


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Timeout"])
def test_failed_query_is_told(stub: Stubber, status: str) -> None:
    answer(stub, [], status=status)
    with pytest.raises(UnusableError, match=f"the query ended as {status}"):
        list(insights(stub).rows(REQUESTS, WHEN))


def test_no_rows_are_no_records(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(stub, [])
    answer(stub, [])
    with pytest.raises(UnusableError, match="no records in"):
        judged(monkeypatch, stub)


def test_one_service_is_judged(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = request_rows(Run(arms={"init": 4}, lab=False).lines())
    others = [row | {"whose": "mail", "unit": f"m{row['unit']}"} for row in rows[:3]]
    for service in (None, "mail"):
        answer(stub, [])
        answer(stub, rows + others)
        if service is None:
            with pytest.raises(UnusableError, match=r"records of 2 services, tickets and mail\. Choose one"):
                judged(monkeypatch, stub)
        else:
            assert judged(monkeypatch, stub, service).results.arms[0].environments == 3


def test_two_stats_commands_and_a_cap() -> None:
    assert REQUESTS.count("| stats ") == 2  # the most that Logs Insights takes
    assert REQUESTS.endswith(f"| limit {CAP}")


def test_t9_time_outs_are_requests_of_their_log_stream(
    stub: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = request_rows(Run(arms={"init": 20}, lab=False).lines())
    one = rows[0] | {"unit": environment_of("2026/11/24/[$LATEST]one")}
    lost = {"stream": "2026/11/24/[$LATEST]one", "requests": "3", "n": "3", "ms": "9000", "billed": "9000",
            "failed": "3"}  # fmt: skip
    elsewhere = lost | {"stream": "2026/11/24/[$LATEST]two"}
    answer(stub, [])
    answer(stub, [lost, elsewhere, one, *rows[1:]])
    verdict = judged(monkeypatch, stub)
    (arm,) = verdict.results.arms
    assert (arm.requests, arm.failed_requests, arm.environments) == (20 * 12 + 3, 3, 20)
    assert [(found.placement, found.in_figures, found.failed) for found in verdict.results.unrecorded] == [
        ("init", True, 3),
        (None, False, 3),
    ]
    assert verdict.results.input.reports_without_request == 6


def test_reports_of_shared_records_complete_the_sums(stub: Stubber, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = environment_of("one")
    rows = request_rows(Run(arms={"init": 20}, lab=False).lines())
    answer(stub, [{"unit": unit, "arm": "init", "whose": "tickets", "collected": "99"}])
    shared = {"stream": "one", "requests": "99", "n": "99", "ms": "594", "billed": "594", "failed": "0"}
    answer(stub, [rows[0] | {"unit": unit}, *rows[1:], shared])
    verdict = judged(monkeypatch, stub)
    assert verdict.results.arms[0].requests == 20 * 12 + 99
    assert verdict.results.unrecorded == []
    assert verdict.results.basis.unsummed_requests == 0


def test_t10_t13_query_tells_attempts_and_pings_apart() -> None:
    """A retry has the id of the attempt before it, and a ping has a report as a request has."""
    joined, _, summed = REQUESTS.partition("| filter pings = 0")
    assert joined.rstrip().endswith("by id, @logStream as stream")
    assert "count(ping) as pings" in joined
    assert "by unit, arm, whose, stream" in summed
