"""What AWS says about a stack and its function."""

from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.aws.deployment import Alias, deployment_of
from telemetry.report.aws.stack import Stack, stack_of
from telemetry.report.errors import UnusableError
from tests.telemetry.report.aws.conftest import CONFIGURATION, GROUP, STACK, TEMPLATE, deploy, record


def test_configuration_is_read(logs: Any, functions: Stubber) -> None:
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=14)
    record(functions, [{"Name": "live", "FunctionVersion": "7"}])
    qualified = {"FunctionName": "tickets-function", "Qualifier": "7"}
    functions.add_response("get_function_configuration", CONFIGURATION | {"Version": "7"}, qualified)
    functions.add_client_error(
        "get_provisioned_concurrency_config", "ProvisionedConcurrencyConfigNotFoundException"
    )
    found = deployment_of(STACK, functions.client, logs)
    assert (found.system_level, found.memory_mb, found.retention_days) == ("WARN", 512, 14)
    assert found.aliases == (Alias("live", "7", {"LIFESPAN_PLACEMENT": "init"}, provisioned=False),)


def test_outputs_name_function_and_group() -> None:
    with mock_aws():
        found = stack_of(deploy(TEMPLATE), "tickets")
    assert found == Stack("tickets", "CREATE_COMPLETE", "tickets-function", GROUP)


def test_resources_stand_in_for_outputs() -> None:
    outputs = {"FunctionName": {"Value": "tickets-function"}}
    with mock_aws():
        found = stack_of(deploy(TEMPLATE | {"Outputs": outputs}), "tickets")
    assert found.log_group == f"{GROUP}-own"


def test_stack_without_function_is_refused() -> None:
    with mock_aws(), pytest.raises(UnusableError, match="neither an output FunctionName"):
        stack_of(deploy({"Resources": TEMPLATE["Resources"]}), "tickets")
