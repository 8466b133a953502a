"""Two runs on the terminal."""

from pathlib import Path

import pytest

from telemetry.report.__main__ import main

KEPT = Path(__file__).parents[1] / "kept"


def test_no_experiment_is_said_and_nothing_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(KEPT / "lab.jsonl"), str(KEPT / "lab.jsonl")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "No experiment: whatever else changed between the two runs is in these numbers too." in said
    assert "no difference seen" in said
    assert "decides" not in said


def test_other_machines_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(KEPT / "lab.jsonl"), str(KEPT / "lambda.jsonl")]) == 0
    assert "The machines differ" in capsys.readouterr().out
