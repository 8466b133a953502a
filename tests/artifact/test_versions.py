from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from artifact import rollback
from artifact.rollback import RollbackError, version_before
from artifact.versions import delete_all_but, live, releases

FUNCTION = "tickets-Function-1"


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lambda, with a function."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        iam = boto3.client("iam", region_name="eu-west-1")
        role = iam.create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        client = boto3.client("lambda", region_name="eu-west-1")
        client.create_function(
            FunctionName=FUNCTION, Runtime="python3.13", Handler="a.b", Role=role, Code={"ZipFile": b"pass"}
        )
        yield client


def publish(functions: Any, description: str) -> int:
    functions.update_function_configuration(FunctionName=FUNCTION, Description=description)
    made = functions.publish_version(FunctionName=FUNCTION, Description=description)
    return int(made["Version"])


def test_releases_are_those_that_make_deploy_published(functions: Any) -> None:
    published = [publish(functions, text) for text in ("0123456789ab", "by hand", "abcdef012345")]
    assert releases(functions, FUNCTION) == [published[0], published[2]]


def test_all_but_two_releases_are_deleted(functions: Any) -> None:
    by_hand = publish(functions, "by hand")
    first, second, third = (publish(functions, f"{number:012x}") for number in (1, 2, 3))

    assert delete_all_but(functions, FUNCTION, (second, third)) == [first]
    assert releases(functions, FUNCTION) == [second, third]
    left = functions.list_versions_by_function(FunctionName=FUNCTION)["Versions"]
    assert str(by_hand) in {version["Version"] for version in left}


def test_version_that_another_alias_leads_to_stays() -> None:
    client = boto3.client("lambda", "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    published = [
        {"Version": number, "Description": "0123456789ab", "FunctionName": FUNCTION} for number in "123"
    ]
    with Stubber(client) as stub:
        stub.add_response("list_versions_by_function", {"Versions": published})
        stub.add_client_error("delete_function", "ResourceConflictException")
        stub.add_response("delete_function", {})
        assert len(delete_all_but(client, FUNCTION, (3,))) == 1
        stub.assert_no_pending_responses()


def test_live_version_is_the_aliases(functions: Any) -> None:
    publish(functions, "0123456789ab")
    functions.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="1")
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    cloudformation.create_stack(
        StackName="tickets",
        TemplateBody='{"Resources": {"Log": {"Type": "AWS::Logs::LogGroup"}}, '
        f'"Outputs": {{"FunctionName": {{"Value": "{FUNCTION}"}}}}}}',
    )
    assert live(cloudformation, functions, "tickets") == (FUNCTION, 1)


@pytest.mark.parametrize(("kept", "expected"), [([2, 3], 2), ([1, 2, 3, 4], 2), ([1, 3, 7], 1)])
def test_newest_of_the_older_ones_serves_again(kept: list[int], expected: int) -> None:
    assert version_before(3, kept) == expected


@pytest.mark.parametrize("kept", [[], [3], [3, 4]])
def test_without_an_older_version_there_is_no_way_back(kept: list[int]) -> None:
    with pytest.raises(RollbackError, match="no version before 3 is kept"):
        version_before(3, kept)


def test_ctrl_c_while_cloudformation_is_at_work_says_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "samconfig.toml").write_text('[default.deploy.parameters]\nstack_name = "shop"\n')
    monkeypatch.setattr(rollback, "PROJECT", tmp_path)
    monkeypatch.setattr(rollback, "roll_back", interrupted)
    assert rollback.main([]) == 130
    assert capsys.readouterr().err == "shop: no longer waited for; what CloudFormation has begun goes on\n"
