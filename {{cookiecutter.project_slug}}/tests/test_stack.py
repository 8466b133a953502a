import tomllib
from typing import Any

import pytest

from tests import tickets_table
from tests.stack import TEMPLATE, load_template


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return load_template()


@pytest.fixture(scope="module")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return {name: resource["Properties"] for name, resource in template["Resources"].items() if name != "Api"}


@pytest.fixture(scope="module")
def samconfig() -> dict[str, Any]:
    content = (TEMPLATE.parent / "samconfig.toml").read_text(encoding="utf-8")
    default: dict[str, Any] = tomllib.loads(content)["default"]
    return default


def test_local_table_is_same(resources: dict[str, Any]) -> None:
    local = tickets_table.definition()

    for key in ("KeySchema", "AttributeDefinitions", "BillingMode"):
        assert local[key] == resources["TicketsTable"][key]


def test_table_is_protected(template: dict[str, Any]) -> None:
    table = template["Resources"]["TicketsTable"]

    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}


def granted(policy: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what a policy allows, as pairs of action and resource."""
    statements = policy["PolicyDocument"]["Statement"]
    return [(action, statement["Resource"]) for statement in statements for action in statement["Action"]]


def test_function_may_only(resources: dict[str, Any]) -> None:
    logs, tickets, spans = resources["FunctionRole"]["Policies"]
    condition, spans, without = spans["Fn::If"]

    assert granted(logs) == [
        ("logs:CreateLogStream", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
        ("logs:PutLogEvents", {"Fn::GetAtt": ["LogGroup", "Arn"]}),
    ]
    assert granted(tickets) == [
        ("dynamodb:GetItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
        ("dynamodb:PutItem", {"Fn::GetAtt": ["TicketsTable", "Arn"]}),
    ]
    assert (condition, without) == ("TracingOn", {"Ref": "AWS::NoValue"})
    assert granted(spans) == [("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")]


def test_records_reach_logs(resources: dict[str, Any]) -> None:
    assert resources["Function"]["LoggingConfig"] == {
        "LogGroup": {"Ref": "LogGroup"},
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }


def test_build_and_deploy_agree(template: dict[str, Any], samconfig: dict[str, Any]) -> None:
    build, deploy = (
        samconfig[command]["parameters"]["parameter_overrides"] for command in ("build", "deploy")
    )

    assert build == deploy
    assert {override.partition("=")[0] for override in build} <= set(template["Parameters"])
