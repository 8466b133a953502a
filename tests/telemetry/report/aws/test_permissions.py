"""Each command calls AWS for what its policy in docs/policies allows, and for nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from telemetry.__main__ import main
from tests.docs.documents import DOCS
from tests.telemetry.report.aws.conftest import TEMPLATE, deploy, put
from tests.telemetry.report.simulation import Run

FUNCTION: Final = "tickets-function"
UNKNOWN_TO_MOTO: Final = {
    "GetProvisionedConcurrencyConfig": "ProvisionedConcurrencyConfigNotFoundException",
    "GetQueryResults": "",
}
"""What moto would not answer, with the error that AWS answers where there is nothing."""


def allowed(policy: str) -> set[str]:
    """The actions of a policy."""
    document = json.loads((DOCS / "policies" / f"{policy}.json").read_text(encoding="utf-8"))
    return {action for statement in document["Statement"] for action in statement["Action"]}


@pytest.fixture
def called() -> Iterator[set[str]]:
    """The actions that boto3 was told to call; IAM names these as the operation itself."""
    actions: set[str] = set()

    def note(model: Any, **_: Any) -> Any:
        actions.add(f"{model.service_model.service_name}:{model.name}")
        if model.name not in UNKNOWN_TO_MOTO:
            return None
        code = UNKNOWN_TO_MOTO[model.name]
        parsed = {"Error": {"Code": code, "Message": ""}} if code else {"status": "Complete", "results": []}
        return SimpleNamespace(status_code=404 if code else 200), parsed

    with mock_aws():
        prepared()
        boto3.setup_default_session(region_name="eu-west-1")
        session: Any = boto3.DEFAULT_SESSION
        session.events.register("before-call", note)
        yield actions
    boto3.DEFAULT_SESSION = None


def prepared() -> None:
    """A stack with its function, alias and log."""
    logs, functions, roles = (
        boto3.client(service, region_name="eu-west-1") for service in ("logs", "lambda", "iam")
    )
    role = roles.create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(
        FunctionName=FUNCTION, Runtime="python3.13", Handler="a.b", Role=role, Code={"ZipFile": b"pass"}
    )
    version = functions.publish_version(FunctionName=FUNCTION)["Version"]
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version)
    logs.create_log_group(logGroupName="/aws/lambda/tickets")
    put(logs, Run(lab=False).lines())
    deploy(TEMPLATE)


@pytest.mark.parametrize(
    ("policy", "commands"),
    [
        (
            "report",
            [
                ["report", "--stack", "tickets"],
                ["report", "--stack", "tickets", "--engine", "insights"],
                ["plan", "--stack", "tickets"],
            ],
        ),
        ("choose", [["choose", "--stack", "tickets"]]),
        ("doctor", [["doctor", "--stack", "tickets"]]),
    ],
)
def test_commands_call_what_their_policy_allows(
    policy: str, commands: list[list[str]], called: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for command in commands:
        main(command)
    assert called == allowed(policy)
