"""The policies of docs/policies: whole, and neither too narrow nor wider than what they are for."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
import yaml
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped] # it has no types
from moto import mock_aws

from tests.docs import iam
from tests.docs.documents import DOCS, code, text
from tests.stack.conftest import TEMPLATE, Loader

POLICIES: Final = sorted((DOCS / "policies").glob("*.json"))
TRUST: Final = "github-trust"
OWN_SERVICES: Final = {
    "AWS::ApiGatewayV2::Api": "apigateway",
    "AWS::ApiGatewayV2::Stage": "apigateway",
    "AWS::CloudWatch::Alarm": "cloudwatch",
    "AWS::CloudWatch::Dashboard": "cloudwatch",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::IAM::Role": "iam",
    "AWS::Lambda::Alias": "lambda",
    "AWS::Lambda::Function": "lambda",
    "AWS::Lambda::Permission": "lambda",
    "AWS::Lambda::Url": "lambda",
    "AWS::Lambda::Version": "lambda",
    "AWS::Logs::LogGroup": "logs",
    "AWS::Logs::MetricFilter": "logs",
}
"""The types that SAM makes of template.yaml, by the prefix of their actions."""
NOT_USED: Final = {
    "iam": "AttachRolePolicy DetachRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary",
    "lambda": """
        PutFunctionCodeSigningConfig GetCodeSigningConfig DeleteFunctionCodeSigningConfig GetLayerVersion
        PassCapacityProvider AssociateRuntimeAlias
    """,
    "logs": """
        AssociateKmsKey DisassociateKmsKey PutDataProtectionPolicy DeleteDataProtectionPolicy PutIndexPolicy
        DeleteIndexPolicy DeleteResourcePolicy PutBearerTokenAuthentication PutLogGroupDeletionProtection
    """,
    "dynamodb": """
        DescribeImport ImportTable EnableKinesisStreamingDestination DisableKinesisStreamingDestination
        UpdateKinesisStreamingDestination CreateTableReplica AssociateTableReplica PutResourcePolicy
        DeleteResourcePolicy Scan Query UpdateItem PutItem GetItem DeleteItem BatchWriteItem
    """,
}
"""What CloudFormation may call for these types, but not for what template.yaml has of them.

No managed policies or boundaries; no signed code, layers or capacity providers; no log groups with keys,
masks, indexes, tokens or a lock; no imports, streams, replicas or resource policies of a table.
"""


def document(policy: str | Path) -> dict[str, Any]:
    path = policy if isinstance(policy, Path) else DOCS / "policies" / f"{policy}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def actions(policy: str) -> set[str]:
    return {action for statement in document(policy)["Statement"] for action in statement["Action"]}


def filled(policy: Path) -> str:
    """Fill it in as the document tells to."""
    function, _, _ = code("operate", "bash")[0].partition("aws iam")
    script = f'{function}\nfill_in "$0"'
    return subprocess.run(["bash", "-euc", script, policy], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_iam_takes_it(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as moto checks a policy: its grammar, services, ARNs and the elements that belong into it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        iam = boto3.client("iam", region_name="eu-west-1")
        if policy.stem == TRUST:
            iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=filled(policy))
        else:
            iam.create_policy(PolicyName=policy.stem, PolicyDocument=filled(policy))
    assert not re.search("ACCOUNT|REGION|STACK|OWNER|REPOSITORY", filled(policy))
    assert f"policies/{policy.name}" in text("operate")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_everything_is_narrow_that_can_be(policy: Path) -> None:
    """Only answers of queries, which have no ARN, and the delivery of logs are open."""
    wide = {
        statement["Sid"] for statement in document(policy)["Statement"] if statement.get("Resource") == "*"
    }
    assert wide <= {"ReadAnswers", "AccessLog"}
    for statement in document(policy)["Statement"]:
        assert "*" not in str(statement["Action"])


@pytest.mark.parametrize(
    ("subject", "trusted"),
    [
        ("repo:octo/support-tickets:environment:prod", True),
        ("repo:octo@1234/support-tickets@5678:environment:prod", True),
        ("repo:octo/support-tickets:ref:refs/heads/main", False),
        ("repo:octo/other:environment:prod", False),
        ("repo:octo@999999/support-tickets@5678:environment:prod", False),
        ("repo:octo@1234/support-tickets@5678:environment:test", False),
    ],
)
def test_a2_both_forms_of_the_subject_are_trusted(subject: str, trusted: bool) -> None:  # noqa: FBT001 - a parameter
    """Repositories made or renamed since 2026-07-15 have numbers in it."""
    policy = json.loads(filled(DOCS / "policies" / f"{TRUST}.json"))
    (statement,) = policy["Statement"]
    (operator,) = statement["Condition"]
    claims = {"aud": "sts.amazonaws.com", "sub": subject}

    assert policy["Version"] == "2012-10-17"
    assert operator == "StringEquals"
    assert trusted == all(
        claims[key.rpartition(":")[2]] in ([values] if isinstance(values, str) else values)
        for key, values in statement["Condition"][operator].items()
    )


def called_for(kind: str) -> set[str]:
    """What CloudFormation's schema of a type says that its handlers call, of the type's own service."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema
    handlers = {name: handler for name, handler in schema.get("handlers", {}).items() if name != "list"}
    called = {action for handler in handlers.values() for action in handler["permissions"]}
    return {action for action in called if action.startswith(f"{OWN_SERVICES[kind]}:")}


def test_deployer_may_what_cloudformation_calls_for_each_resource() -> None:
    unused = {f"{service}:{name}" for service, names in NOT_USED.items() for name in names.split()}
    needed = set().union(*(called_for(kind) for kind in OWN_SERVICES))
    assert needed - unused - actions("deploy") == set()
    assert unused & actions("deploy") == set()
    assert unused <= needed


def test_deployer_is_held_against_every_type_of_the_template() -> None:
    resources = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader)["Resources"]  # noqa: S506 - a safe one
    made_by_sam = {
        "AWS::Serverless::Function": {"AWS::Lambda::Function"},
        "AWS::Serverless::HttpApi": {"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage"},
    }
    kinds = [made_by_sam.get(resource["Type"], {resource["Type"]}) for resource in resources.values()]
    assert set().union(*kinds) == OWN_SERVICES.keys()


def test_who_rolls_back_may_less_than_who_deploys() -> None:
    assert actions("rollback") - actions("deploy") == {"cloudformation:UpdateStack"}


def test_role_is_given_to_lambda_alone() -> None:
    (statement,) = [one for one in document("deploy")["Statement"] if "iam:PassRole" in one["Action"]]
    assert statement["Action"] == ["iam:PassRole"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


TWIN: Final = {"Measurable": "on", "service": "support-tickets"}
NO_TWIN: Final[list[dict[str, str]]] = [{}, {"service": "support-tickets"}, {"Measurable": "off"}]
RESOURCES: Final = {
    "cloudformation": "arn:aws:cloudformation:eu-west-1:123456789012:stack/support-tickets-prod/1-2-3",
    "lambda": "arn:aws:lambda:eu-west-1:123456789012:function:support-tickets-prod-Function-a1B2",
    "logs": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/support-tickets-prod",
}
"""What a stack has of the kinds that measuring is about, by the prefix of the actions."""


def may_measure(action: str, tags: dict[str, str], *changed: str, resource: str | None = None) -> bool:
    policy = json.loads(filled(DOCS / "policies" / "measure.json"))
    arguments = {"TagKeys": changed} if changed else {}
    asked = resource or RESOURCES[action.partition(":")[0]]
    return iam.allows(policy, action, asked, iam.context_of(tags, arguments))


@pytest.mark.parametrize("action", sorted(actions("measure")))
def test_nothing_is_measured_without_the_tag(action: str) -> None:
    assert may_measure(action, TWIN)
    assert not [tags for tags in NO_TWIN if may_measure(action, tags)]


def test_who_measures_cannot_make_a_twin_of_another_stack() -> None:
    """Neither by a tag, nor by a stack of that name, nor in another account."""
    other = RESOURCES["lambda"].replace("123456789012", "999999999999")
    assert may_measure("lambda:TagResource", TWIN, "lifespan-lab-run")
    assert not may_measure("lambda:TagResource", TWIN, "Measurable")
    assert not may_measure("lambda:UntagResource", TWIN, "lifespan-lab-run", "Measurable")
    assert not may_measure("lambda:TagResource", {}, "Measurable")
    assert not may_measure("lambda:InvokeFunction", TWIN, resource=other)
    neighbour = RESOURCES["lambda"].replace("support", "other")
    assert not may_measure("lambda:InvokeFunction", TWIN, resource=neighbour)


def test_versions_and_aliases_are_of_the_function() -> None:
    """Their ARNs are the function's with something behind, and its tags are theirs."""
    for qualifier in ("7", "lifespan-lab"):
        assert may_measure("lambda:InvokeFunction", TWIN, resource=f"{RESOURCES['lambda']}:{qualifier}")


def test_who_measures_changes_neither_code_nor_role() -> None:
    kept = {"lambda:UpdateFunctionCode", "iam:PassRole", "lambda:AddPermission", "lambda:GetFunction"}
    assert actions("measure") & kept == set()
    assert {action.partition(":")[0] for action in actions("measure")} == RESOURCES.keys()


@pytest.mark.parametrize("kind", ["AWS::Lambda::Function", "AWS::Logs::LogGroup"])
def test_tags_of_a_stack_reach_what_is_measured(kind: str) -> None:
    """CloudFormation's schema says that it puts them there, at creation and later."""
    tagging = PROVIDER_SCHEMA_MANAGER.get_resource_schema("eu-west-1", kind).schema["tagging"]
    assert {name for name in ("taggable", "tagOnCreate", "tagUpdatable") if tagging[name]} == {
        "taggable",
        "tagOnCreate",
        "tagUpdatable",
    }
    assert set(tagging["permissions"]) <= actions("deploy")
