from dataclasses import replace
from typing import Any

import pytest

from telemetry.report.aws.checks import checks
from telemetry.report.aws.deployment import Alias, Deployment
from telemetry.report.aws.findings import Check
from telemetry.report.aws.recent import Recent
from tests.telemetry.report.aws.conftest import BUSY, GOOD, STACK
from tests.telemetry.report.simulation import HALVES


def wrong(of: Deployment, recent: Recent = BUSY) -> list[Check]:
    return [check for check in checks(of, recent) if check.state != "ok"]


def variables(**values: str) -> dict[str, Any]:
    return {"variables": {f"LIFESPAN_{name}": value for name, value in values.items()}}


def test_good_deployment_is_fine() -> None:
    assert wrong(GOOD) == []
    assert {check.cause for check in checks(GOOD, BUSY)} == {None}


@pytest.mark.parametrize(
    ("change", "subject", "state", "cause"),
    [
        ({"application_level": "WARN"}, "log levels", "broken", "levels above INFO"),
        ({"system_level": "WARN"}, "log levels", "broken", "levels above INFO"),
        ({"runtime": "python3.11"}, "runtime", "look", "no SIGTERM"),
        (variables(PLACEMENT="eager"), "placement", "broken", "refused placement"),
        (variables(PLACEMENT="first_invocation"), "placement", "look", "old version serves"),
        ({"retention_days": None}, "retention", "look", "logs kept for ever"),
        ({"retention_days": 3}, "retention", "look", "logs kept too short"),
        ({"timeout_s": 1}, "timeout", "broken", "repeated INIT near the timeout"),
        ({"stack": replace(STACK, status="UPDATE_ROLLBACK_COMPLETE")}, "stack", "look", "failed deployment"),
        ({"state": "Failed", "failure": "no image"}, "function", "broken", "function not active"),
        ({"failure": "no key"}, "function", "look", "failed update"),
        ({"refused": ("lambda:GetFunctionConcurrency",)}, "permissions", "look", "refused permissions"),
        ({"reserved": 0}, "concurrency", "broken", "no concurrency"),
        ({"timeout_s": 60, "api_limit_s": 30}, "API", "look", "timeout above the API's"),
        ({"traced": False}, "spans", "look", "spans without tracing"),
        ({"variables": {"LIFESPAN_WRITE_EVERY": "all"}}, "variables", "look", "ignored variables"),
    ],
)
def test_each_fault_is_found(change: dict[str, Any], subject: str, state: str, cause: str) -> None:
    (found,) = wrong(replace(GOOD, **change))
    assert (found.subject, found.state, found.cause) == (subject, state, cause)


@pytest.mark.parametrize(
    "change",
    [
        variables(EXPERIMENT="init", EXPERIMENT_PLANNED="20"),
        variables(EXPERIMENT="init=50,every_invocation=50", EXPERIMENT_PLANNED="20"),
    ],
)
def test_refused_experiment_is_broken(change: dict[str, Any]) -> None:
    (found,) = wrong(replace(GOOD, **change))
    assert (found.subject, found.state, found.cause) == ("placement", "broken", "refused placement")


def test_unreadable_size_of_an_experiment_is_broken() -> None:
    found = wrong(replace(GOOD, **variables(EXPERIMENT=HALVES, EXPERIMENT_PLANNED="many")))
    assert [check.cause for check in found] == ["refused placement", "ignored variables"]


def test_t24_text_logs_are_to_be_looked_at() -> None:
    (found,) = wrong(replace(GOOD, log_format="Text"))
    assert (found.subject, found.state) == ("log format", "look")


def test_t24_experiment_without_its_size_is_to_be_looked_at() -> None:
    (found,) = wrong(replace(GOOD, **variables(EXPERIMENT=HALVES)))
    assert (found.subject, found.state, found.cause) == ("experiment", "look", "experiment without its size")


@pytest.mark.parametrize("log_class", ["INFREQUENT_ACCESS", "DELIVERY"])
def test_t24_other_log_class_is_broken(log_class: str) -> None:
    (found,) = wrong(replace(GOOD, log_class=log_class))
    assert (found.subject, found.state) == ("log class", "broken")


@pytest.mark.parametrize(
    "change",
    [
        {"variables": {}},
        {"runtime": "container image"},
        variables(EXPERIMENT=HALVES, EXPERIMENT_PLANNED="200"),
        {"api_limit_s": 30},
        {"reserved": 5},
        {"traced": False, "variables": {"OTEL_SDK_DISABLED": "true"}},
        {"traced": False, "variables": {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://otlp.example.com"}},
    ],
)
def test_other_deployments_are_fine_too(change: dict[str, Any]) -> None:
    assert wrong(replace(GOOD, **change)) == []


def test_refused_placement_says_what_the_function_would() -> None:
    found = wrong(replace(GOOD, **variables(EXPERIMENT="init=50,every_invocation=50")))
    assert "at most 10%" in found[0].detail


def test_experiment_under_snapstart_is_broken() -> None:
    change = variables(EXPERIMENT=HALVES, EXPERIMENT_PLANNED="200")
    (found,) = wrong(replace(GOOD, snapstart=True, **change))
    assert (found.subject, found.state) == ("SnapStart", "broken")


def test_stale_alias_is_broken() -> None:
    alias = Alias("live", "7", {"LIFESPAN_PLACEMENT": "every_invocation"}, provisioned=False)
    (found,) = wrong(replace(GOOD, aliases=(alias,)))
    assert (found.state, found.cause) == ("broken", "alias has other variables")
    assert (found.alias, found.detail) == (alias, "LIFESPAN_PLACEMENT")


def test_current_alias_is_fine() -> None:
    assert wrong(replace(GOOD, aliases=(Alias("live", "7", GOOD.variables, provisioned=True),))) == []


def test_provisioned_alias_of_snapshots_is_broken() -> None:
    alias = Alias("live", "7", GOOD.variables, provisioned=True)
    (found,) = wrong(replace(GOOD, snapstart=True, aliases=(alias,)))
    assert found.cause == "alias is provisioned under SnapStart"


def test_alias_whose_provisioning_failed_is_broken() -> None:
    alias = Alias("live", "7", GOOD.variables, provisioned=True, failure="FUNCTION_ERROR_INIT")
    (found,) = wrong(replace(GOOD, aliases=(alias,)))
    assert (found.state, found.cause, found.detail) == (
        "broken",
        "provisioning failed",
        "FUNCTION_ERROR_INIT",
    )
