"""The real SAM CLI deploys to the double, and what it deploys runs.

A small artifact stands in for the built one; the built one is in `test_measured_twin`.
"""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.lambda_api.conftest import QUICK
from tests.lambda_api.functions import Account, refusal
from tests.lambda_api.loopback import client, lambda_api
from tests.template.building import run
from tests.template.loopback_aws import CREDENTIALS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

STACK = "support-tickets"
MARK = {"marked-by": "somebody else"}
CODE = """
import os

def handler(event, context):
    return {"table": os.environ["TICKETS_TABLE"], "version": context.function_version}
"""


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with lambda_api(replace(QUICK, stacks=True)) as endpoint:
        yield Account(endpoint)


@pytest.fixture(scope="module")
def project(baked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(baked, tmp_path_factory.mktemp("stacks") / STACK))
    handler = folder / ".aws-sam" / "build" / "Function" / "service" / "handler.py"
    handler.parent.mkdir(parents=True)
    handler.write_text(CODE, encoding="utf-8")
    template = (folder / "template.yaml").read_text(encoding="utf-8")
    built = folder / ".aws-sam" / "build" / "template.yaml"
    built.write_text(template.replace("CodeUri: .", "CodeUri: Function"), encoding="utf-8")
    return folder


def deploy(project: Path, account: Account, home: dict[str, str], sam: Path) -> None:
    env = {**home, **CREDENTIALS, "AWS_ENDPOINT_URL": account.endpoint}
    command = (sys.executable, "-m", "artifact.deploy", "--sam", sam, "--no-confirm-changeset")
    run(*command, cwd=project, env=env)


def configure(project: Path, before: str, after: str) -> None:
    file = project / "samconfig.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def test_one_release_after_another(project: Path, account: Account, home: dict[str, str], sam: Path) -> None:
    deploy(project, account, home, sam)
    stacks = client(account.endpoint, "cloudformation")
    (stack,) = stacks.describe_stacks(StackName=STACK)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    name = outputs["FunctionName"]
    found = account.functions.get_function_configuration(FunctionName=name)
    arn = found["FunctionArn"]
    assert found["LoggingConfig"]["LogFormat"] == "JSON"
    assert found["Environment"]["Variables"]["LIFESPAN_WRITE_EVERY"] == "1"
    tags = account.functions.list_tags(Resource=arn)["Tags"]
    assert tags["service"] == STACK  # of the stack
    assert tags["aws:cloudformation:logical-id"] == "Function"
    answer = account.invoke(name, Qualifier="live")
    assert answer.version == answer.payload["version"] == "1"
    client(account.endpoint, "dynamodb").describe_table(TableName=answer.payload["table"])

    account.functions.tag_resource(Resource=arn, Tags=MARK)
    configure(project, "    'ReleaseId=\"\"',\n", '    \'ReleaseId=""\',\n    "ReservedConcurrency=7",\n')
    configure(project, f'tags = "service={STACK}"', f'tags = "service={STACK} team=blue"')
    deploy(project, account, home, sam)
    assert account.invoke(name, Qualifier="live").version == "2"
    assert account.functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 7
    tags = account.functions.list_tags(Resource=arn)["Tags"]
    assert {**MARK, "team": "blue"}.items() <= tags.items()

    stacks.delete_stack(StackName=STACK)
    with pytest.raises(ClientError) as raised:
        account.functions.invoke(FunctionName=name)
    assert refusal(raised.value) == "ResourceNotFoundException"
