import os

import pytest
from rich.console import Console

from telemetry.report.show.terminal import show_verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_verdict_keeps_to_any_width(width: int) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  # a console takes an open file
        console = Console(width=width, force_terminal=True, record=True, file=nowhere)
        show_verdict(verdict_from(Run().lines()), console)
    assert max(map(len, console.export_text().splitlines())) <= width
