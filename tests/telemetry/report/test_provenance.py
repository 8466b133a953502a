"""When, from which commit and by which command a report was made."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from telemetry.report.provenance import made_now


def test_time_and_command() -> None:
    made = made_now(("python", "-m", "telemetry.report", "two words.jsonl"))
    assert datetime.fromisoformat(made.at).utcoffset() == timedelta(0)
    assert made.command == "python -m telemetry.report 'two words.jsonl'"


def test_name_that_cannot_be_written_is_shown_anyhow() -> None:
    assert made_now(("a\udcff\x1b[31m",)).command == "'a??[31m'"


def test_no_commit_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = made_now(("report",))
    assert made.commit is None
    assert "commit" not in made.text
