"""What an app, a caller or a tool of theirs writes into the log changes no number."""

import io
import json
from collections.abc import Sequence

import pytest

from telemetry.report.read.evidence import Evidence, evidence_of
from telemetry.report.read.lines import Source, lines_from
from tests.telemetry.report.read.shapes.exported import SHAPES
from tests.telemetry.report.simulation import Run

RUN = Run(arms={"init": 3, "every_invocation": 3}, lab=False)
LINES = RUN.lines()
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


@pytest.mark.parametrize("forged", [EVENT, REPORT], ids=["json", "text"])
@pytest.mark.parametrize("at", [3, len(LINES)], ids=["before", "after"])
def test_t2_line_of_lambdas_very_shape_does_not_replace_the_report(forged: str, at: int) -> None:
    """A function that prints it cannot be told from the platform; its line is one more attempt."""
    found, genuine = read([*LINES[:at], forged, *LINES[at:]]), read(LINES)
    assert found.totals.sums.user.tolist() == genuine.totals.sums.user.tolist()
    assert found.totals.sums.billed.tolist() == genuine.totals.sums.billed.tolist()
    assert found.read.reports_without_request == 1
