"""What AWS says about a stack and its function."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.aws.deployment import Alias, Deployment, deployment_of
from telemetry.report.aws.stack import Stack, stack_of
from telemetry.report.errors import UnusableError
from tests.telemetry.report.aws.conftest import (
    CONFIGURATION,
    GROUP,
    STACK,
    TEMPLATE,
    deploy,
    record,
    reserve,
)

FUNCTION = {"FunctionName": "tickets-function"}
QUALIFIED = {"FunctionName": "tickets-function", "Qualifier": "7"}


def read(logs: Any, functions: Stubber, **change: Any) -> Deployment:
    functions.add_response("get_function_configuration", CONFIGURATION | change, FUNCTION)
    functions.add_response("list_aliases", {"Aliases": []}, FUNCTION)
    reserve(functions)
    return deployment_of(STACK, deploy(TEMPLATE), functions.client, logs)


def test_configuration_is_read(logs: Any, functions: Stubber) -> None:
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=14)
    record(functions, [{"Name": "live", "FunctionVersion": "7"}])
    functions.add_response("get_function_configuration", CONFIGURATION | {"Version": "7"}, QUALIFIED)
    functions.add_client_error(
        "get_provisioned_concurrency_config", "ProvisionedConcurrencyConfigNotFoundException"
    )
    reserve(functions, 0)
    found = deployment_of(STACK, deploy(TEMPLATE), functions.client, logs)
    assert (found.system_level, found.memory_mb, found.retention_days) == ("WARN", 512, 14)
    assert found.aliases == (Alias("live", "7", {"LIFESPAN_PLACEMENT": "init"}, provisioned=False),)
    assert (found.reserved, found.log_class, found.api_limit_s, found.refused) == (0, "STANDARD", None, ())


def test_failed_provisioning_tells_why(logs: Any, functions: Stubber) -> None:
    record(functions, [{"Name": "live", "FunctionVersion": "7"}])
    functions.add_response("get_function_configuration", CONFIGURATION, QUALIFIED)
    functions.add_response(
        "get_provisioned_concurrency_config", {"Status": "FAILED", "StatusReason": "FUNCTION_ERROR_INIT"}
    )
    reserve(functions)
    (alias,) = deployment_of(STACK, deploy(TEMPLATE), functions.client, logs).aliases
    assert (alias.provisioned, alias.failure) == (True, "FUNCTION_ERROR_INIT")


@pytest.mark.parametrize(
    ("change", "state", "failure"),
    [
        ({}, "Active", ""),
        ({"State": "Inactive", "StateReason": "idle"}, "Inactive", ""),
        ({"State": "Failed", "StateReason": "no image"}, "Failed", "no image"),
        ({"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no key"}, "Active", "no key"),
    ],
)
def test_function_that_failed_tells_why(
    change: dict[str, Any], state: str, failure: str, logs: Any, functions: Stubber
) -> None:
    found = read(logs, functions, **change)
    assert (found.state, found.failure) == (state, failure)


def test_tracing_and_managed_instances_are_read(logs: Any, functions: Stubber) -> None:
    provider = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "arn:" + "a" * 20}}
    found = read(logs, functions, TracingConfig={"Mode": "Active"}, CapacityProviderConfig=provider)
    assert (found.traced, found.managed) == (True, True)


@pytest.mark.parametrize(
    ("kinds", "limit"),
    [
        (["AWS::Lambda::Function", "AWS::ApiGatewayV2::Api"], 30),
        (["AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"], 29),
        (["AWS::Lambda::Url"], None),
    ],
)
def test_api_of_the_stack_has_a_limit(
    kinds: list[str], limit: int | None, logs: Any, functions: Stubber
) -> None:
    record(functions, [])
    reserve(functions)
    client = boto3.client("cloudformation", region_name="eu-west-1")
    at = datetime(2026, 11, 24, tzinfo=UTC)
    resources = [
        {"ResourceType": kind, "LogicalResourceId": f"R{number}", "LastUpdatedTimestamp": at,
         "ResourceStatus": "CREATE_COMPLETE"}
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    with Stubber(client) as cloudformation:
        cloudformation.add_response("list_stack_resources", {"StackResourceSummaries": resources})
        found = deployment_of(STACK, cloudformation.client, functions.client, logs)
    assert found.api_limit_s == limit


def test_group_that_is_not_there_is_none(logs: Any, functions: Stubber) -> None:
    logs.create_log_group(logGroupName="/elsewhere-too")
    assert read(logs, functions, LoggingConfig={"LogGroup": "/elsewhere"}).log_class is None


def test_refused_permission_is_named_and_does_no_harm(logs: Any, functions: Stubber) -> None:
    record(functions, [])
    functions.add_client_error("get_function_concurrency", "AccessDeniedException")
    found = deployment_of(STACK, deploy(TEMPLATE), functions.client, logs)
    assert (found.reserved, found.refused) == (None, ("lambda:GetFunctionConcurrency",))


def test_other_errors_are_not_swallowed(logs: Any, functions: Stubber) -> None:
    record(functions, [])
    functions.add_client_error("get_function_concurrency", "ServiceException")
    with pytest.raises(UnusableError, match="ServiceException"):
        deployment_of(STACK, deploy(TEMPLATE), functions.client, logs)


def test_outputs_name_function_and_group() -> None:
    with mock_aws():
        found = stack_of(deploy(TEMPLATE), "tickets")
    assert found == Stack("tickets", "CREATE_COMPLETE", "tickets-function", GROUP)


def test_resources_stand_in_for_outputs() -> None:
    outputs = {"FunctionName": {"Value": "tickets-function"}}
    with mock_aws():
        found = stack_of(deploy(TEMPLATE | {"Outputs": outputs}), "tickets")
    assert found.log_group == f"{GROUP}-own"


def test_named_function_has_its_own_group() -> None:
    with mock_aws():
        found = stack_of(deploy(TEMPLATE), "tickets", "mail-function")
    assert (found.function, found.log_group) == ("mail-function", "/aws/lambda/mail-function")


def test_stack_without_function_is_refused() -> None:
    with mock_aws(), pytest.raises(UnusableError, match="neither an output FunctionName"):
        stack_of(deploy({"Resources": TEMPLATE["Resources"]}), "tickets")
