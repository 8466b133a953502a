"""`python -m telemetry choose --stack`: the traffic of a deployment, at the prices of where it runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest

from bench.choose_fleets import Shape
from telemetry.report.choose.__main__ import main
from tests.telemetry.report.aws.conftest import GROUP, TEMPLATE, deploy, put
from tests.telemetry.report.choose.fleet import FIXED, log

QUIET = Shape(rate=0.01, swing=0.8, bursts_per_day=4, service=0.4)


@pytest.fixture
def deployed(logs: Any) -> None:
    """The stack with its log; the function itself is another matter."""
    deploy(TEMPLATE)
    put(logs, log(1, FIXED, QUIET).splitlines())


def make_function(architecture: str) -> None:
    functions, roles = (boto3.client(service, region_name="eu-west-1") for service in ("lambda", "iam"))
    role = roles.create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    functions.create_function(
        FunctionName="tickets-function", Runtime="python3.13", Handler="a.b", Role=role,
        Code={"ZipFile": b"pass"}, Architectures=[architecture],
    )  # fmt: skip


def found(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> dict[str, Any]:
    cache = ("--cache", str(tmp_path), "--since", "6h")
    assert main([*arguments, *cache, "--pool", "published", "--json", "-"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.usefixtures("deployed")
def test_stack_leads_to_its_traffic_and_to_the_prices_of_its_region_and_architecture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_function("arm64")
    choice = found(tmp_path, capsys, ["--stack", "tickets"])
    assert choice["options"][0]["source"] == "this traffic"
    assert choice["traffic"]["per_second"] == pytest.approx(0.01, rel=0.5)
    assert choice["pool"]["source"] == "published"
    assert (choice["prices"]["region"], choice["prices"]["architecture"]) == ("eu-west-1", "arm64")
    assert not any("prices are taken" in note for note in choice["notes"])


@pytest.mark.usefixtures("deployed")
def test_named_prices_are_taken_in_the_place_of_the_stacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_function("arm64")
    choice = found(tmp_path, capsys, ["--stack", "tickets", "--region", "us-east-1"])
    assert (choice["prices"]["region"], choice["prices"]["architecture"]) == ("us-east-1", "arm64")


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--stack", "tickets"], "function tickets-function: ResourceNotFoundException"),
        (["--log-group", GROUP], "a log group does not tell it"),
    ],
)
def test_an_architecture_that_aws_does_not_tell_is_assumed_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    choice = found(tmp_path, capsys, arguments)
    assert (choice["prices"]["region"], choice["prices"]["architecture"]) == ("eu-west-1", "x86_64")
    assert "prices are taken to be those of eu-west-1, x86_64" in choice["notes"][-1]
    assert why in choice["notes"][-1]
    assert "--architecture names another" in choice["notes"][-1]
