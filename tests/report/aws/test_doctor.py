import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from telemetry.report.__main__ import main
from telemetry.report.aws import doctor
from telemetry.report.aws.checks import Check, Recent, checks
from telemetry.report.aws.deployment import Alias, Deployment, deployment_of
from telemetry.report.aws.stack import Stack, stack_of
from telemetry.report.errors import UnusableError
from tests.report.aws.conftest import GROUP, put
from tests.report.simulation import Run

STACK = Stack("tickets", "UPDATE_COMPLETE", "tickets-function", GROUP)
GOOD = Deployment(
    stack=STACK, runtime="python3.13", memory_mb=1024, timeout_s=30, log_format="JSON",
    application_level="INFO", system_level="INFO", log_group=GROUP, snapstart=False,
    variables={"LIFESPAN_PLACEMENT": "init"}, aliases=(), retention_days=30,
)  # fmt: skip
HALVES = "init=50,first_invocation=50"
BUSY = Recent("1d", 100, 100, frozenset({"init"}), 800.0, 1100.0)


def wrong(of: Deployment, recent: Recent = BUSY) -> dict[str, Check]:
    return {check.what: check for check in checks(of, recent) if check.state != "ok"}


def test_good_deployment_is_fine() -> None:
    assert wrong(GOOD) == {}


@pytest.mark.parametrize(
    ("change", "what", "state", "advice"),
    [
        ({"application_level": "WARN"}, "log levels", "broken", "set both to INFO"),
        ({"system_level": "WARN"}, "log levels", "broken", "set both to INFO"),
        ({"runtime": "python3.11"}, "runtime", "look", "SIGTERM needs python3.12"),
        ({"variables": {"LIFESPAN_PLACEMENT": "eager"}}, "placement", "broken", "choices are: init"),
        ({"variables": {"LIFESPAN_EXPERIMENT": "init"}}, "placement", "broken", "the function cannot start"),
        (
            {"variables": {"LIFESPAN_EXPERIMENT": "init=50,every_invocation=50"}},
            "placement",
            "broken",
            "at most 10%",
        ),
        (
            {"variables": {"LIFESPAN_EXPERIMENT": HALVES, "LIFESPAN_EXPERIMENT_PLANNED": "many"}},
            "placement",
            "broken",
            "the function cannot start",
        ),
        ({"variables": {}}, None, None, None),
        (
            {"variables": {"LIFESPAN_PLACEMENT": "first_invocation"}},
            "placement",
            "look",
            "last records are of init",
        ),
        ({"retention_days": None}, "retention", "look", "set days"),
        ({"retention_days": 3}, "retention", "look", "lose its first days"),
        ({"timeout_s": 1}, "timeout", "broken", "raise Timeout"),
        ({"stack": replace(STACK, status="UPDATE_ROLLBACK_COMPLETE")}, "stack", "look", "did not go through"),
        ({"runtime": "container image"}, None, None, None),
    ],
)
def test_each_fault_has_its_advice(
    change: dict[str, Any], what: str | None, state: str | None, advice: str | None
) -> None:
    found = wrong(replace(GOOD, **change))
    if what is None or advice is None:
        assert found == {}
        return
    assert list(found) == [what]
    assert found[what].state == state
    assert advice in found[what].advice


def test_experiment_under_snapstart_is_broken() -> None:
    of = replace(GOOD, snapstart=True, variables={"LIFESPAN_EXPERIMENT": "init=50,first_invocation=50"})
    assert wrong(of)["SnapStart"].state == "broken"


def test_stale_alias_is_broken() -> None:
    alias = Alias("live", "7", {"LIFESPAN_PLACEMENT": "every_invocation"}, provisioned=False)
    found = wrong(replace(GOOD, aliases=(alias,)))["alias live"]
    assert found.state == "broken"
    assert "another LIFESPAN_PLACEMENT than $LATEST: publish a new version" in found.advice


def test_current_alias_is_fine() -> None:
    assert wrong(replace(GOOD, aliases=(Alias("live", "7", GOOD.variables, provisioned=True),))) == {}


@pytest.mark.parametrize(
    ("recent", "what", "state"),
    [
        (replace(BUSY, requests=0, reports=0), "records", "broken"),
        (replace(BUSY, reports=0), "records", "broken"),
        (replace(BUSY, slowest_init_ms=8500.0), "INIT", "look"),
        (replace(BUSY, slowest_init_ms=12000.0), "INIT", "broken"),
        (replace(BUSY, slowest_startup_ms=26000.0), "timeout", "broken"),
    ],
)
def test_records_tell_what_is_near_its_limit(recent: Recent, what: str, state: str) -> None:
    assert {name: check.state for name, check in wrong(GOOD, recent).items()} == {what: state}


LOGGING = {
    "LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN", "LogGroup": GROUP,
}  # fmt: skip
CONFIGURATION = {
    "FunctionName": "tickets-function", "Runtime": "python3.13", "MemorySize": 512, "Timeout": 30,
    "Environment": {"Variables": {"LIFESPAN_PLACEMENT": "init"}},
    "LoggingConfig": LOGGING,
    "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
}  # fmt: skip


@pytest.fixture
def functions() -> Iterator[Stubber]:
    """Lambda by recorded responses: moto knows no logging configuration."""
    with Stubber(boto3.client("lambda", region_name="eu-west-1")) as stubber:
        yield stubber


def record(functions: Stubber, aliases: list[dict[str, str]]) -> None:
    name = {"FunctionName": "tickets-function"}
    functions.add_response("get_function_configuration", CONFIGURATION, name)
    functions.add_response("list_aliases", {"Aliases": aliases}, name)


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


def deploy(template: dict[str, Any]) -> Any:
    cloudformation = boto3.client("cloudformation", region_name="eu-west-1")
    cloudformation.create_stack(StackName="tickets", TemplateBody=json.dumps(template))
    return cloudformation


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


def test_missing_stack_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with mock_aws():
        assert main(["doctor", "--stack", "nowhere"]) == 2
        assert "stack nowhere: " in capsys.readouterr().err


def test_stack_leads_to_its_records(logs: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deploy(TEMPLATE)
    put(logs, Run(lab=False).lines())
    assert main(["--stack", "tickets", "--cache", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Keeping the lifespan saves ")


@pytest.mark.parametrize(("level", "code"), [("INFO", 0), ("WARN", 1)])
def test_command_tells_whether_it_is_broken(
    level: str, code: int, logs: Any, functions: Stubber, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setitem(LOGGING, "SystemLogLevel", level)
    record(functions, [])
    cloudformation = deploy(TEMPLATE)
    clients = {"logs": logs, "lambda": functions.client, "cloudformation": cloudformation}
    monkeypatch.setattr(doctor, "client", clients.__getitem__)
    put(logs, Run(lab=False, arms={"init": 3}).lines())
    assert main(["doctor", "--stack", "tickets"]) == code
    out = capsys.readouterr().out
    assert "36 requests, 36 report lines since 1d" in " ".join(out.split())
    assert ("set both to INFO" in " ".join(out.split())) is (code == 1)
