from dataclasses import replace
from typing import Any

import pytest

from telemetry.report.aws.checks import Check, Recent, checks
from telemetry.report.aws.deployment import Alias, Deployment
from tests.telemetry.report.aws.conftest import GOOD, STACK
from tests.telemetry.report.simulation import HALVES

BUSY = Recent("1d", 100, 100, frozenset({"init"}), 800.0, 1100.0)


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
        (variables(EXPERIMENT="init"), "placement", "broken", "refused placement"),
        (variables(EXPERIMENT="init=50,every_invocation=50"), "placement", "broken", "refused placement"),
        (
            variables(EXPERIMENT=HALVES, EXPERIMENT_PLANNED="many"),
            "placement",
            "broken",
            "refused placement",
        ),
        (variables(PLACEMENT="first_invocation"), "placement", "look", "old version serves"),
        ({"retention_days": None}, "retention", "look", "logs kept for ever"),
        ({"retention_days": 3}, "retention", "look", "logs kept too short"),
        ({"timeout_s": 1}, "timeout", "broken", "startup near the timeout"),
        ({"stack": replace(STACK, status="UPDATE_ROLLBACK_COMPLETE")}, "stack", "look", "failed deployment"),
    ],
)
def test_each_fault_is_found(change: dict[str, Any], subject: str, state: str, cause: str) -> None:
    (found,) = wrong(replace(GOOD, **change))
    assert (found.subject, found.state, found.cause) == (subject, state, cause)


@pytest.mark.parametrize(
    "change", [{"variables": {}}, {"runtime": "container image"}, variables(EXPERIMENT=HALVES)]
)
def test_other_deployments_are_fine_too(change: dict[str, Any]) -> None:
    assert wrong(replace(GOOD, **change)) == []


def test_refused_placement_says_what_the_function_would() -> None:
    (found,) = wrong(replace(GOOD, **variables(EXPERIMENT="init=50,every_invocation=50")))
    assert "at most 10%" in found.detail


def test_experiment_under_snapstart_is_broken() -> None:
    (found,) = wrong(replace(GOOD, snapstart=True, **variables(EXPERIMENT=HALVES)))
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


@pytest.mark.parametrize(
    ("recent", "subject", "state"),
    [
        (replace(BUSY, requests=0, reports=0), "records", "broken"),
        (replace(BUSY, reports=0), "records", "broken"),
        (replace(BUSY, slowest_init_ms=8500.0), "INIT", "look"),
        (replace(BUSY, slowest_init_ms=12000.0), "INIT", "broken"),
        (replace(BUSY, slowest_startup_ms=26000.0), "timeout", "broken"),
    ],
)
def test_records_tell_what_is_near_its_limit(recent: Recent, subject: str, state: str) -> None:
    assert {check.subject: check.state for check in wrong(GOOD, recent)} == {subject: state}
