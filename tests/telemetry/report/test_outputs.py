"""Files that are written: never over an input, nor two into one."""

import json
import os
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from tests.telemetry.report.command import refused
from tests.telemetry.report.simulation import Run

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


def test_written_json_holds_the_sentence(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ("long" * 30) / "verdict.json"
    path.parent.mkdir()
    assert main([str(records), "--json", str(path)]) == 0
    printed = capsys.readouterr().out
    assert " ".join(printed.split()).startswith(json.loads(path.read_text())["sentence"])
    assert printed.endswith(f"wrote {path}\n")  # on one line: to be copied
