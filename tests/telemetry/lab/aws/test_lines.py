import json

from telemetry.lab.aws.lines import holds_all, line_of

ID = "6b1f4a1e-0000-4000-8000-000000000001"
START = json.dumps(
    {"time": "t", "type": "platform.start", "record": {"requestId": ID, "version": "3"}}
).encode()
REPORT = json.dumps(
    {
        "time": "2026-11-26T13:00:00.000Z",
        "type": "platform.report",
        "record": {
            "requestId": ID,
            "status": "success",
            "metrics": {"durationMs": 1.5, "billedDurationMs": 2},
        },
    }
).encode()
RECORD = b'{"record":"invocation","v":1,"request_id":"' + ID.encode() + b'"}'


def test_records_and_reports_are_kept_and_what_an_app_logs_is_not() -> None:
    kept = [line_of(line) for line in (RECORD, REPORT)]
    assert all(kept)
    left = (
        b"hello",
        b'{"level": "INFO"}',
        b"{",
        START,
        b'{"record":"invocation"}',
        b'{"record":"lab","v":1}',
    )
    assert [line for line in left if line_of(line)] == []


def test_a_report_tells_the_billed_time_in_either_format() -> None:
    text = f"REPORT RequestId: {ID}\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t".encode()
    for line in (REPORT, text):
        found = line_of(line)
        assert found is not None
        assert found.report is not None
        assert (found.report.request_id, found.report.billed_ms) == (ID, 2)


def test_a_line_that_comes_twice_has_one_key() -> None:
    spaced = RECORD.replace(b",", b", ") + b"\n"
    first, second = line_of(RECORD), line_of(spaced)
    assert first is not None
    assert second is not None
    assert first.key == second.key


def test_an_end_of_a_log_holds_all_if_it_begins_with_the_request() -> None:
    assert holds_all([START, RECORD, REPORT], ID)
    assert not holds_all([RECORD, REPORT], ID)
    assert not holds_all([START, RECORD], ID)
    assert not holds_all([START.replace(b"0001", b"0002"), RECORD, REPORT], ID)


def test_a_line_like_a_bomb_is_passed_over() -> None:
    assert line_of(b"[" * 100_000) is None
    assert line_of(b'{"a":' * 100_000) is None
