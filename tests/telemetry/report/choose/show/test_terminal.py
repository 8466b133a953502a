"""A choice on a terminal."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from telemetry.prices import prices_of
from telemetry.report.choose.options import Unmeasured
from telemetry.report.choose.show.terminal import show_choice
from tests.telemetry.report.choose.outcomes import choice_of, outcome


@pytest.mark.parametrize("width", [20, 80])
def test_commands_stay_in_one_line_to_be_pasted(width: int) -> None:
    choice = choice_of([outcome("init", 2.0, 399), outcome("provisioned 1", None, 390)])
    command = "python -m telemetry.lab --memory 1024 --placement init first_invocation --out lab.jsonl"
    prices = prices_of("eu-west-1", "arm64", None)
    choice = replace(
        choice,
        unmeasured=[Unmeasured("on demand, lazy", command)],
        asked=replace(choice.asked, prices=prices),
    )
    console = Console(file=StringIO(), width=width)
    show_choice(choice, console)
    assert isinstance(console.file, StringIO)
    lines = console.file.getvalue().splitlines()
    assert f"- on demand, lazy: {command}" in lines
    assert any("`curl -o prices.json https://" in line and "index.json`" in line for line in lines)
