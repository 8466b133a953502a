"""`--fail-if`: a build stops only where a number is certainly on the bad side."""

from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from telemetry.report.errors import UnusableError
from telemetry.report.gate import condition, judge

VERDICT = {
    "startup": {
        "whole": {
            "name": "startup",
            "first_in_init": {"n": 5, "mean": 900.0, "mean_low": 850.0, "mean_high": 950.0},
        }
    },
    "arms": [
        {"placement": "init", "requests": 7, "user_visible_ms": {"value": 20.0, "low": 19.0, "high": 21.0}},
        {
            "placement": "every_invocation",
            "requests": 9,
            "user_visible_ms": {"value": 80.0, "low": None, "high": None},
        },
    ],
    "comparisons": [
        {
            "baseline": "every_invocation",
            "estimand": "user_visible_ms",
            "difference_ms": 60.0,
            "low": 55.0,
            "high": 65.0,
        }
    ],
    "resources": [
        {"name": "model", "load_ms": {"value": 1.0, "low": 0.5, "high": 1.5}},
        {"name": "db.pool v2", "load_ms": {"value": 30.0, "low": 25.0, "high": 35.0}},
    ],
    "time_split": [{"placement": "init", "parts": [{"kind": "warm", "name": None, "ms": 6.8, "known": 20}]}],
    "assignment": {"p_value": 0.0002},
    "failures": [{"placement": "init", "share": 0.02, "low": 0.01, "high": 0.03}],
}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("startup.mean > 800ms", "fails"),
        ("startup.mean > 0.9 s", "cannot tell"),
        ("startup.mean > 1s", "holds"),
        ("startup.whole.first_in_init.mean >= 850 ms", "fails"),
        ("arms.init.user_visible_ms < 18ms", "holds"),
        ("arms.every_invocation.user_visible_ms > 1ms", "cannot tell"),
        ("arms.init.requests < 8", "fails"),
        ("comparisons.every_invocation.difference_ms < 50ms", "holds"),
        ("failures.init.share > 0.5%", "fails"),
        ("failures.init.share > 2%", "cannot tell"),
        ("resources.db.pool v2.load_ms > 20ms", "fails"),
        ("time_split.init.warm.ms > 5ms", "cannot tell"),
        ("time_split.init.warm.ms > 50ms", "cannot tell"),
        ("time_split.init.known < 40", "fails"),
        ("assignment.p_value < 0.001", "fails"),
    ],
)
def test_whole_interval_has_to_be_on_the_bad_side(text: str, outcome: str) -> None:
    assert judge(condition(text), VERDICT).outcome == outcome


@pytest.mark.parametrize(
    "text", ["startup.mean", "startup.mean == 3ms", "> 3", "a > 3 h", "a > b", "a > 1; b"]
)
def test_there_is_no_more_language(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        condition(text)


def test_unknown_number_is_not_taken_as_passed() -> None:
    with pytest.raises(UnusableError, match="no such number"):
        judge(condition("startup.average > 3ms"), VERDICT)


KEPT = str(Path(__file__).parent / "kept" / "lambda.jsonl")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-if", "startup.mean > 2s"], 0),
        (["--fail-if", "startup.mean > 100ms"], 3),
        (["--fail-if", "startup.mean > 2s", "--fail-if", "arms.init.environments > 3"], 3),
        (["--fail-if", "startup.mean > 726ms"], 0),
        (["--fail-if", "startup.mean > 726ms", "--strict"], 3),
        (["--fail-if", "startup.nothing > 2s"], 2),
    ],
)
def test_n10_exit_code(options: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([KEPT, *options]) == code
    assert capsys.readouterr().err.startswith("telemetry.report: ")
