import subprocess
import sys

import pytest

from telemetry.lab.terminal import output_console, print_lines, table
from tests.telemetry.lab.run.lab_process import ROOT


def test_pipe_gets_plain_text_that_is_not_folded(capsys: pytest.CaptureFixture[str]) -> None:
    line = "[bold]not markup[/bold] " + "x" * 300
    console = output_console()
    print_lines(console, [line, ""])
    cells = [("[red]a", 1.5, "w" * 60)]
    console.print(table(("name", "a number with a long heading", "words"), cells, words={0, 2}))
    printed = capsys.readouterr().out
    assert printed.splitlines()[:2] == [line, ""]
    assert "\x1b" not in printed
    heading, row = (text.rstrip() for text in printed.splitlines()[2:5:2])
    assert heading.split() == ["name", "a", "number", "with", "a", "long", "heading", "words"]
    assert row.split() == ["[red]a", "1.5", "w" * 60]


def test_terminal_gets_a_table_of_its_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    output_console().print(table(("name", "number"), [("x" * 100, 1)]))
    printed = capsys.readouterr().out
    assert "\x1b[" in printed
    assert printed.count("x") == 100


def test_stdout_that_cannot_take_a_character() -> None:
    code = "from telemetry.lab.terminal import *; print_lines(output_console(), ['5 \u00b1 1 ms'])"
    command = (sys.executable, "-X", "utf8=0", "-c", code)
    done = subprocess.run(
        command, env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"5 \\xb1 1 ms\n")
