"""Files that are written: never over an input, nor two into one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from tests.telemetry.report.command import refused
from tests.telemetry.report.simulation import Run

ROOT = Path(__file__).parents[3]
TEXT = Run(arms={"init": 12, "first_invocation": 12}, invocations=2).text()


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "records.jsonl"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("option", ["--json", "--html"])
@pytest.mark.parametrize("name", ["records.jsonl", "./x/../records.jsonl", "soft", "hard"])
def test_input_is_never_written_over(
    records: Path, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    Path("x").mkdir()
    Path("soft").symlink_to(records)
    os.link(records, "hard")
    assert "that is an input too" in refused(capsys, "records.jsonl", option, name)
    assert records.read_text() == TEXT


def test_file_in_a_folder_that_is_read_is_an_input(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("logs/day").mkdir(parents=True)
    log = records.rename("logs/day/records.jsonl")
    assert "that is an input too" in refused(capsys, "logs", "--json", str(log))
    assert log.read_text() == TEXT
    outputs = ["--json", "logs/v.json", "--html", "logs/v.html", "--markdown", "logs/v.md"]
    for _ in range(2):  # the second run reads and replaces what the first one wrote
        assert main(["logs", *outputs]) == 0


def test_outputs_are_two_files(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "that is the file of --json too" in refused(
        capsys, str(records), "--json", "out", "--html", "./out"
    )
    assert not Path("out").exists()


def test_devices_may_be_shared(records: Path) -> None:
    assert main([str(records), "--json", "/dev/null", "--html", "/dev/null"]) == 0


def test_unwritable_path_is_named(records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "nowhere" / "verdict.json"
    assert "cannot be written" in refused(capsys, str(records), "--json", str(target))


def test_written_json_holds_the_headline(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ("long" * 30) / "verdict.json"
    path.parent.mkdir()
    assert main([str(records), "--json", str(path)]) == 0
    printed = capsys.readouterr().out
    assert " ".join(printed.split()).startswith(" ".join(json.loads(path.read_text())["headline"]))
    assert printed.endswith(f"wrote {path}\n")  # on one line: to be copied


@pytest.mark.parametrize("option", ["--json", "--html", "--markdown"])
def test_stale_file_goes_when_a_run_fails(records: Path, tmp_path: Path, option: str) -> None:
    stale = tmp_path / "stale"
    assert main([str(records), option, str(stale)]) == 0
    assert stale.exists()
    assert main([str(tmp_path / "missing.jsonl"), option, str(stale)]) == 2
    assert not stale.exists()


def test_log_that_is_named_as_an_output_outlives_a_run_that_fails(
    records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nothing to read" in refused(capsys, "--json", str(records))
    assert "no such file" in refused(capsys, "missing.jsonl", "--json", str(records))
    assert "no such file" in refused(capsys, "compare", "missing.jsonl", "other", "--json", str(records))
    assert records.read_text() == TEXT


def test_file_gets_its_name_when_it_is_whole(records: Path, tmp_path: Path) -> None:
    first, link = tmp_path / "verdict.json", tmp_path / "latest.json"
    first.write_text("{}", encoding="utf-8")
    first.chmod(0o640)
    link.symlink_to(first)
    assert main([str(records), "--json", str(link)]) == 0
    assert link.is_symlink()
    assert json.loads(first.read_text(encoding="utf-8"))["v"] == 1
    assert first.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "latest.json",
        "records.jsonl",
        "verdict.json",
    ]


def test_n9_dash_is_standard_output(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(records), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["v"] == 1


STRICT = "arms.init.requests > 1"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["{}", "--json", "-"], 0),
        (["{}", "--fail-if", STRICT], 3),
        (["plan", "--per-second", "1", "--request-ms", "50"], 0),
    ],
)
def test_n9_reader_that_has_seen_enough_is_no_error(records: Path, command: list[str], code: int) -> None:
    """`| head`: nobody reads standard output any more, and the exit code is of what was found."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "telemetry.report", *(one.format(records) for one in command)],
        cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == code
    done.stderr = "".join(line for line in done.stderr.splitlines() if STRICT not in line)
    assert done.stderr == ""
