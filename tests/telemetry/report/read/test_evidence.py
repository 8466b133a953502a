"""One input of any number of lines and files, or a sentence that says why it is none."""

from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from telemetry.report.errors import UnusableError
from tests.telemetry.report.command import refused
from tests.telemetry.report.reported import evidence_from, results_from
from tests.telemetry.report.simulation import Run


def test_order_of_lines_is_free() -> None:
    lines = Run().lines()
    there, back = results_from(lines), results_from(reversed(lines))
    assert back.starts == there.starts
    assert back.comparisons[0].low == pytest.approx(there.comparisons[0].low)


def test_second_copy_changes_nothing() -> None:
    lines = Run().lines()
    once, twice = results_from(lines), results_from(lines[:-1] + lines)
    assert twice.comparisons == once.comparisons
    assert twice.startup == once.startup
    assert twice.resources == once.resources
    assert twice.input.duplicates["invocation"] == once.input.records["invocation"]
    assert twice.input.duplicates["platform.report"] == once.input.records["platform.report"]


def test_runs_of_two_apps_are_refused() -> None:
    other = [line.replace('"app":"service.app:app"', '"app":"other:app"') for line in Run(seed=8).lines()]
    with pytest.raises(UnusableError, match=r"lab runs of service\.app:app and other:app"):
        evidence_from([*Run().lines(), *other])


def test_two_services_want_a_choice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "both.jsonl"
    other = Run(seed=8, lab=False).text().replace('"service":"tickets"', '"service":"orders"')
    path.write_text(Run(lab=False).text() + other)
    assert "records of 2 services, tickets and orders. Choose one with --service NAME." in refused(
        capsys, str(path)
    )
    assert "Choose one" in refused(capsys, str(path), "--service", "bills")
    assert main([str(path), "--service", "orders"]) == 0
    assert "600 platform.report lines without an invocation record" in " ".join(
        capsys.readouterr().out.split()
    )


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


def test_runs_of_one_app_are_one_input() -> None:
    assert results_from(Run().lines() + Run(seed=8).lines()).arms[0].environments == 50
