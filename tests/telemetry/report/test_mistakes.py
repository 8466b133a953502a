"""What a person gets wrong on the command line, and what they are told."""

import os
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError, NoRegionError

from telemetry.report.__main__ import main
from telemetry.report.aws import clients
from telemetry.report.errors import UnusableError
from tests.telemetry.report.simulation import Run

TEXT = Run(arms={"init": 12, "first_invocation": 12}, invocations=2).text()


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT)
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must refuse."""
    try:
        code: int | str | None = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("name", ["records.jsonl", "./x/../records.jsonl", "soft", "hard"])
def test_input_is_never_written_over(
    records: Path, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    Path("x").mkdir()
    Path("soft").symlink_to(records)
    os.link(records, "hard")
    assert "that is an input too" in told(capsys, "records.jsonl", option, name)
    assert records.read_text() == TEXT


def test_outputs_are_two_files(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "that is the file of --json too" in told(capsys, str(records), "--json", "out", "--html", "./out")
    assert not Path("out").exists()


def test_devices_may_be_shared(records: Path) -> None:
    assert main([str(records), "--json", "/dev/null", "--html", "/dev/null"]) == 0


def test_empty_path_is_refused(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--html: must be the path of a file" in told(capsys, str(records), "--html", "")


@pytest.mark.parametrize("text", ["abc", "0", "-1", "1.5", "", "9" * 5000])
def test_number_is_whole_and_from_one(records: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert "must be a whole number, 1 or more" in told(capsys, str(records), f"--planned={text}")


@pytest.mark.parametrize("text", ["init=50", "", "init=50,every_invocation=50"])
@pytest.mark.parametrize("command", [("--experiment",), ("plan", "--weights")])
def test_weights_that_never_ran_are_refused(
    records: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], text: str
) -> None:
    *before, option = command
    assert f"{text!r} are no weights" in told(capsys, *before, str(records), f"{option}={text}")


def test_mistyped_command_hears_the_commands(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "pln: no such file" in (said := told(capsys, "pln", str(records)))
    assert "commands are plan and doctor" in said


def test_file_of_one_word_is_read(records: Path) -> None:
    assert main([str(records.rename("pln").name)]) == 0


@pytest.mark.parametrize("option", [("--since", "soon"), ("--since", ""), ("--until", "999999d")])
@pytest.mark.parametrize("source", [("--stack", "x"), ("--log-group", "x")])
def test_times_are_read_before_aws_is_asked(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, str],
    source: tuple[str, str],
) -> None:
    monkeypatch.setattr("telemetry.report.aws.sources.client", lambda _: pytest.fail("asked"))
    assert option[0] in told(capsys, *source, *option)


@pytest.mark.parametrize("error", [NoRegionError(), NoCredentialsError()])
def test_missing_configuration_says_what_to_set(error: Exception) -> None:
    with pytest.raises(UnusableError, match="or run `aws configure`"), clients.explained("stack x"):
        raise error
