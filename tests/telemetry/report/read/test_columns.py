from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from telemetry.report.errors import UnusableError
from telemetry.report.read import columns
from telemetry.report.read.columns import SpillingTable, parts_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import explained
from telemetry.report.read.reader import Reader
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few dozen rows are many."""
    monkeypatch.setattr(columns, "IN_MEMORY", 1000)


def filled(count: int) -> SpillingTable:
    table = SpillingTable("key", key="i8", ms="f8")
    for number in range(count):
        table.append(number * 7 - 300, number / 2)
    return table


def read(table: SpillingTable) -> list[NDArray[Any]]:
    return [table.part(number, table.parts) for number in range(table.parts)]


def test_few_rows_are_one_part() -> None:
    (rows,) = read(filled(50))
    assert rows["ms"].tolist() == [number / 2 for number in range(50)]


@pytest.mark.usefixtures("small")
def test_many_rows_come_back_once() -> None:
    parts = read(filled(500))
    assert len(parts) == columns.PARTS
    rows = np.concatenate(parts)
    assert sorted(rows["key"].tolist()) == [number * 7 - 300 for number in range(500)]
    assert all(row["ms"] == (row["key"] + 300) / 14 for row in rows)


@pytest.mark.usefixtures("small")
def test_equal_keys_share_a_part_in_order() -> None:
    table = SpillingTable("key", key="i8", ms="f8")
    for number in range(400):
        table.append(number % 5 - 2, number)
    for part in read(table):
        for key in np.unique(part["key"]):
            ms = part["ms"][part["key"] == key].tolist()
            assert len(ms) == 80
            assert ms == sorted(ms)


@pytest.mark.usefixtures("small")
def test_tables_are_read_side_by_side() -> None:
    large, little = filled(500), filled(3)
    count = parts_of(large, little)
    assert count == columns.PARTS
    rows = np.concatenate([little.part(number, count) for number in range(count)])
    assert sorted(rows["key"].tolist()) == [-300, -293, -286]


@pytest.mark.usefixtures("small")
def test_nothing_is_in_every_part() -> None:
    empty = SpillingTable("key", key="i8", ms="f8")
    assert [len(empty.part(number, columns.PARTS)) for number in range(columns.PARTS)] == [0] * columns.PARTS


def test_results_are_the_same_from_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Run(arms=THREE_ARMS).lines()
    lines += lines[:300]  # duplicates far apart
    lines += [
        line for line in Run(arms=THREE_ARMS, seed=8, platform=False, lab=False).lines() if "record" in line
    ]
    before = results_from(lines)
    monkeypatch.setattr(columns, "IN_MEMORY", 5000)
    after = results_from(lines)
    assert after.input == before.input
    assert after.starts == before.starts
    assert after.basis == before.basis
    for one, other in zip(after.comparisons, before.comparisons, strict=True):
        assert (one.difference_ms, one.low, one.high) == pytest.approx(
            (other.difference_ms, other.low, other.high)
        )
    assert after.startup.repeat_with_shutdown is not None
    assert before.startup.repeat_with_shutdown is not None
    assert after.startup.repeat_with_shutdown.median == before.startup.repeat_with_shutdown.median


def test_memory_does_not_grow_with_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "IN_MEMORY", 5000)
    sizes = []
    for invocations in (20, 200):
        ledger = Ledger()
        reader = Reader(ledger)
        run = Run(arms={"init": 3, "every_invocation": 3}, invocations=invocations)
        reader.read([line.encode()] for line in run.lines())
        tables = (ledger.invocations, ledger.reports, ledger.repeats)
        sizes.append(sum(table.in_memory for table in tables) + len(ledger.touched_sets))
    assert sizes[1] < sizes[0] + 3 * 5000
    assert len(ledger.units) == 6


@pytest.mark.usefixtures("small")
def test_disk_without_room_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the log, which can be read."""
    full = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115  # the table closes it
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
    with pytest.raises(UnusableError, match=r"no room in .* \(No space left on device\)\. Set TMPDIR"):
        filled(500)


@pytest.mark.usefixtures("small")
def test_folder_that_takes_no_file_is_no_missing_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no such"))
    with explained("log.jsonl"), pytest.raises(UnusableError, match=r"no room in .*no such"):
        filled(500)
