import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telemetry.report.read.ledger import Ledger
from telemetry.report.read.parallel.rows import MOST_COUNTED
from telemetry.report.read.reader import Reader
from tests.telemetry.report.simulation import Run

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


REPORT: dict[str, Any] = {
    "time": "2026-01-01T00:00:00.000Z",
    "type": "platform.report",
    "record": {"requestId": "r1", "status": "success", "metrics": {"durationMs": 5.0}},
}
STARTED = {"time": REPORT["time"], "type": "platform.start", "record": {"requestId": "r1", "version": "1"}}
FALLBACK = COMMON | {"record": "fallback", "in_force": "init"}
WITH_METRICS = {"_aws": {}} | INVOCATION
ODD = (b"", b"\n", b"{", b'{"_', b'{"_aws":{}}{"_aws":{}}\n', b"a line of an app's\n", b'{"_aws":{},"v":9}')


@given(
    st.lists(
        st.sampled_from([INVOCATION, WITH_METRICS, REPORT, STARTED, FALLBACK]).map(_bytes)
        | st.sampled_from(ODD),
        max_size=12,
    )
)
def test_lines_of_a_block_are_entered_as_each_by_itself(lines: list[bytes]) -> None:
    together, one_by_one = Reader(Ledger()), Reader(Ledger())
    together.read([lines])
    one_by_one.read([line] for line in lines)
    assert together.counts() == one_by_one.counts()
    assert list(together.records) == list(one_by_one.records)
    assert together.lines == sum(1 for line in lines if line.strip())


def test_n_beyond_what_a_table_counts_is_its_greatest() -> None:
    ledger = Ledger()
    Reader(ledger).read([[_bytes(INVOCATION | {"n": n, "request_id": str(n)}) for n in (7, 2**40, 10**30)]])
    assert ledger.invocations.part(0, 1)["n"].tolist() == [7, MOST_COUNTED, MOST_COUNTED]


SAMPLE = Run(arms={"init": 1, "every_invocation": 1}, invocations=2).lines()


@given(st.sampled_from(SAMPLE), st.data())
def test_damaged_record_is_counted(line: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(line) - 1))
    damaged = line[:at] + data.draw(st.text(max_size=3)) + line[at + data.draw(st.integers(0, 9)) :]
    reader = read(damaged)
    assert reader.malformed.total() + reader.others.total() + reader.records.total() == reader.lines <= 1
