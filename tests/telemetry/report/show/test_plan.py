from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from telemetry.report.__main__ import main
from telemetry.report.estimate.planning import plan_of
from telemetry.report.show.plan import show_plan
from tests.telemetry.report.reported import evidence_from
from tests.telemetry.report.simulation import Run


def said(run: Run, per_day: float | None = None) -> str:
    out = StringIO()
    plan = plan_of(evidence_from(run.lines()), {"init": 50, "first_invocation": 50}, "5", per_day)
    show_plan(plan, Console(width=110, file=out))
    return " ".join(out.getvalue().split())


def test_arm_that_was_not_recorded_is_named() -> None:
    text = said(Run(arms={"init": 40}))
    assert "No first_invocation was recorded: its requests are taken to vary as those of init do." in text


def test_unknown_number_of_days_says_how_to_get_it() -> None:
    run = Run(arms={"init": 40, "first_invocation": 40})
    assert "do not tell how many environments start in a day: say it with --per-day N" in said(run)
    assert "about 4 days at 12 new ones a day" in said(run, per_day=12)


def test_command_prints_what_to_declare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(Run(arms={"init": 40, "first_invocation": 40}).text())
    assert main(["plan", str(path), "--precision", "5", "--per-day", "12"]) == 0
    out = capsys.readouterr().out
    assert "LIFESPAN_EXPERIMENT=init=50,first_invocation=50" in out
    planned = int(out.split("LIFESPAN_EXPERIMENT_PLANNED=")[1].split()[0])
    assert 20 <= planned <= 40
    assert f"{planned} environments per arm" in out
    assert f'"Experiment=init=50,first_invocation=50",\n  "ExperimentPlanned={planned}"' in out
