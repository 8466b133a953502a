import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.aws.deployment import Deployment
from telemetry.report.aws.recent import Endings, Recent, Startups
from telemetry.report.aws.stack import Stack

GROUP = "/aws/lambda/tickets"
STACK = Stack("tickets", "UPDATE_COMPLETE", "tickets-function", GROUP)
GOOD = Deployment(
    stack=STACK, runtime="python3.13", memory_mb=1024, timeout_s=30, log_format="JSON",
    application_level="INFO", system_level="INFO", log_group=GROUP, snapstart=False,
    variables={"LIFESPAN_PLACEMENT": "init"}, aliases=(), retention_days=30, traced=True,
)  # fmt: skip
BUSY = Recent(
    "1d", requests=100, placements=frozenset({"init"}),
    startups=Startups(complete=10, slowest_init_ms={"on-demand": 1100.0}),
    endings=Endings(reports=100, memory_share=0.4),
)  # fmt: skip
LOGGING = {
    "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN", "LogGroup": GROUP,
}  # fmt: skip
CONFIGURATION = {
    "FunctionName": "tickets-function", "Runtime": "python3.13", "MemorySize": 512, "Timeout": 30,
    "Environment": {"Variables": {"LIFESPAN_PLACEMENT": "init"}},
    "LoggingConfig": LOGGING,
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
}  # fmt: skip
TEMPLATE = {
    "Resources": {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        },
        "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"{GROUP}-own"}},
    },
    "Outputs": {"FunctionName": {"Value": "tickets-function"}, "LogGroup": {"Value": GROUP}},
}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity that no account knows; no test of this folder reaches AWS."""
    for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def logs() -> Iterator[Any]:
    """CloudWatch Logs, with an empty group."""
    with mock_aws():
        client = boto3.client("logs", region_name="eu-west-1")
        client.create_log_group(logGroupName=GROUP)
        yield client


def put(logs: Any, lines: list[str], stream: str = "one", ago: timedelta = timedelta(hours=3)) -> None:
    """Write lines, a second apart, so long ago."""
    at = round((datetime.now(UTC) - ago).timestamp() * 1000)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    events = [{"timestamp": at + number, "message": line} for number, line in enumerate(lines)]
    for begin in range(0, len(events), 1000):
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events[begin : begin + 1000])


@pytest.fixture
def functions() -> Iterator[Stubber]:
    """Lambda by recorded responses: moto knows no logging configuration."""
    with Stubber(boto3.client("lambda", region_name="eu-west-1")) as stubber:
        yield stubber


def record(functions: Stubber, aliases: list[dict[str, str]]) -> None:
    name = {"FunctionName": "tickets-function"}
    functions.add_response("get_function_configuration", CONFIGURATION, name)
    functions.add_response("list_aliases", {"Aliases": aliases}, name)


def reserve(functions: Stubber, concurrency: int | None = None) -> None:
    reserved = {} if concurrency is None else {"ReservedConcurrentExecutions": concurrency}
    functions.add_response("get_function_concurrency", reserved, {"FunctionName": "tickets-function"})


def deploy(template: dict[str, Any]) -> Any:
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    cloudformation.create_stack(StackName="tickets", TemplateBody=json.dumps(template))
    return cloudformation
