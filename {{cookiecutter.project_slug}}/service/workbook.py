"""Writes a ticket as an Excel workbook."""

import re
from io import BytesIO
from typing import Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font

from service.models import Ticket

COLUMNS: Final = {"Ticket": 36, "Created": 28, "Language": 10, "Confidence": 12, "Text": 90}
"""Headings and their widths in characters."""

# XML 1.0 has no way to write these, and Excel calls a file broken that holds one.
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class WorkbookExporter:
    """Fills in a workbook that was prepared once; every export starts from the same template."""

    def __init__(self) -> None:
        self._template = _bytes_of(_template())

    def export(self, ticket: Ticket) -> bytes:
        """Return the ticket as the content of an .xlsx file."""
        workbook = load_workbook(BytesIO(self._template))
        sheet = workbook.worksheets[0]
        texts = {1: ticket.id, 2: ticket.created_at.isoformat(), 3: ticket.language, 5: ticket.text}
        for column, text in texts.items():
            cell = sheet.cell(row=2, column=column, value=_NOT_IN_XML.sub("\ufffd", text))
            # Whatever a customer writes stays text: openpyxl makes a formula of "=…", and so would Excel when
            # somebody edits the cell, were it not for the quote prefix.
            cell.data_type = "s"
            cell.quotePrefix = True
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.cell(row=2, column=4, value=ticket.confidence).alignment = Alignment(vertical="top")
        return _bytes_of(workbook)


def _template() -> Workbook:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Ticket"
    sheet.freeze_panes = "A2"
    for column, (heading, width) in enumerate(COLUMNS.items(), start=1):
        cell = sheet.cell(row=1, column=column, value=heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    return workbook


def _bytes_of(workbook: Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()
