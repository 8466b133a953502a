import io
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from telemetry.lab.aws.collected import Collected
from telemetry.lab.aws.marker import Marker
from telemetry.lab.aws.measurement import Measurement
from telemetry.lab.aws.sending import Answer
from telemetry.lab.aws.spending import Block, Spending
from telemetry.lab.aws.stopping import Stop
from telemetry.lab.aws.summary import show
from tests.telemetry.lab.aws.test_statement import SETTINGS, STATE, TWIN, US

NOWHERE: Any = None
"""In the place of clients of AWS: nothing is called."""


def said(out: str = "records.jsonl", *, unanswered: int = 0) -> str:
    """Return what a run of one request ends with."""
    settings, collected = replace(SETTINGS, out=Path(out)), Collected(lambda _: None)
    spending = Spending(settings, STATE, US, collected)
    spending.blocks.append(Block(settings.deals[0], 1, 1, 0.0, unanswered=unanswered))
    measured = Measurement(
        settings, TWIN, Marker.now("0a1b2c3d"), NOWHERE, NOWHERE, NOWHERE, collected, Stop(), spending
    )
    collected.answer(settings.deals[0], 1, Answer("r1", None, crashed=False, tail=(), again=0))
    collected.billed_ms["r1"] = 1000.0
    console = Console(file=io.StringIO(), width=200)
    show(measured, console, complete=True)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_it_says_what_the_run_has_cost() -> None:
    """A second at half a GB, a request, and 10 kB of log."""
    dollars = 0.5 * 1.66667e-5 + 2e-7 + 1e-5 * 0.5
    assert f"have cost about ${dollars:.4f}." in said()
    assert "without an answer" not in said()


def test_it_says_what_may_have_been_billed_beside() -> None:
    text = said(unanswered=2)
    assert "2 requests may have been billed without an answer" in text
    assert f"have cost about ${0.5 * 1.66667e-5 * 81 + 3 * (2e-7 + 1e-5 * 0.5):.4f}." in text


def test_the_next_command_can_be_pasted() -> None:
    (line,) = (line for line in said("my records.jsonl").splitlines() if line.startswith("Next: "))
    assert shlex.split(line)[-1] == "my records.jsonl"
