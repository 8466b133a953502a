"""Records that are entered together leave what they leave one by one."""

import io
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telemetry.report.read.ledger import Ledger
from telemetry.report.read.parallel.merging import write_portion
from telemetry.report.read.platform.json_lines import ReportLine, event_of
from telemetry.report.read.reader import Reader
from telemetry.report.read.records import Invocation, Record
from tests.telemetry.report.simulation import Run

LINES = Run(arms={"init": 2, "every_invocation": 2}, lab=False).lines()
RECORDS = [msgspec.json.decode(line, type=Record) for line in LINES if '"platform.' not in line]
SOME = next(record for record in RECORDS if type(record) is Invocation and record.start == "warm")
ODD = [
    msgspec.structs.replace(SOME, n=10**30, status=None),
    msgspec.structs.replace(SOME, status=10**400, request_id="größe"),
    msgspec.structs.replace(SOME, ping=True, n=2),
    msgspec.structs.replace(SOME, service="other", n=3),
    msgspec.structs.replace(SOME, function="mine", n=4),
    msgspec.structs.replace(SOME, start="snapstart", startup_id="a"),
    msgspec.structs.replace(SOME, start="cold", gap_ms=5000.0, process="new"),
    msgspec.structs.replace(SOME, process="never before", touched={}),
]
BATCH = msgspec.json.decode(
    json.dumps({
        "record": "warm", "v": 1, "at": 1.0, "service": SOME.service, "environment": SOME.environment,
        "process": SOME.process, "placement": SOME.placement, "request_ids": ["x", "y"],
        "InvocationDuration": [1.0, 2.0], "touched": {"tickets": 1},
    }),
    type=Record,
)  # fmt: skip
REPORTS = [msgspec.json.decode(line, type=ReportLine) for line in LINES if '"platform.report"' in line]


def kept(ledger: Ledger) -> bytes:
    file = io.BytesIO()
    write_portion(ledger, Reader(ledger), file)
    return file.getvalue()


@given(
    records=st.lists(st.sampled_from([*RECORDS, *ODD, BATCH]), max_size=60),
    service=st.sampled_from([None, SOME.service, "other"]),
)
@settings(deadline=None)
def test_records_together_leave_what_they_leave_one_by_one(
    records: list[Record], service: str | None
) -> None:
    together, alone = Ledger(service), Ledger(service)
    together.enter_all(records)
    for record in records:
        alone.enter(record)
    assert kept(together) == kept(alone)


def test_so_do_reports() -> None:
    together, alone = Ledger(), Ledger()
    together.enter_reports([line.record for line in REPORTS])
    for line in REPORTS:
        alone.enter_platform(event_of(line))
    assert kept(together) == kept(alone)


@pytest.mark.parametrize("status", [None, 499, 500, 10**400])
def test_requests_without_a_status_or_with_500_and_more_have_failed(status: int | None) -> None:
    ledger = Ledger()
    ledger.enter(msgspec.structs.replace(SOME, status=status))
    (failed,) = ledger.invocations.part(0, 1)["failed"]
    assert failed == (status is None or status >= 500)
