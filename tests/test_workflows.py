"""Workflows of the template and of the generated project: what they trust, and what they run."""

from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.trees import FOLDER

ROOT = Path(__file__).parents[1]
TREES = {"template": ROOT, "project": ROOT / FOLDER}
WORKFLOWS = [
    pytest.param(path, id=f"{name}-{path.name}")
    for name, tree in TREES.items()
    for path in sorted((tree / ".github" / "workflows").iterdir())
]


def loaded(path: Path) -> dict[str, Any]:
    # A loader without types, because `on` is a boolean in YAML 1.1.
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return found


def commands(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def used(path: Path) -> list[tuple[str, str]]:
    """Each action with its commit and the comment that names its version."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.split("uses:")[1].strip().partition("@") for line in lines if "uses:" in line]
    return [(action, pin) for action, _, pin in pairs]


def test_every_workflow_is_known() -> None:
    names = {
        name: sorted(path.name for path in tree.glob(".github/workflows/*")) for name, tree in TREES.items()
    }
    assert names == {
        "template": ["ci.yml", "scheduled.yml"],
        "project": ["ci.yml", "comment.yml", "measure.yml", "upstream.yml"],
    }


@pytest.mark.parametrize("path", WORKFLOWS)
def test_actions_are_pinned(path: Path) -> None:
    assert used(path) or path.name == "comment.yml"  # which uses none
    for action, pin in used(path):
        commit, _, version = pin.partition(" # ")
        assert len(commit) == 40, action
        assert set(commit) <= set("0123456789abcdef"), action
        assert version.startswith("v"), action


def test_an_action_has_one_commit_everywhere() -> None:
    everywhere = sorted(
        {pair for (path,) in (case.values for case in WORKFLOWS) for pair in used(Path(str(path)))}
    )
    pins = {action: [pin for _, pin in pairs] for action, pairs in groupby(everywhere, lambda pair: pair[0])}
    assert {action: found for action, found in pins.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", WORKFLOWS)
def test_jobs_may_do_little_and_not_for_long(path: Path) -> None:
    workflow = loaded(path)
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"].get("contents", "read") == "read"
        assert int(job["timeout-minutes"]) <= 120
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] == "false"


def test_changes_pass_what_a_developer_runs() -> None:
    jobs = loaded(ROOT / ".github/workflows/ci.yml")["jobs"]
    assert commands(jobs["test"]) == [".ci/run"]
    assert commands(jobs["demo"]) == ["make demo QUICK=1"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in script if line.startswith("make ")] == ["make lint", "make test"]
    assert "\n    make lint test " in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_slow_tests_and_the_newest_python_have_their_time() -> None:
    scheduled = loaded(ROOT / ".github/workflows/scheduled.yml")
    assert scheduled["on"]["schedule"]
    servers, suite = commands(scheduled["jobs"]["test-all"])
    assert servers.endswith("install --yes postgresql redis-server")
    assert suite == "make test-all"
    newest = scheduled["jobs"]["newest-python"]
    assert commands(newest) == [".ci/run"]
    assert newest["steps"][1]["with"]["python-version"] == "3.14"


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_commits_pass_what_changes_pass(tree: Path) -> None:
    (repository,) = loaded(tree / ".pre-commit-config.yaml")["repos"]
    (hook,) = repository["hooks"]
    assert (repository["repo"], hook["entry"], hook["language"]) == ("local", "make lint", "system")
