"""What the generated project's workflows may do."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.template.building import run
from tests.template.trees import FOLDER

WORKFLOWS = sorted((Path(__file__).parents[2] / FOLDER / ".github" / "workflows").iterdir())


def workflow(name: str) -> dict[str, Any]:
    (path,) = [path for path in WORKFLOWS if path.name == name]
    # A loader without types, because `on` is a boolean in YAML 1.1.
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return found


def steps(job: dict[str, Any], key: str) -> list[str]:
    return [step[key] for step in job["steps"] if key in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_key_is_kept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text
    assert "access-key" not in text


def test_changes_are_tested() -> None:
    ci = workflow("ci.yml")
    assert ci["on"] == {"pull_request": "", "push": {"branches": ["main"]}}
    assert steps(ci["jobs"]["test"], "run") == ["make lint", "make test"]
    assert ci["jobs"]["test"]["permissions"] == {"contents": "read"}


def test_only_tested_main_is_deployed() -> None:
    deploy = workflow("ci.yml")["jobs"]["deploy"]
    assert deploy["needs"] == "test"
    for condition in (
        "github.ref == 'refs/heads/main'",
        "github.event_name == 'push'",
        "vars.AWS_DEPLOY_ROLE_ARN",
    ):
        assert condition in deploy["if"]
    assert deploy["permissions"] == {"contents": "read", "id-token": "write"}
    assert steps(deploy, "run")[-1] == "make deploy CONFIG_ENV=prod"


def test_sam_is_the_tested_one() -> None:
    """A newer SAM may build or deploy otherwise, and this workflow deploys without anybody looking."""
    uses = [
        step for step in workflow("ci.yml")["jobs"]["deploy"]["steps"] if "setup-sam" in step.get("uses", "")
    ]
    lock = (Path(__file__).parents[2] / "requirements-sam.txt").read_text(encoding="utf-8")
    (tested,) = re.findall(r"^aws-sam-cli==(\S+)", lock, re.MULTILINE)
    assert [step["with"]["version"] for step in uses] == [tested]


def test_config_step_reads_samconfig(baked: Path, home: dict[str, str], tmp_path: Path) -> None:
    """Run the step as a runner would."""
    (script,) = [run for run in steps(workflow("ci.yml")["jobs"]["deploy"], "run") if "GITHUB_OUTPUT" in run]
    output = tmp_path / "output"
    run("bash", "-e", "-c", script, cwd=baked, env={**home, "GITHUB_OUTPUT": str(output)})
    assert output.read_text().splitlines() == ["region=eu-west-1", "python=3.13"]


def test_template_is_asked_only_with_cruft() -> None:
    upstream = workflow("upstream.yml")
    assert "schedule" in upstream["on"]
    *_, step = upstream["jobs"]["check"]["steps"]
    assert step["if"] == "hashFiles('.cruft.json') != ''"
    assert step["run"].endswith("cruft==2.16.0 check")


def test_changes_of_the_template_are_in_the_summary(
    baked: Path, home: dict[str, str], tmp_path: Path
) -> None:
    """Run the step as a runner would, before anything is installed."""
    _, script, _ = [step.get("run") for step in workflow("upstream.yml")["jobs"]["check"]["steps"]]
    project = Path(shutil.copytree(baked, tmp_path / "project"))
    (project / "adapter" / "ours.py").touch()
    summary = tmp_path / "summary"
    run("bash", "-e", "-c", script, cwd=project, env={**home, "GITHUB_STEP_SUMMARY": str(summary)})
    assert "- added: adapter/ours.py\n" in summary.read_text()
