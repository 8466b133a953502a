import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from moto import mock_aws

from telemetry.report.__main__ import main
from tests.telemetry.report.simulation import Run

TEXT = Run().text()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT)
    return path


def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "telemetry.report", *arguments]
    environment = {
        name: value for name, value in os.environ.items() if name not in {"COLUMNS", "FORCE_COLOR"}
    }
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment | environ,
    )


def test_sentence_comes_first(records: Path) -> None:
    done = run(str(records))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Keeping the lifespan saves ")


def test_pipe_gets_no_colours_and_80_columns(records: Path) -> None:
    out = run(str(records)).stdout
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 80


def test_ascii_terminal_suffices(records: Path) -> None:
    done = run(str(records), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert done.stdout.isascii()


def test_stdin_and_gzip_read_the_same(records: Path, tmp_path: Path) -> None:
    packed = tmp_path / "records.jsonl.gz"
    packed.write_bytes(gzip.compress(TEXT.encode()))
    assert run("-", stdin=TEXT).stdout == run(str(packed)).stdout == run(str(records)).stdout


def test_several_files_are_one_input(tmp_path: Path, records: Path) -> None:
    half = len(TEXT.splitlines()) // 2
    parts = [tmp_path / "a", tmp_path / "b"]
    for path, lines in zip(parts, (TEXT.splitlines()[:half], TEXT.splitlines()[half:]), strict=True):
        path.write_text("\n".join(lines))
    assert run(*map(str, parts)).stdout == run(str(records)).stdout


def test_cannot_tell_is_no_failure(tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_text(Run(arms={"init": 2, "every_invocation": 1}).text())
    done = run(str(path))
    assert done.returncode == 0
    assert done.stdout.startswith("Cannot tell yet against stock Mangum")


def test_written_json_holds_the_sentence(records: Path, tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    out = run(str(records), "--json", str(path)).stdout
    assert " ".join(out.split()).startswith(json.loads(path.read_text())["sentence"])


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def test_empty_file_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.jsonl"
    path.touch()
    message = refused(capsys, str(path))
    assert "no lines" in message
    assert "python -m telemetry.lab" in message


def test_no_record_says_what_was_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "log.txt"
    path.write_text('hello\n{"level":"INFO"}\n{"record":"end","v":9,"environment":"e"}\n')
    message = refused(capsys, str(path))
    assert (
        "schema version 9; this report reads 1 (1), plain text (1), other JSON (logs, metrics) (1)" in message
    )


def test_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere.jsonl: no such file" in refused(capsys, "nowhere.jsonl")


def test_impossible_name_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read (File name too long)" in refused(capsys, "x" * 300)


def test_directory_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a directory" in refused(capsys, str(tmp_path))


@pytest.mark.parametrize("content", [b"no gzip", gzip.compress(TEXT.encode())[:-100]])
def test_broken_gzip_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    path = tmp_path / "records.gz"
    path.write_bytes(content)
    assert "is not a complete gzip file" in refused(capsys, str(path))


def test_unwritable_path_is_named(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "nowhere" / "verdict.json"
    assert "cannot be written" in refused(capsys, str(records), "--json", str(target))


def test_two_services_want_a_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "both.jsonl"
    other = Run(seed=8, lab=False).text().replace('"service":"tickets"', '"service":"orders"')
    path.write_text(Run(lab=False).text() + other)
    assert "records of tickets, orders. Choose one with --service NAME." in refused(capsys, str(path))
    assert "Choose one" in refused(capsys, str(path), "--service", "bills")
    assert main([str(path), "--service", "orders"]) == 0
    assert "600 platform.report lines without an invocation record" in " ".join(
        capsys.readouterr().out.split()
    )


def test_skipped_lines_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT + '{"record":"invocation","v":1}\n{"cut\n{"cut\n')
    out = " ".join(run(str(path)).stdout.split())
    assert "skipped 3 lines: not JSON (2), invocation: missing at (1)" in out


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    text = capsys.readouterr().out
    assert "every_invocation    startup and shutdown around every event: stock Mangum" in text
    assert "exit codes" in text


def test_charts_are_not_imported_for_the_table(records: Path) -> None:
    code = (
        "import sys; from telemetry.report.__main__ import main; main(sys.argv[1:]); "
        "sys.exit(any(name in sys.modules for name in ('altair', 'vl_convert', 'jinja2', 'boto3')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(records)], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0


def usage_error(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    return capsys.readouterr().err


def test_nothing_to_read_names_the_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert "name a FILE, a --stack or a --log-group" in usage_error(capsys)
    assert "name a FILE, a --stack or a --log-group" in usage_error(capsys, "plan")


def test_insights_reads_no_file(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(records)
    with mock_aws():
        said = usage_error(capsys, path, "--log-group", "/aws/lambda/x", "--engine", "insights")
    assert "no FILE" in said


def test_planned_size_is_a_number(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "must be a whole number, 1 or more: got '0'" in usage_error(capsys, str(records), "--planned", "0")


@pytest.mark.parametrize("command", [[], ["plan"], ["doctor"]])
def test_each_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 110


def test_interim_look_says_so_first(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(Run(experiment="init=1,every_invocation=1", planned=90, lab=False).text())
    assert run(str(path)).stdout.startswith("Interim look at 25 of 90 planned environments per arm, ")


@pytest.mark.parametrize("option", [("--since", "1d"), ("--until", "1h"), ("--engine", "download")])
def test_option_for_log_groups_is_refused_for_files(records: Path, option: tuple[str, str]) -> None:
    done = run(str(records), *option)
    assert done.returncode == 2
    assert f"{option[0]} is for --stack and --log-group; a FILE is read whole" in done.stderr
