"""`python -m telemetry`: all commands under one name."""

import subprocess
import sys
from pathlib import Path

import pytest

from adapter.facts import VERSION
from telemetry.__main__ import COMMANDS, main


def test_n9_help_teaches_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {name} " in said for name in COMMANDS)
    assert "python -m telemetry report records.jsonl" in said


def test_nothing_asked_for_is_help_and_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().out


def test_n9_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{VERSION}\n"


def test_unknown_command_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reprot"]) == 2
    assert "there are lab, imports, report, compare, choose, plan, doctor" in capsys.readouterr().err


def test_python_without_the_packages_is_told_of_the_one_that_has_them() -> None:
    """As somebody types it who is new: `python`, and not the project's."""
    done = subprocess.run(
        [sys.executable, "-S", "-m", "telemetry", "report", "records.jsonl"],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert f"telemetry: {sys.executable} has no " in done.stderr
    assert "`make setup` installs: .venv/bin/python -m telemetry" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_help_of_its_own(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert "usage: python -m telemetry" in capsys.readouterr().out
