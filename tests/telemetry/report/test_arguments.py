"""What the command lines take, and what they refuse."""

from pathlib import Path

import pytest

from telemetry.report.__main__ import COMMANDS, main
from tests.telemetry.report.command import refused
from tests.telemetry.report.simulation import Run

TEXT = Run(arms={"init": 12, "first_invocation": 12}, invocations=2).text()


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT)
    return path


def test_help_names_every_exit_code_and_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    codes = said.partition("exit codes\n")[2]
    assert [int(line.split()[0]) for line in codes.splitlines() if line[2:3].isdigit()] == [0, 2, 3, 130]
    assert all(f"telemetry.report {command} ..." in said for command in COMMANDS)


def test_empty_path_is_refused(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--html: must be the path of a file" in refused(capsys, str(records), "--html", "")


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1.5", "", "9" * 5000])
def test_number_is_whole_and_from_one(records: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert "must be a whole number, 1 or more" in refused(capsys, str(records), f"--planned={text}")


@pytest.mark.parametrize("text", ["init=50", "", "init=50,every_invocation=50"])
@pytest.mark.parametrize("command", [("--experiment",), ("plan", "--weights")])
def test_weights_that_never_ran_are_refused(
    records: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], text: str
) -> None:
    *before, option = command
    assert f"{text!r} are no weights" in refused(capsys, *before, str(records), f"{option}={text}")


def test_planned_size_is_a_number(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "must be a whole number, 1 or more: got '0'" in refused(capsys, str(records), "--planned", "0")


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = capsys.readouterr().out
    assert "every_invocation    startup and shutdown around every event: stock Mangum" in text
    assert "exit codes" in text


@pytest.mark.parametrize("command", [[], ["plan"], ["doctor"]])
def test_each_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 110
