import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from telemetry.report.__main__ import main
from telemetry.report.estimate.planning import plan_of
from telemetry.report.show.plan import show_plan
from tests.telemetry.report.reported import evidence_from
from tests.telemetry.report.simulation import Run


def said(run: Run, per_day: float | None = None, precision: str = "5") -> str:
    out = StringIO()
    plan = plan_of(evidence_from(run.lines()), {"init": 50, "first_invocation": 50}, precision, per_day)
    show_plan(plan, Console(width=110, file=out))
    return " ".join(out.getvalue().split())


def test_arm_that_was_not_recorded_is_named() -> None:
    text = said(Run(arms={"init": 40}))
    assert "No first_invocation was recorded: its requests are taken to vary as those of init do." in text


def test_unknown_number_of_days_says_how_to_get_it() -> None:
    run = Run(arms={"init": 40, "first_invocation": 40})
    assert "do not tell how many environments start in a day: say it with --per-day N" in said(run)
    assert "about 152 days at 12 new ones a day" in said(run, per_day=12)


def test_command_prints_what_to_declare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(Run(arms={"init": 40, "first_invocation": 40}).text())
    assert main(["plan", str(path), "--precision", "30", "--per-day", "12"]) == 0
    out = capsys.readouterr().out
    assert "LIFESPAN_EXPERIMENT=init=50,first_invocation=50" in out
    planned = int(out.split("LIFESPAN_EXPERIMENT_PLANNED=")[1].split()[0])
    assert 20 <= planned <= 40
    assert f"{planned} environments per arm" in out
    assert f'"Experiment=init=50,first_invocation=50",\n  "ExperimentPlanned={planned}"' in out


@pytest.mark.parametrize(("per_day", "enough"), [(5.0, False), (6.0, True)])
def test_v4_week_too_short_for_a_verdict_has_no_precision(per_day: float, *, enough: bool) -> None:
    text = said(Run(arms={"init": 40, "first_invocation": 40}), per_day)
    assert ("A week of this traffic gives about +-" in text) is enough
    assert ("A week of this traffic starts 35 environments: too few for a verdict" in text) is not enough


def test_v4_n12_traffic_is_told_in_environments_before_any_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--per-second", "0.01", "--request-ms", "120"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    number = re.search(r"start about (\d+) environments a day", out)
    assert number is not None
    assert 9 <= int(number[1]) <= 18
    assert "records say it better" in out


def test_v4_n12_traffic_gives_a_lab_run_its_days(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(Run(arms={"init": 40, "first_invocation": 40}).text())
    assert main(["plan", str(path), "--per-second", "0.01"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "new ones a day" in out
    assert "A week of this traffic gives about +-" in out


def test_v4_too_coarse_a_precision_is_warned_of() -> None:
    text = said(Run(arms={"init": 40, "first_invocation": 40}), precision="2000")
    assert "That is too coarse: the whole startup, which is all that a placement moves, weighs 720 ms" in text
    assert "Ask for --precision 140 or less" in text
    assert "too coarse" not in said(Run(arms={"init": 40, "first_invocation": 40}))


@pytest.mark.parametrize("wrong", ["0", "-1", "nan", "inf", "many"])
def test_impossible_rate_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["plan", f"--per-second={wrong}"])
    assert "must be a number above 0" in capsys.readouterr().err
