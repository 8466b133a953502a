"""Why a line was skipped, and that the reason shows nothing of it."""

import json
from typing import Any

import pytest

from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Reader

COMMON = {"v": 1, "at": 1, "service": "tickets", "environment": "e1", "process": "p1", "placement": "init"}
INVOCATION = COMMON | {
    "record": "invocation", "n": 1, "request_id": "r1", "start": "cold", "InvocationDuration": 4.2,
}  # fmt: skip


def read(*lines: bytes | str | dict[str, Any]) -> Reader:
    reader = Reader(Ledger())
    reader.read([[_bytes(line) for line in lines]])
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
            {"type": "platform.report", "record": {"requestId": "r", "metrics": {"durationMs": -1}}},
            "platform.report: bad metrics.durationMs",
        ),
        (INVOCATION | {"v": 12345}, "schema version 100 or later; this report reads 1"),
        (
            "REPORT RequestId: r\tDuration: 1e300 ms",
            "platform line with other fields or figures than Lambda's",
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
        ({"type": "platform.runtimeDone", "record": {"requestId": "r"}}, "other platform events"),
    ],
)
def test_other_lines_are_counted(line: str | dict[str, Any], kind: str) -> None:
    reader = read(line)
    assert (dict(reader.others), dict(reader.malformed)) == ({kind: 1}, {})


def test_reason_shows_no_value() -> None:
    reader = read(INVOCATION | {"start": "canary"}, INVOCATION | {"record": "canary"}, '{"canary":')
    assert "canary" not in str(reader.malformed)
