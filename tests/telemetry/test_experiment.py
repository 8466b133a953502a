import json
from typing import Any

import pytest

from tests.telemetry.house import House
from tests.telemetry.made import started, startup

HALVES = "init=50,first_invocation=50"
BY_ARM = ["service", "placement"]


@pytest.fixture
def house() -> House:
    house = House({"LIFESPAN_EXPERIMENT": HALVES, "LIFESPAN_EXPERIMENT_PLANNED": "200"})
    house.observe(started(placement="first_invocation"))
    return house


def metric_dimensions(record: dict[str, Any]) -> list[list[str]]:
    (directive,) = record["_aws"]["CloudWatchMetrics"]
    dimensions: list[list[str]] = directive["Dimensions"]
    return dimensions


def test_assignment_is_recorded_before_startup(house: House) -> None:
    (record,) = map(json.loads, house.out)
    assert record["record"] == "environment"
    assert (record["placement"], record["experiment"], record["planned"]) == ("first_invocation", HALVES, 200)
    assert record["environment"] == "3f0c12345678"


def test_undeclared_size_is_left_out() -> None:
    house = House({"LIFESPAN_EXPERIMENT": HALVES})
    house.observe(started())
    assert "planned" not in json.loads(house.out[0])


def test_startup_record_has_the_weights(house: House) -> None:
    house.start_up()
    (record,) = house.records("startup")
    assert record["experiment"] == HALVES


def test_arms_are_plotted_apart(house: House) -> None:
    house.start_up()
    house.invoke()
    (record,) = house.records("invocation")
    assert metric_dimensions(record) == [["service"], ["service", "start"], BY_ARM]
    assert record["placement"] == "first_invocation"


def test_failures_are_plotted_by_arm(house: House) -> None:
    house.start_up(startup(outcome="failed", error="OSError"))
    (record,) = house.records("failure")
    assert metric_dimensions(record) == [["service"], BY_ARM]


def test_invocations_repeat_no_weights(house: House) -> None:
    house.invoke()
    assert "experiment" not in house.records("invocation")[0]


def test_without_experiment_nothing_changes() -> None:
    house = House({"LIFESPAN_EXPERIMENT": " "})
    house.observe(started())
    assert house.out == []
    house.start_up()
    house.invoke()
    assert "experiment" not in house.records("startup")[0]
    assert metric_dimensions(house.records("invocation")[0]) == [["service"], ["service", "start"]]
