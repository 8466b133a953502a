import json
from typing import Any

import pytest

from tests.telemetry.facts import started, startup
from tests.telemetry.harness import Harness

HALVES = "init=50,first_invocation=50"
BY_ARM = ["service", "placement"]


@pytest.fixture
def harness() -> Harness:
    harness = Harness({"LIFESPAN_EXPERIMENT": HALVES, "LIFESPAN_EXPERIMENT_PLANNED": "200"})
    harness.observe(started(placement="first_invocation"))
    return harness


def metric_dimensions(record: dict[str, Any]) -> list[list[str]]:
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    dimensions: list[list[str]] = directive["Dimensions"]
    return dimensions


def test_assignment_is_recorded_before_startup(harness: Harness) -> None:
    (record,) = map(json.loads, harness.out)
    assert record["record"] == "environment"
    assert (record["placement"], record["experiment"], record["planned"]) == ("first_invocation", HALVES, 200)
    assert record["environment"] == "3f0c12345678"
    assert (record["function"], record["version"], record["memory_mb"]) == ("tickets-api", "7", 512)


def test_undeclared_size_is_left_out() -> None:
    harness = Harness({"LIFESPAN_EXPERIMENT": HALVES})
    harness.observe(started())
    assert "planned" not in json.loads(harness.out[0])


def test_startup_record_has_the_weights(harness: Harness) -> None:
    harness.start_up()
    (record,) = harness.records("startup")
    assert record["experiment"] == HALVES


def test_arms_are_plotted_apart(harness: Harness) -> None:
    harness.start_up()
    harness.invoke()
    (record,) = harness.records("invocation")
    assert metric_dimensions(record) == [["service"], ["service", "start"], BY_ARM]
    assert record["placement"] == "first_invocation"


def test_failures_are_plotted_by_arm(harness: Harness) -> None:
    harness.start_up(startup(outcome="failed", error="OSError"))
    (record,) = harness.records("failure")
    assert metric_dimensions(record) == [["service"], BY_ARM]


def test_invocations_repeat_no_weights(harness: Harness) -> None:
    harness.invoke()
    assert "experiment" not in harness.records("invocation")[0]


def test_without_experiment_nothing_changes() -> None:
    harness = Harness({"LIFESPAN_EXPERIMENT": " "})
    harness.observe(started())
    assert harness.out == []
    harness.start_up()
    harness.invoke()
    assert "experiment" not in harness.records("startup")[0]
    assert metric_dimensions(harness.records("invocation")[0]) == [["service"], ["service", "start"]]
