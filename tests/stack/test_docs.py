"""What the docs of operation name is there."""

import re
from pathlib import Path
from typing import Any

import pytest

from telemetry.schema import (
    DEATH,
    FAILURE,
    FAULT,
    INVOCATION_CUT,
    METRICS,
    PLACEMENT,
    RESOURCE_NAME,
    SERVICE,
    START,
)
from tests.template.trees import FOLDER

PROJECT = Path(__file__).parents[2] / FOLDER
DOCS = [PROJECT / "docs" / name for name in ("operate.md", "backends.md", "web-functions.md")]


@pytest.fixture(scope="module", params=DOCS, ids=lambda path: path.name)
def text(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text(encoding="utf-8")


def test_parameters_exist(text: str, template: dict[str, Any]) -> None:
    named = set(re.findall(r"[\"`]([A-Z][a-z]\w+)=", text))
    assert named <= template["Parameters"].keys()


def test_commands_exist(text: str) -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:^    |`)(?:\w+=\S+ )?make ([a-z-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for module in re.findall(r"python -m ([\w.]+)", text):
        path = PROJECT / module.replace(".", "/")
        assert (path / "__main__.py").is_file() or path.with_suffix(".py").is_file(), module


def test_files_exist(text: str) -> None:
    for name in re.findall(
        r"\b(docs/[\w-]+\.md|events/[\w-]+\.json|[a-z]+config\.toml|template\.yaml)", text
    ):
        assert (PROJECT / name).is_file(), name


def test_every_alarm_is_explained(template: dict[str, Any]) -> None:
    operate = DOCS[0].read_text(encoding="utf-8")
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::CloudWatch::Alarm" and not name.endswith("ArmAlarm"):
            assert f"| {name.removesuffix('Alarm')} |" in operate, name


@pytest.mark.parametrize(
    ("alarm", "threshold", "said"),
    [
        ("DurationAlarm", ("DurationAlarmMs", 24_000), "p99 over 24 s"),
        ("StateAlarm", ("StateAlarmPercent", 60), "over 60 % of the memory"),
        ("ServerErrorsAlarm", ("ServerErrorsAlarmPercent", 1), "more than 1 % of answers"),
        (
            "StartupAlarm",
            ("StartupAlarmMs", 0),
            "over 7 s (100 s with SnapStart or provisioned concurrency), in 2 of 12 times 5 minutes",
        ),
    ],
)
def test_thresholds_are_as_said(
    template: dict[str, Any], alarm: str, threshold: tuple[str, int], said: str
) -> None:
    parameter, value = threshold
    assert template["Parameters"][parameter]["Default"] == value
    assert f"| {alarm.removesuffix('Alarm')} | {said}" in DOCS[0].read_text(encoding="utf-8")


def test_startup_alarm_has_two_defaults(template: dict[str, Any]) -> None:
    given, _, otherwise = template["Resources"]["StartupAlarm"]["Properties"]["Threshold"]
    assert (given, otherwise) == ("StartupAlarmGiven", ["Published", 100_000, 7000])


def test_metrics_are_counted_as_paid() -> None:
    """Both documents have the sums of the sample: three resources, cold and warm starts, two arms."""
    rare = {FAILURE, DEATH, FAULT}
    always = [metric for metric in METRICS if metric.record not in rare and metric != INVOCATION_CUT]
    times = {(SERVICE,): 1, (SERVICE, RESOURCE_NAME): 3, (SERVICE, START): 2, (SERVICE, PLACEMENT): 2}
    plain = sum(times[names] for metric in always for names in metric.dimensions)
    by_arm = sum(times[names] for metric in always for names in metric.in_experiment)
    operate, benchmarks = (
        (PROJECT / "docs" / name).read_text(encoding="utf-8") for name in ("operate.md", "benchmarks.md")
    )
    dollars, more = f"{plain * 0.3:.2f}", f"{by_arm * 0.3:.2f}"
    assert (
        f"{plain} of this sample: ${dollars}; {by_arm} more in an experiment of two arms: ${more}" in operate
    )
    assert f"{dollars} $ a month for {plain} metrics" in benchmarks
    assert f"{more} $ more while two arms run" in benchmarks
