import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.ledger import Ledger
from telemetry.report.read.reader import Reader
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


def test_blank_lines_count_nothing() -> None:
    assert read(b"\n", b"  \r\n").lines == 0


def test_service_may_have_any_name() -> None:
    reader = read(INVOCATION | {"service": "platform.report"})
    assert dict(reader.records) == {"invocation": 1}


def test_fault_needs_no_environment() -> None:
    assert dict(read({"record": "fault", "v": 1, "at": 1, "service": "t", "sink": "spans"}).malformed) == {}


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
