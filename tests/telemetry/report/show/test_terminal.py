import os
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from telemetry.report.show.terminal import show_verdict
from telemetry.report.show.verdict import Verdict
from tests.telemetry.report.reported import verdict_from
from tests.telemetry.report.simulation import Run


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_verdict_keeps_to_any_width(width: int) -> None:
    assert max(map(len, rendered(verdict_from(Run().lines()), width))) <= width


KEPT = Path(__file__).parents[1] / "kept"


@pytest.mark.parametrize("name", ["lab", "lambda"])
def test_nothing_is_cut_at_any_width(name: str) -> None:
    """Cells are folded where there is little room, so the same characters are shown at every width."""
    verdict = verdict_from((KEPT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    whole = Counter(shown(verdict, 110))
    widths = (40, 60, *range(72, 84), 100)
    assert [width for width in widths if Counter(shown(verdict, width)) != whole] == []


def test_numbers_stay_on_one_line_at_80_columns() -> None:
    verdict = verdict_from((KEPT / "lab.jsonl").read_text(encoding="utf-8").splitlines())
    lines = rendered(verdict, 80)
    assert any("237 [-241, 716]  1.2 [0.9, 1.6]  237 [-241, 716]" in line for line in lines)
    assert any("1160 [810, 1511]" in line and "57 [-354, 495]" in line for line in lines)


def shown(verdict: Verdict, width: int) -> str:
    """What is printed, without spaces and rules."""
    return "".join("".join(rendered(verdict, width)).replace("─", "").split())


def rendered(verdict: Verdict, width: int) -> list[str]:
    """Lines of the verdict on a terminal."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  # a console takes an open file
        console = Console(width=width, force_terminal=True, record=True, file=nowhere)
        show_verdict(verdict, console)
    return console.export_text().splitlines()
