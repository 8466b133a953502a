"""One release after another: the real SAM CLI, `make rollback`, and an AWS on loopback.

A small artifact stands in for the built one, for it is not run here; see `test_deploy`.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from artifact.twin import RUN
from tests.docs.recording import recorded, recorder
from tests.stack.conftest import Loader
from tests.template.building import run
from tests.template.loopback_aws import CREDENTIALS, Account, asked, loopback_aws

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STACK = "support-tickets"
TWIN = f"{STACK}-measure"
EXPERIMENT = '    "Experiment=init=50,first_invocation=50",\n    "ExperimentPlanned=200",\n'


class Project:
    """A generated project whose artifact is there, and an AWS to deploy it to."""

    def __init__(self, folder: Path, sam: Path, env: dict[str, str], requests: Path) -> None:
        self.folder, self.requests = folder, requests
        self._sam, self.env = sam, env

    def deploy(self, *more: str) -> str:
        command = (sys.executable, "-m", "artifact.deploy", "--sam", str(self._sam), "--no-confirm-changeset")
        return run(*command, *more, cwd=self.folder, env=self.env)

    def sam_deploy(self) -> None:
        command = (self._sam, "deploy", "--no-confirm-changeset")
        subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, check=False)

    def rollback(self, *more: str) -> "subprocess.CompletedProcess[str]":
        command = (sys.executable, "-m", "artifact.rollback", *more)
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False
        )

    def write(self, code: str) -> None:
        (self.folder / ".aws-sam" / "build" / "Function" / "app.py").write_text(code, encoding="utf-8")

    def configure(self, before: str, after: str) -> None:
        file = self.folder / "samconfig.toml"
        file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    @property
    def account(self) -> Account:
        return Account(self.env["AWS_ENDPOINT_URL"], STACK)

    def sent(self) -> list[dict[str, dict[str, Any]]]:
        """The parameters of each change set that was asked for."""
        found = asked(self.requests, "CreateChangeSet", STACK)
        return [{pair["ParameterKey"]: pair for pair in request["Parameters"]} for request in found]


@pytest.fixture
def project(baked: Path, home: dict[str, str], sam: Path, tmp_path: Path) -> Iterator[Project]:
    folder = Path(shutil.copytree(baked, tmp_path / STACK))
    build = folder / ".aws-sam" / "build"
    (build / "Function").mkdir(parents=True)
    template = (folder / "template.yaml").read_text(encoding="utf-8")
    (build / "template.yaml").write_text(
        template.replace("CodeUri: .", "CodeUri: Function"), encoding="utf-8"
    )
    requests = tmp_path / "requests"
    with loopback_aws(requests) as endpoint:
        env = {**home, **CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}
        made = Project(folder, sam, env, requests)
        made.write("first = 1\n")
        yield made


def parameters(project: Project) -> dict[str, Any]:
    text = (project.folder / "template.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader)["Parameters"]  # noqa: S506 - it is a safe one
    return found


def test_a1_experiment_ends_with_its_lines(project: Project) -> None:
    """A parameter that SAM is not told keeps its value in the stack, so each one is named, each time."""
    project.configure("    'ReleaseId=\"\"',\n", EXPERIMENT)
    project.deploy()
    during = project.account.function()["Environment"]["Variables"]
    project.configure(EXPERIMENT, "")
    project.deploy()
    after = project.account.function()["Environment"]["Variables"]

    first, second = project.sent()
    for request in (first, second):
        assert request.keys() == parameters(project).keys()
        assert not [pair for pair in request.values() if "UsePreviousValue" in pair]
        assert all("ParameterValue" in pair for pair in request.values())
    assert first["Experiment"]["ParameterValue"] == "init=50,first_invocation=50"
    assert second["Experiment"]["ParameterValue"] == ""
    assert second["ExperimentPlanned"]["ParameterValue"] == "0"
    assert "LIFESPAN_EXPERIMENT" in during
    assert not [name for name in after if name.startswith("LIFESPAN_EXPERIMENT")]


def test_a3_plain_sam_deploy_names_no_release(project: Project) -> None:
    """Not even the second time, so the template's rule refuses it; moto has no rules, and fails later."""
    project.deploy()
    project.write("second = 2\n")
    project.sam_deploy()
    assert [request["ReleaseId"].get("ParameterValue") for request in project.sent()][1:] == [""]


def test_policies_allow_what_the_tools_call(project: Project, tmp_path: Path) -> None:
    """SAM's own calls, and ours; what CloudFormation calls is in `tests/docs/test_policies.py`."""
    project.env |= recorder(tmp_path / "recorded")
    for number in (1, 2, 3):
        project.write(f"release = {number}\n")
        project.deploy()
    project.rollback()
    called = {call.action for call in recorded(tmp_path / "recorded")}
    policies = [project.folder / "docs" / "policies" / f"{name}.json" for name in ("deploy", "rollback")]
    statements = [one for policy in policies for one in json.loads(policy.read_text())["Statement"]]

    assert {"cloudformation:CreateChangeSet", "s3:PutObject", "lambda:DeleteFunction"} <= called
    assert called - {action for statement in statements for action in statement["Action"]} == set()


def test_tags_reach_the_stack(project: Project) -> None:
    project.deploy()
    (request,) = asked(project.requests, "CreateChangeSet", STACK)
    assert request["Tags"] == [{"Key": "service", "Value": STACK}]


def test_twin_has_its_parameter_and_its_tags(project: Project) -> None:
    project.deploy("--config-env", "measure")
    (request,) = asked(project.requests, "CreateChangeSet", TWIN)
    sent = {pair["ParameterKey"]: pair["ParameterValue"] for pair in request["Parameters"]}
    tags = {tag["Key"]: tag["Value"] for tag in request["Tags"]}

    assert tags == {"service": STACK, "Measurable": "on"}
    assert sent.keys() == parameters(project).keys()
    assert (sent["Measurable"], sent["Endpoint"]) == ("on", "function-url-iam")
    assert sent["ServiceName"] == TWIN
    twin = Account(project.env["AWS_ENDPOINT_URL"], TWIN)
    assert twin.status == "CREATE_COMPLETE"
    assert twin.reserved() == 10
    assert twin.function()["Environment"]["Variables"]["TICKETS_TABLE"].startswith(f"{TWIN}-")


def test_twin_is_not_deployed_while_it_is_measured(project: Project) -> None:
    project.deploy("--config-env", "measure")
    Account(project.env["AWS_ENDPOINT_URL"], TWIN).tag({RUN: "4f2a 2026-11-26T12:00:00Z original=1"})
    project.write("second = 2\n")
    with pytest.raises(AssertionError, match=f"python -m telemetry lab --stack {TWIN} --clean"):
        project.deploy("--config-env", "measure")

    assert len(asked(project.requests, "CreateChangeSet", TWIN)) == 1


def test_a5_two_versions_are_kept_and_one_can_go_back(project: Project) -> None:
    descriptions = {}
    for number in (1, 2, 3):
        project.write(f"release = {number}\n")
        said = project.deploy()
        descriptions[str(number)] = project.account.parameters["ReleaseId"]
    assert "Version 3 serves, 2 is kept for `make rollback`; deleted: 1." in said
    assert project.account.live() == "3"
    assert project.account.versions() == {"2": descriptions["2"], "3": descriptions["3"]}

    done = project.rollback()

    assert (done.returncode, done.stdout) == (
        0,
        "Version 2 serves again. Version 3 is kept until the next `make deploy`.\n",
    ), done.stderr
    assert project.account.live() == "2"
    assert project.account.function()["FunctionName"] == project.account.outputs["FunctionName"]

    again = project.deploy()  # of what was left: nothing else has changed

    assert "Successfully created/updated stack" in again
    assert project.account.live() == "3"
    assert project.account.versions().keys() == {"2", "3"}

    project.rollback()
    project.write("release = 4\n")
    said = project.deploy()

    assert "Version 4 serves, 2 is kept for `make rollback`; deleted: 3." in said
    assert (project.account.live(), set(project.account.versions())) == ("4", {"2", "4"})


def test_rollback_changes_one_parameter(project: Project) -> None:
    for number in (1, 2):
        project.write(f"release = {number}\n")
        project.deploy()
    assert project.rollback("--to", "1").returncode == 0

    (request,) = asked(project.requests, "UpdateStack", STACK)
    changed = [pair for pair in request["Parameters"] if "ParameterValue" in pair]
    assert changed == [{"ParameterKey": "LiveVersion", "ParameterValue": "1"}]
    assert {pair["ParameterKey"] for pair in request["Parameters"]} == parameters(project).keys()
    assert str(request["UsePreviousTemplate"]).lower() == "true"
    assert set(request["Capabilities"]) == {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"}


def test_nothing_to_go_back_to(project: Project) -> None:
    project.deploy()
    none, wrong = project.rollback(), project.rollback("--to", "9")
    assert (none.returncode, wrong.returncode) == (1, 1)
    assert none.stderr == f"{STACK}: no version before 1 is kept: deploy the commit that you want back\n"
    assert wrong.stderr == f"{STACK}: version 9 is not kept; kept: 1\n"
    assert asked(project.requests, "UpdateStack", STACK) == []
