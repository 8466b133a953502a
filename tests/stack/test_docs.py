"""What the docs of operation name is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.trees import FOLDER

PROJECT = Path(__file__).parents[2] / FOLDER
DOCS = [PROJECT / "docs" / name for name in ("operate.md", "backends.md", "web-functions.md")]


class Loader(yaml.SafeLoader):
    """Takes CloudFormation's tags for nothing."""


Loader.add_multi_constructor("!", lambda *_: None)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((PROJECT / "template.yaml").read_text(encoding="utf-8"), Loader)  # noqa: S506
    return found


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
        ("DurationAlarm", 24_000, "p99 over 24 s"),
        ("StateAlarm", 60, "over 60 % of the memory"),
        ("ServerErrorsAlarm", 1, "more than 1 % of answers"),
    ],
)
def test_thresholds_are_as_said(template: dict[str, Any], alarm: str, threshold: int, said: str) -> None:
    assert template["Resources"][alarm]["Properties"]["Threshold"] == threshold
    assert f"| {alarm.removesuffix('Alarm')} | {said}" in DOCS[0].read_text(encoding="utf-8")
