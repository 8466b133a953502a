"""A log in pieces, wherever it is cut, is the log as a whole: row by row, and to a verdict's last digit."""

import io
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telemetry.report.estimate.results import Declared, results_of
from telemetry.report.read import columns
from telemetry.report.read.evidence import summed
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.parallel.merging import TABLES, Portion, merge, write_portion
from telemetry.report.read.parallel.pieces import Piece, cut, lines_of_piece
from telemetry.report.read.reader import Reader
from telemetry.report.show.document import document
from telemetry.report.show.verdict import verdict_of
from tests.telemetry.report.simulation import Run

KEPT = Path(__file__).parents[2] / "kept"
COMMON = {"v": 1, "at": 1_790_000_000_000, "service": "tickets"}


def record(kind: str, environment: str, placement: str = "init", **fields: Any) -> str:
    said = {"record": kind, **COMMON, "environment": environment, "process": "p", "placement": placement}
    return json.dumps(said | fields)


def request(environment: str, number: int, start: str = "warm", **fields: Any) -> str:
    told: dict[str, Any] = {
        "n": number,
        "request_id": f"{environment}-{number}",
        "start": start,
        "InvocationDuration": 5.5,
    }
    return record("invocation", environment, **told | fields)


def odd_lines() -> list[str]:
    """Whatever leaves a trace in a ledger beside the rows of plain requests."""
    startup: dict[str, Any] = {"ordinal": 1, "phase": "init", "outcome": "complete", "StartupDuration": 40.25}
    return [
        record("environment", "a1", experiment="init=50,first_invocation=50", planned=30, version="3"),
        record("environment", "a1", "first_invocation", experiment="init=1,first_invocation=1", version="4"),
        record("startup", "a1", **startup, init_type="snap-start", startup_id="s", python="3.13"),
        record("startup", "a1", **startup | {"ordinal": 2}, state_method="rss", state_keys=["model"]),
        record("resource", "a1", ordinal=1, resource="model", ResourceDuration=12.5),
        record("resource", "a1", ordinal=2, resource="model\n", ResourceDuration=12.5, error="X"),
        record("fallback", "a2", "init", in_force="first_invocation"),
        record("shutdown", "a1", ordinal=1, phase="shutdown", duration_ms=3.5),
        record("shutdown", "never seen", ordinal=1, phase="shutdown", duration_ms=4.5),
        record("warm", "a2", request_ids=["w1", "w2"], InvocationDuration=[1.5, 2.5], touched={"model": 1}),
        record("end", "a1"),
        record("invocation", "a1", n="one"),
        request("a1", 1, "snapstart", startup_id="s", function="f", memory_mb=512),
        request("a1", 2, "cold", ping=True, function="g"),
        request("a2", 1, "cold", gap_ms=500, placement="first_invocation", function="g"),
        request("a2", 2, touched={"model": 1, "tickets": 2}),
        request("a2", 3, service="other"),
        request("a3", 1, process="q", version="5"),
        '{"time":"2026-01-01T00:00:00Z","type":"platform.start","record":{"requestId":"a3-1","version":"5"}}',
        '{"record":"lab","v":1,"run":"r","app":"app"}',
        '{"record":"lab","v":1,"run":"r","app":"app","complete":false}',
        '{"record":"lab","v":1}',
        '{"time":"2026-01-01T00:00:00Z","type":"platform.start","record":{"requestId":"a1-1","version":"3"}}',
        (
            '{"time":"2026-01-01T00:00:00Z","type":"platform.initReport","record":{"status":"timeout",'
            '"phase":"init","metrics":{"durationMs":9999.5}}}'
        ),
        (
            '{"time":"2026-01-01T00:00:00Z","type":"platform.report","record":{"requestId":"a1-1",'
            '"status":"timeout","metrics":{"durationMs":30000.5}}}'
        ),
        (
            "REPORT RequestId: a2-2\tDuration: 7.25 ms\tBilled Duration: 8 ms\tMemory Size: 512 MB\t"
            "Max Memory Used: 90 MB\t"
        ),
        "Traceback (most recent call last):",
        "",
        '{"level":"info","message":"hello"}',
    ]


LINES = [
    *Run(arms={"init": 2, "first_invocation": 2, "every_invocation": 2}, invocations=3).lines(),
    *Run(arms={"init": 1, "every_invocation": 1}, invocations=2, text_reports=True, lab=False).lines(),
    *odd_lines(),
]


def cut_at(path: Path, near: Iterable[int]) -> list[Piece]:
    with path.open("rb") as file:
        return cut(file, os.fsencode(path), near)


def read(pieces: Sequence[Piece], service: str | None = None) -> tuple[Ledger, Reader]:
    """Read the first piece, and merge what other ledgers hold of the others."""
    ledger = Ledger(service)
    reader = Reader(ledger)
    reader.read(lines_of_piece(pieces[0]))
    for piece in pieces[1:]:
        other = Ledger(service)
        another = Reader(other)
        another.read(lines_of_piece(piece))
        merge(ledger, reader, io.BytesIO(written(other, another)))
    return ledger, reader


def written(ledger: Ledger, reader: Reader) -> bytes:
    """All that a ledger and its reader hold."""
    file = io.BytesIO()
    write_portion(ledger, reader, file)
    return file.getvalue()


def verdict(ledger: Ledger, reader: Reader) -> bytes:
    """The whole verdict.json."""
    found = verdict_of(results_of(summed(ledger, reader, ["log"]), Declared(None, None)))
    return msgspec.json.encode(document(found))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces") / "log"


@given(
    lines=st.lists(st.sampled_from(LINES), max_size=60),
    end=st.sampled_from(["\n", "", "\r\n", "\n\n\n"]),
    near=st.lists(st.floats(0, 1), max_size=6),
    service=st.sampled_from([None, "tickets", "other"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_lines_cut_anywhere_leave_the_same_ledger(
    log: Path, lines: list[str], end: str, near: list[float], service: str | None
) -> None:
    log.write_bytes(("\n".join(lines) + end).encode())
    size = log.stat().st_size
    pieces = cut_at(log, [int(place * size) for place in near])
    assert written(*read(pieces, service)) == written(*read(cut_at(log, []), service))


@pytest.mark.parametrize("lines", [odd_lines(), odd_lines()[::-1], odd_lines() * 2])
def test_each_line_may_be_a_piece(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "log"
    path.write_text("\n".join(lines), encoding="utf-8")
    pieces = cut_at(path, range(path.stat().st_size))
    assert len(pieces) == len(lines)
    assert written(*read(pieces)) == written(*read(cut_at(path, [])))


@pytest.mark.parametrize("name", ["lab", "lambda"])
@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("shift", [0, 1, -1])
def test_verdict_is_the_same_to_the_last_digit(name: str, count: int, shift: int) -> None:
    path = KEPT / f"{name}.jsonl"
    size = path.stat().st_size
    pieces = cut_at(path, [size * number // count + shift for number in range(1, count)])
    assert len(pieces) == count
    assert verdict(*read(pieces)) == verdict(*read(cut_at(path, [])))


def test_verdict_is_the_same_if_tables_spill_to_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(columns, "IN_MEMORY", 2_000)
    path = tmp_path / "log"
    arms = {"init": 25, "first_invocation": 25, "every_invocation": 25}
    path.write_text(Run(arms=arms, invocations=20).text(), encoding="utf-8")
    size = path.stat().st_size
    whole = verdict(*read(cut_at(path, [])))
    for count in (2, 3, 7):
        near = [size * number // count for number in range(1, count)]
        assert verdict(*read(cut_at(path, near))) == whole


def test_record_and_report_on_both_sides_of_a_cut_are_one_request(tmp_path: Path) -> None:
    path = tmp_path / "log"
    lines = Run(arms={"init": 1}, invocations=1, lab=False).lines()
    at = next(number for number, line in enumerate(lines) if '"platform.report"' in line)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    ledger, reader = read(cut_at(path, [sum(len(line) + 1 for line in lines[:at])]))
    found = summed(ledger, reader, ["log"])
    assert (found.totals.sums.n.sum(), found.totals.unreported) == (1, 0)
    assert found.read.reports_without_request == 0


def test_request_that_is_in_two_pieces_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "log"
    text = Run(arms={"init": 3}, invocations=4, lab=False).text()
    path.write_text(text * 2, encoding="utf-8")
    ledger, reader = read(cut_at(path, [len(text)]))
    found = summed(ledger, reader, ["log"])
    assert (found.totals.sums.n.sum(), found.totals.duplicates) == (12, 12)


def test_environment_keeps_the_arm_that_it_had_in_the_piece_before(tmp_path: Path) -> None:
    path = tmp_path / "log"
    first, second = request("a", 1, "cold", placement="init"), request("a", 2, placement="first_invocation")
    path.write_text(f"{first}\n{second}\n", encoding="utf-8")
    ledger, _ = read(cut_at(path, [len(first)]))
    assert [unit.placement for unit in ledger.units] == ["init"]


def test_all_that_a_ledger_keeps_is_merged() -> None:
    kept = {name for name in vars(Ledger()) if not name.startswith("_")}
    by_process, given = {"units", "process_units", "processes"}, {"service", "function"}
    streams = {"streams"}  # of files that name them, which are not cut
    assert kept == {*Portion.__struct_fields__, *TABLES, *by_process, *given, *streams} - {
        "rows", "counts", "unplaced_cuts",
    }  # fmt: skip
