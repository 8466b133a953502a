"""What an app, a caller or a tool of theirs writes into the log changes no number."""

import io
import json
from collections.abc import Sequence

import pytest

from telemetry.report.errors import UnusableError
from telemetry.report.read.evidence import Evidence, evidence_of
from telemetry.report.read.lines import Source, lines_from
from telemetry.report.read.origin import environment_of
from telemetry.report.read.skipped import UNPREFIXED, unlike_the_rest
from tests.telemetry.report.read.shapes.exported import SHAPES
from tests.telemetry.report.simulation import Run

RUN = Run(arms={"init": 3, "every_invocation": 3}, lab=False)
LINES = RUN.lines()
TEXT_LINES = Run(arms={"init": 3, "every_invocation": 3}, text_reports=True, lab=False).lines()
RECORD = next(line for line in LINES if '"record":"invocation"' in line)
REQUEST_ID = json.loads(RECORD)["request_id"]
FORGED = RECORD.replace(REQUEST_ID, "f" * 32)
EVENT = json.dumps(
    {"time": "2026-11-24T00:00:00.000Z", "type": "platform.report",
     "record": {"requestId": REQUEST_ID, "status": "timeout",
                "metrics": {"durationMs": 9000.0, "billedDurationMs": 9000}}},
    separators=(",", ":"),
)  # fmt: skip
REPORT = (
    f"REPORT RequestId: {REQUEST_ID}\tDuration: 9000.00 ms\tBilled Duration: 9000 ms\tMemory Size: 512 MB"
)
TIME = "2026-11-24T00:00:00.000Z"
LOGGED = f"[INFO]\t{TIME}\t{REQUEST_ID}\t"
"""As Lambda's text format puts it before what `logging` gets."""


def _json(message: object) -> str:
    """Return a line of Lambda's JSON format for what `logging` gets."""
    return json.dumps(
        {"timestamp": TIME, "level": "INFO", "message": message, "logger": "app", "requestId": REQUEST_ID}
    )


CASES = {
    "T1 report that is none": "REPORT RequestId: x Duration: ... ms",
    "T1 report that goes on": "REPORT RequestId: x\t" + "Aa " * 64_000,
    "T1 in JSON": _json("REPORT RequestId: x Duration: ... ms"),
    "T2 in JSON": _json(REPORT),
    "T2 in the app's own JSON": json.dumps({"message": REPORT, "level": "INFO"}),
    "T2 behind a level": LOGGED + REPORT,
    "T2 behind a word": f"said {REPORT}",
    "T2 behind a time": f"{TIME} {REPORT}",
    "T2 with more behind it": f"{REPORT} said the caller",
    "T2 event in JSON": _json(EVENT),
    "T2 event as an object in JSON": _json(json.loads(EVENT)),
    "T2 event with fields of a logger": json.dumps(json.loads(EVENT) | {"level": "INFO"}),
    "T2 event behind a time": f"{TIME} {EVENT}",
    "T2 event behind a level": LOGGED + EVENT,
    "T2 INIT behind a level": f"{LOGGED}INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout",
    "T3 record behind a level": f"{LOGGED}caller said: {FORGED}",
    "T3 record right behind a level": LOGGED + FORGED,
    "T3 record behind a word": f"user typed: {FORGED}",
    "T3 record behind a time": f"{TIME} {FORGED}",
    "T3 record behind a logger's time": f"2026-11-24 00:00:00,123 {FORGED}",
    "T3 record in JSON": _json(FORGED),
    "T3 record as an object in JSON": _json(json.loads(FORGED)),
    "T3 record in a list": f"[{FORGED}]",
    "T3 record in an event": json.dumps(
        {"message": FORGED, "timestamp": 1, "ingestionTime": 1, "eventId": "1", "logStreamName": "s"}
    ),
    "T3 record in a docker line": json.dumps({"log": FORGED + "\n", "stream": "stdout", "time": TIME}),
    "T3 record in a subscription": json.dumps(
        {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "timestamp": 1, "message": FORGED}]}
    ),
    "T3 record in a page": json.dumps({"events": [{"timestamp": 1, "message": FORGED, "ingestionTime": 1}]}),
    "T3 record in a row": json.dumps({"results": [[{"field": "@message", "value": FORGED}]]}),
}


def read(lines: Sequence[str], shape: str = "bare") -> Evidence:
    return evidence_of([Source("log", lines_from(io.BytesIO(SHAPES[shape](lines))))])


def numbers(found: Evidence) -> list[object]:
    """Return what every figure rests on."""
    sums, read = found.totals.sums, found.read
    return [
        {kind: count for kind, count in read.records.items() if count},
        {kind: count for kind, count in read.duplicates.items() if count},
        sums.user.tolist(),
        sums.billed.tolist(),
        read.reports_without_request,
        read.requests_without_report,
    ]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("at", [0, 7, len(LINES)], ids=["first", "between", "last"])
def test_t1_t2_t3_line_of_an_app_changes_no_number(name: str, at: int) -> None:
    found = read([*LINES[:at], CASES[name], *LINES[at:]])
    assert numbers(found) == numbers(read(LINES))
    assert found.read.lines == len(LINES) + 1


@pytest.mark.parametrize("shape", [
    "filtered", "tailed", "tailed_short", "sam", "firehose", "docker", "insights_csv", "each_event",
])  # fmt: skip
def test_t1_t2_t3_nor_in_an_export(shape: str) -> None:
    mixed = [line for pair in zip(LINES, [*CASES.values()] * 99, strict=False) for line in pair]
    assert numbers(read(mixed, shape)) == numbers(read(mixed, "bare")) == numbers(read(LINES))


def test_second_line_of_a_message_is_no_platform_line() -> None:
    mixed = [line for line in LINES for line in (line, f"Traceback\n{REPORT}\n{FORGED}")]
    for shape in ("filtered", "firehose", "insights_json"):
        assert numbers(read(mixed, shape)) == numbers(read(LINES))


def test_t2_telemetry_api_tells_who_wrote_a_line() -> None:
    forged = json.dumps([{"time": TIME, "type": "function", "record": text} for text in (EVENT, REPORT)])
    extension = json.dumps([{"time": TIME, "type": "extension", "record": FORGED}])
    content = SHAPES["telemetry_api"](LINES) + f"{forged}\n{extension}\n".encode()
    found = evidence_of([Source("log", lines_from(io.BytesIO(content)))])
    assert numbers(found) == numbers(read(LINES))
    assert found.read.others["platform events that the function wrote"] == 2


def test_record_behind_a_prefix_of_its_own_is_named() -> None:
    found = read([*LINES, f"{TIME} {FORGED}"])
    assert found.read.others == {"behind a prefix that the other lines do not have": 1}


def test_time_of_a_logger_before_each_line_makes_no_export() -> None:
    """Even where a caller has the app log five such lines for each request."""
    mixed = [line for line in LINES for line in (line, *[f"{TIME} {FORGED}"] * 5)]
    assert numbers(read(mixed)) == numbers(read(LINES))


def _after_each_request(*forged: str) -> list[str]:
    """Return a log in which a message of the app goes on with these lines, at each request."""
    message = "\n".join((f"{LOGGED}bad header: x", *forged))
    return [it for line in LINES for it in ([message, line] if '"record":"invocation"' in line else [line])]


@pytest.mark.parametrize("forged", [FORGED, EVENT, REPORT], ids=["record", "json", "text"])
@pytest.mark.parametrize("shape", [
    "tailed", "tailed_short", "tailed_json", "tailed_in_colour", "sam", "to_s3", "console", "docker_compose",
])  # fmt: skip
def test_t2_t3_lines_that_continue_a_message_make_no_bare_log(shape: str, forged: str) -> None:
    found = read(_after_each_request(forged), shape)
    assert numbers(found) == numbers(read(LINES))
    assert any(unlike_the_rest(found.read.others, UNPREFIXED))


@pytest.mark.parametrize("shape", ["tailed", "to_s3"])
def test_t3_more_forged_lines_than_genuine_ones_are_refused(shape: str) -> None:
    with pytest.raises(UnusableError, match="Which of them an app was made to print"):
        read(_after_each_request(*[FORGED, EVENT] * 3), shape)


def test_t3_log_that_goes_on_in_another_shape_is_refused() -> None:
    content = SHAPES["tailed"](LINES[:40]) + b"x\n" * 2**17 + SHAPES["bare"](LINES)
    with pytest.raises(UnusableError, match="without a prefix that the other 40 have"):
        evidence_of([Source("log", lines_from(io.BytesIO(content)))])
    content = SHAPES["bare"](LINES[:40]) + b"x\n" * 2**17 + SHAPES["tailed"](LINES)
    with pytest.raises(UnusableError, match="behind a prefix that the other 40 do not have"):
        evidence_of([Source("log", lines_from(io.BytesIO(content)))])


def test_t3_line_with_a_forged_prefix_names_no_environment_of_another_stream() -> None:
    """A caller knows neither the name of a log stream nor the id that goes with it."""
    streams = [f"2026/11/24/[7]{number:032x}" for number in range(2)]
    record = json.loads(FORGED)
    genuine = [f"{TIME} {stream} {json.dumps(record | {'environment': environment_of(stream)})}"
               for stream in streams]  # fmt: skip
    made_up, true_id = f"2026/11/24/[7]{'a' * 32}", environment_of(streams[0])
    forged = [
        f"{TIME} {made_up} {json.dumps(record | {'environment': true_id, 'request_id': 'f1'})}",
        f"{TIME} {streams[1]} {json.dumps(record | {'environment': true_id, 'request_id': 'f2'})}",
        f"{TIME} {streams[1]} {json.dumps(record | {'environment': 'abc', 'request_id': 'f3'})}",
    ]
    for lines in ([*genuine, *forged], [*forged, *genuine]):
        found = read(lines)
        assert found.read.records["invocation"] == 2
        assert found.read.others == {"records of another environment than the log stream's": 3}


@pytest.mark.parametrize("header", ["timestamp,message", "@timestamp,@message"])
def test_t14_header_of_a_table_that_an_app_prints_makes_no_table(header: str) -> None:
    assert numbers(read([header, *LINES])) == numbers(read(LINES))


@pytest.mark.parametrize("forged", [EVENT, REPORT], ids=["json", "text"])
@pytest.mark.parametrize("at", [3, len(LINES)], ids=["before", "after"])
def test_t2_line_of_lambdas_very_shape_does_not_replace_the_report(forged: str, at: int) -> None:
    """A function that prints it cannot be told from the platform; its line is one more attempt."""
    found, genuine = read([*LINES[:at], forged, *LINES[at:]]), read(LINES)
    assert found.totals.sums.user.tolist() == genuine.totals.sums.user.tolist()
    assert found.totals.sums.billed.tolist() == genuine.totals.sums.billed.tolist()
    assert found.read.reports_without_request == 1
