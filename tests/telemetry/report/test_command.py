import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from moto import mock_aws

from telemetry.report.__main__ import main
from tests.telemetry.report.command import refused, run
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn
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


def test_options_may_stand_between_files(tmp_path: Path, records: Path) -> None:
    lines, written = records.read_bytes().splitlines(keepends=True), tmp_path / "verdict.json"
    halves = [tmp_path / "first.jsonl", tmp_path / "second.jsonl"]
    for half, some in zip(halves, (lines[::2], lines[1::2]), strict=True):
        half.write_bytes(b"".join(some))
    assert main([str(halves[0]), "--json", str(written), str(halves[1])]) == 0
    assert len(json.loads(written.read_text())["input"]["sources"]) == 2


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


def test_command_line_starts_without_what_only_answers_need() -> None:
    code = (
        "import sys; import telemetry.report.__main__; "
        "sys.exit(any(name in sys.modules for name in ('scipy', 'rich', 'telemetry.report.answers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


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


FEW = drawn(61, 25, 4, 10.0)


@pytest.fixture
def driven(tmp_path: Path) -> tuple[str, str]:
    """A run on Lambda, and one of the same sizes on this machine."""
    for name, where, factor in (("lambda", "lambda", 1.0), ("lab", "lab", 2.0)):
        told = {"region": "eu-west-1", "architecture": "arm64"} if where == "lambda" else {}
        parts = (Part(512, 2 * factor * FEW), Part(1024, factor * FEW))
        (tmp_path / name).write_text("\n".join(Planted(parts, where=where, told=told).lines()))
    return str(tmp_path / "lambda"), str(tmp_path / "lab")


def test_options_of_configurations_reach_the_verdict(driven: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    options = ["--prefer", "cost", "--cold-share", "0.5%", "--beside", driven[1], "--region", "us-east-1"]
    assert main([driven[0], *options, "--json", str(path)]) == 0
    found = json.loads(path.read_text())["configurations"]
    assert (found["prefer"], found["cold_share"], found["as_sent"]) == ("cost", 0.005, False)
    assert (found["prices"]["region"], found["prices"]["architecture"]) == ("us-east-1", "arm64")
    assert found["beside"]["where"] == "lab"
    assert [one["prefer"] for one in found["choices"]] == ["cost", "p99", "balanced"]
    assert all(one["sentence"] for one in found["choices"])


def test_prices_are_those_of_where_the_run_was(driven: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "verdict.json"
    assert main([driven[0], "--json", str(path)]) == 0
    found = json.loads(path.read_text())["configurations"]["prices"]
    assert (found["region"], found["architecture"]) == ("eu-west-1", "arm64")


def test_two_places_in_one_report_name_the_option(
    driven: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "the others with --beside FILE" in refused(capsys, *driven)


def test_what_is_no_lab_run_has_nothing_beside(
    driven: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed = tmp_path / "deployed"
    deployed.write_text(Run(lab=False).text())
    assert "the records beside are of none" in refused(capsys, driven[0], "--beside", str(deployed))
    assert "these records are of none" in refused(capsys, str(deployed), "--beside", driven[1])


@pytest.mark.parametrize("option", [["--cold-share", "2"], ["--cold-share", "x"], ["--prefer", "speed"]])
def test_options_of_configurations_that_are_none_are_refused(
    driven: tuple[str, str], option: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert option[0] in refused(capsys, driven[0], *option)


def test_unknown_region_is_refused_where_it_is_asked_for(
    driven: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no prices of mars-1 arm64" in refused(capsys, driven[0], "--region", "mars-1")


def test_output_over_the_run_beside_is_refused(
    driven: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "that is an input too" in refused(capsys, driven[0], "--beside", driven[1], "--json", driven[1])
