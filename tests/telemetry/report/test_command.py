import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from moto import mock_aws

from telemetry.report.__main__ import main
from tests.telemetry.report.command import refused, run
from tests.telemetry.report.simulation import Run

TEXT = Run().text()


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT)
    return path


def test_headline_comes_first(records: Path) -> None:
    done = run(str(records))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Against stock Mangum: keeping the lifespan saves ")


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
    assert done.stdout.startswith("Against stock Mangum: cannot tell yet, needs at least ")


def test_skipped_lines_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT + '{"record":"invocation","v":1}\n{"cut\n{"cut\n')
    out = " ".join(run(str(path)).stdout.split())
    assert "skipped 3 lines: not JSON (2), invocation: missing at (1)" in out


def test_charts_are_not_imported_for_the_table(records: Path) -> None:
    code = (
        "import sys; from telemetry.report.__main__ import main; main(sys.argv[1:]); "
        "sys.exit(any(name in sys.modules for name in ('altair', 'vl_convert', 'jinja2', 'boto3')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(records)], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0


def test_interim_look_says_so_first(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(Run(experiment="init=1,every_invocation=1", planned=90, lab=False).text())
    assert run(str(path)).stdout.startswith("Interim look at 25 of 90 planned environments per arm, ")


@pytest.mark.parametrize("option", [("--since", "1d"), ("--until", "1h"), ("--engine", "download")])
def test_option_for_log_groups_is_refused_for_files(records: Path, option: tuple[str, str]) -> None:
    done = run(str(records), *option)
    assert done.returncode == 2
    assert f"{option[0]} is for --stack and --log-group; a FILE is read whole" in done.stderr


def test_nothing_to_read_names_the_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert "name a FILE, a --stack or a --log-group" in refused(capsys)
    assert "name a FILE, a --stack or a --log-group" in refused(capsys, "plan")


def test_insights_reads_no_file(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(records)
    with mock_aws():
        said = refused(capsys, path, "--log-group", "/aws/lambda/x", "--engine", "insights")
    assert "no FILE" in said


def test_mistyped_command_hears_the_commands(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "pln: no such file" in (said := refused(capsys, "pln", str(records)))
    assert "commands are compare, plan, doctor." in said


def test_file_of_one_word_is_read(records: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(records.parent)
    assert main([records.rename("pln").name]) == 0


@pytest.mark.parametrize("option", [("--since", "soon"), ("--since", ""), ("--until", "999999d")])
@pytest.mark.parametrize("source", [("--stack", "x"), ("--log-group", "x")])
def test_times_are_read_before_aws_is_asked(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    option: tuple[str, str],
    source: tuple[str, str],
) -> None:
    monkeypatch.setattr("telemetry.report.aws.sources.client", lambda _: pytest.fail("asked"))
    assert option[0] in refused(capsys, *source, *option)
