"""What makes a stack a twin, and the marker of a run, against moto."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from artifact.deploy import main
from artifact.samconfig import Target
from artifact.twin import RUN, TwinError, check_no_run, check_tag

REGION = "eu-west-1"
STACK = "tickets-measure"
FUNCTION = "tickets-measure-Function-1"
MARKER = "4f2a 2026-11-26T12:00:00Z original=7"


@pytest.mark.parametrize(
    ("overrides", "tags"),
    [
        (["MemorySize=512"], ["service=tickets"]),
        (['Measurable="off"'], []),
        (["Measurable=on"], ["service=tickets Measurable=on"]),
        (["MemorySize=512 Measurable=on"], ["service=tickets", "Measurable=on"]),
    ],
)
def test_parameter_and_tag_agree(overrides: list[str], tags: list[str]) -> None:
    check_tag(overrides, tags)


@pytest.mark.parametrize(
    ("overrides", "tags", "said"),
    [
        (["Measurable=on"], ["service=tickets"], "in parameter_overrides of samconfig.toml and not in tags"),
        (["Measurable=off"], ["Measurable=on"], "in tags of samconfig.toml and not in parameter_overrides"),
    ],
)
def test_half_a_twin_is_refused(overrides: list[str], tags: list[str], said: str) -> None:
    with pytest.raises(TwinError, match=said):
        check_tag(overrides, tags)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield


def twin(tags: dict[str, str], output: str = "FunctionName") -> None:
    """A stack whose function has tags."""
    iam = boto3.client("iam", region_name=REGION)
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Handler="a.b",
        Role=role,
        Code={"ZipFile": b"pass"},
        Tags=tags,
    )
    boto3.client("cloudformation", region_name=REGION).create_stack(
        StackName=STACK,
        TemplateBody='{"Resources": {"Log": {"Type": "AWS::Logs::LogGroup"}}, '
        f'"Outputs": {{"{output}": {{"Value": "{FUNCTION}"}}}}}}',
    )


def test_run_is_seen_with_the_command_that_cleans(
    aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text("[team]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    twin({"Measurable": "on", RUN: MARKER})
    with pytest.raises(TwinError) as raised:
        check_no_run(Target(STACK, REGION, "team"))
    said = str(raised.value)
    assert f"({RUN}: {MARKER})" in said
    assert said.splitlines()[-1].strip() == (
        f"AWS_PROFILE=team AWS_DEFAULT_REGION={REGION} "
        f".venv/bin/python -m telemetry lab --stack {STACK} --clean"
    )


def test_without_a_run_there_is_nothing_to_say(aws: None) -> None:
    twin({"Measurable": "on"})
    assert check_no_run(Target(STACK, REGION, None)) is None


def test_first_deployment_has_no_stack_to_look_at(aws: None) -> None:
    assert check_no_run(Target(STACK, REGION, None)) is None


def test_stack_without_its_output_is_not_measured(aws: None) -> None:
    twin({RUN: MARKER}, output="Other")
    assert check_no_run(Target(STACK, REGION, None)) is None


class Denied:
    """A Target whose user may do nothing."""

    stack, region, profile = STACK, REGION, None

    def client(self, service: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": f"no {service}"}}, "DescribeStacks")


def test_who_may_not_look_is_told_so() -> None:
    target: Any = Denied()
    assert "AccessDenied" in (check_no_run(target) or "")


Deploy = Callable[[], int]


@pytest.fixture
def deploy(
    aws: None, build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Deploy:
    """`make deploy` of a project, with a SAM CLI that only says that it was called."""
    project = build.parent.parent
    (project / "samconfig.toml").write_text(
        f'[measure.global.parameters]\nstack_name = "{STACK}"\nregion = "{REGION}"\n'
        "[measure.deploy.parameters]\n"
        'parameter_overrides = ["Measurable=on"]\ntags = "service=tickets Measurable=on"\n',
        encoding="utf-8",
    )
    sam = tmp_path / "sam"
    sam.write_text('#!/bin/sh\necho "called with $*"\n', encoding="utf-8")
    sam.chmod(0o755)
    monkeypatch.setattr("artifact.deploy.PROJECT", project)
    return lambda: main(["--sam", str(sam), "--config-env", "measure"])


def test_deployment_during_a_run_is_refused(deploy: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    twin({"Measurable": "on", RUN: MARKER})
    assert deploy() == 1
    said = capfd.readouterr()
    assert "called" not in said.out
    assert f"python -m telemetry lab --stack {STACK} --clean" in said.err


def test_deployment_after_it_is_made(deploy: Deploy, capfd: pytest.CaptureFixture[str]) -> None:
    twin({"Measurable": "on"})
    assert deploy() == 0
    said = capfd.readouterr()
    assert "called with deploy --config-env measure" in said.out
    assert said.err == ""


def test_half_a_twin_is_not_deployed(deploy: Deploy, build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = build.parent.parent / "samconfig.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(" Measurable=on", ""), encoding="utf-8")
    with pytest.raises(SystemExit) as exit_:
        deploy()
    assert exit_.value.code == 2
    said = capfd.readouterr()
    assert "called" not in said.out
    assert "A twin, which may be measured, needs both" in said.err
