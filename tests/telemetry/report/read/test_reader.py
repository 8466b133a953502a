import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.errors import UnusableError
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Reader, report_from
from tests.telemetry.report.reported import evidence_from, results_from
from tests.telemetry.report.simulation import Run

COMMON = {"v": 1, "at": 1, "service": "tickets", "environment": "e1", "process": "p1", "placement": "init"}
INVOCATION = COMMON | {
    "record": "invocation", "n": 1, "request_id": "r1", "start": "cold", "InvocationDuration": 4.2,
}  # fmt: skip


def read(*lines: bytes | str | dict[str, Any]) -> Reader:
    reader = Reader(Ledger())
    reader.read(_bytes(line) for line in lines)
    return reader


def _bytes(line: bytes | str | dict[str, Any]) -> bytes:
    if isinstance(line, dict):
        line = json.dumps(line)
    return line.encode() if isinstance(line, str) else line


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in INVOCATION.items() if name != field}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (without("request_id"), "invocation: missing request_id"),
        (without("process"), "invocation: missing process"),
        (without("v"), "invocation: missing v"),
        (INVOCATION | {"InvocationDuration": "4.2"}, "invocation: bad InvocationDuration"),
        (INVOCATION | {"InvocationDuration": -1}, "invocation: bad InvocationDuration"),
        (INVOCATION | {"start": "lukewarm"}, "invocation: bad start"),
        (INVOCATION | {"touched": {"secret-key": "x"}}, "invocation: bad touched"),
        (INVOCATION | {"v": 2}, "schema version 2; this report reads 1"),
        (INVOCATION | {"v": 2, "n": "new shape"}, "schema version 2; this report reads 1"),
        (INVOCATION | {"v": "1"}, "invocation: bad v"),
        (INVOCATION | {"record": "weather"}, "unknown kind of record"),
        ('{"record":"invocation","v":1', "not JSON"),
        ({"type": "platform.report", "record": {"requestId": "r"}}, "platform.report: missing metrics"),
        (
            {"type": "platform.report", "record": {"requestId": "r", "metrics": {"durationMs": 1}}},
            "platform.report: missing billedDurationMs",
        ),
        ('{"a":' * 100_000, "not JSON"),
        (b'{"a":"\xff"}', "not JSON"),
    ],
)
def test_malformed_line_is_named(line: bytes | str | dict[str, Any], reason: str) -> None:
    reader = read(line)
    assert dict(reader.malformed) == {reason: 1}
    assert reader.lines == 1


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Traceback (most recent call last):", "plain text"),
        ('INFO "x" {not json}', "plain text"),
        ('[INFO] 2026-11-24 {"level": "INFO"}', "plain text"),
        ({"level": "INFO", "message": "hello"}, "other JSON (logs, metrics)"),
        ({"record": "of the year", "message": "hello"}, "other JSON (logs, metrics)"),
        ({"_aws": {}, "service": "tickets", "TicketsCreated": [1.0]}, "other JSON (logs, metrics)"),
        ("[1, 2]", "other JSON (logs, metrics)"),
        ({"type": "platform.start", "record": {"requestId": "r"}}, "other platform events"),
    ],
)
def test_other_lines_are_counted(line: str | dict[str, Any], kind: str) -> None:
    reader = read(line)
    assert (dict(reader.others), dict(reader.malformed)) == ({kind: 1}, {})


def test_blank_lines_count_nothing() -> None:
    assert read(b"\n", b"  \r\n").lines == 0


def test_timestamp_before_record_is_read_over() -> None:
    exported = f"2026-11-24T00:00:00.000Z {json.dumps(INVOCATION)}"
    assert dict(read(exported).records) == {"invocation": 1}


def test_malformed_record_after_timestamp_is_named() -> None:
    reader = read(f"2026-11-24T00:00:00.000Z {json.dumps(without('n'))}")
    assert dict(reader.malformed) == {"invocation: missing n": 1}


def test_service_may_have_any_name() -> None:
    reader = read(INVOCATION | {"service": "platform.report"})
    assert dict(reader.records) == {"invocation": 1}


def test_reason_shows_no_value() -> None:
    reader = read(INVOCATION | {"start": "canary"}, INVOCATION | {"record": "canary"}, '{"canary":')
    assert "canary" not in str(reader.malformed)


def test_fault_needs_no_environment() -> None:
    assert dict(read({"record": "fault", "v": 1, "at": 1, "service": "t", "sink": "spans"}).malformed) == {}


def test_text_report_has_all_figures() -> None:
    line = (
        b"2026-11-24T00:00:00.000Z REPORT RequestId: 8f5e\tDuration: 12.34 ms\tBilled Duration: 913 ms\t"
        b"Memory Size: 512 MB\tMax Memory Used: 130 MB\tInit Duration: 900.12 ms\t\n"
    )
    report = report_from(line)
    assert report is not None
    metrics = report.record.metrics
    assert report.record.request_id == "8f5e"
    assert (metrics.duration_ms, metrics.billed_ms, metrics.init_ms) == (12.34, 913, 900.12)
    assert (metrics.memory_mb, metrics.used_mb, metrics.restore_ms) == (512, 130, None)


def test_text_report_of_snapshot() -> None:
    line = (
        b"REPORT RequestId: 8f5e\tDuration: 12.34 ms\tBilled Duration: 300 ms\tMemory Size: 512 MB\t"
        b"Max Memory Used: 130 MB\tRestore Duration: 410.00 ms\tBilled Restore Duration: 280 ms\t"
    )
    report = report_from(line)
    assert report is not None
    assert (report.record.metrics.billed_ms, report.record.metrics.restore_ms) == (300, 410)


def test_text_and_json_reports_agree() -> None:
    as_json, as_text = results_from(Run().lines()), results_from(Run(text_reports=True).lines())
    assert as_text.comparisons[0].difference_ms == pytest.approx(
        as_json.comparisons[0].difference_ms, abs=0.01
    )
    assert as_text.input.requests_without_report == 0


def test_order_of_lines_is_free() -> None:
    lines = Run().lines()
    there, back = results_from(lines), results_from(reversed(lines))
    assert back.starts == there.starts
    assert back.comparisons[0].low == pytest.approx(there.comparisons[0].low)


def test_second_copy_changes_nothing() -> None:
    lines = Run().lines()
    once, twice = results_from(lines), results_from(lines[:-1] + lines)
    assert twice.comparisons == once.comparisons
    assert twice.startup == once.startup
    assert twice.resources == once.resources
    assert twice.input.duplicates["invocation"] == once.input.records["invocation"]
    assert twice.input.duplicates["platform.report"] == once.input.records["platform.report"]


def test_runs_of_two_apps_are_refused() -> None:
    other = [line.replace('"app":"service.app:app"', '"app":"other:app"') for line in Run(seed=8).lines()]
    with pytest.raises(UnusableError, match=r"lab runs of service\.app:app and other:app"):
        evidence_from([*Run().lines(), *other])


@given(st.lists(st.binary(max_size=80) | st.text(max_size=80).map(str.encode), max_size=5))
def test_any_bytes_are_counted(lines: list[bytes]) -> None:
    reader = read(*lines)
    accounted = reader.malformed.total() + reader.others.total() + reader.records.total()
    assert accounted == reader.lines


SAMPLE = Run(arms={"init": 1, "every_invocation": 1}, invocations=2).lines()


@given(st.sampled_from(SAMPLE), st.data())
def test_damaged_record_is_counted(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line) - 1))
    damaged = line[:at] + data.draw(st.text(max_size=3)) + line[at + data.draw(st.integers(0, 9)) :]
    reader = read(damaged)
    assert reader.malformed.total() + reader.others.total() + reader.records.total() == reader.lines <= 1
