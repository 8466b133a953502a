from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.models import MAX_TEXT, Ticket
from service.workbook import COLUMNS, WorkbookExporter


@pytest.fixture(scope="module")
def exporter() -> WorkbookExporter:
    return WorkbookExporter()


def exported(exporter: WorkbookExporter, text: str) -> Worksheet:
    ticket = Ticket(
        id="0" * 32,
        text=text,
        language="en",
        confidence=0.75,
        created_at=datetime(2026, 11, 2, 9, 14, tzinfo=UTC),
    )
    return load_workbook(BytesIO(exporter.export(ticket))).worksheets[0]


def test_row_under_headings(exporter: WorkbookExporter) -> None:
    sheet = exported(exporter, "Help!")

    assert list(sheet.values) == [
        tuple(COLUMNS),
        ("0" * 32, "2026-11-02T09:14:00+00:00", "en", 0.75, "Help!"),
    ]


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "#N/A", "=", "12"])
def test_text_never_formula(exporter: WorkbookExporter, text: str) -> None:
    cell = exported(exporter, text)["E2"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", 1)


@pytest.mark.parametrize(
    "text", ["注文した商品", "помогите", "لا يعمل", "😀", "<b>&amp;</b>", "two\nlines", "語" * MAX_TEXT]
)
def test_text_kept(exporter: WorkbookExporter, text: str) -> None:
    assert exported(exporter, text)["E2"].value == text


def test_control_characters_replaced(exporter: WorkbookExporter) -> None:
    assert exported(exporter, "a\x00b\x1bc\uffffd")["E2"].value == "a\ufffdb\ufffdc\ufffdd"


def test_exports_do_not_mix(exporter: WorkbookExporter) -> None:
    exported(exporter, "first")

    assert "first" not in str(list(exported(exporter, "second").values))
