"""The rules of CloudWatch's embedded metric format, over every kind of record that has metrics."""

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.constants import (
    MAX_DIMENSIONS,
    MAX_METRIC_NAME_LENGTH,
    MAX_METRICS,
)
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.metric_properties import MetricUnit

from adapter.facts import LifespanDied
from telemetry.output import checked_namespace
from telemetry.schema import METRICS, RESOURCE_NAME, SERVICE, START, STARTS, Start
from tests.telemetry.facts import T0, S, resource, started, startup
from tests.telemetry.harness import Harness

NUMEROUS = {"request_id", "trace_id", "environment", "process", "n"}
"""What has a new value every time: as a dimension, each would be a metric to pay for."""


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    harness = Harness()
    harness.observe(started())
    harness.start_up(startup(resources=(resource("model"), resource("pool"))))
    harness.start_up(startup(outcome="failed", error="RuntimeError"))
    harness.invoke(1, touched={"model": 1})
    harness.invoke(2)
    harness.invoke(3, cut=True)
    harness.observe(LifespanDied(T0 + 5 * S, 1, None))
    harness.telemetry.count("Reserved", -1, "no such unit")
    return [line for line in harness.lines if "_aws" in line]


def directives(lines: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for line in lines:
        assert set(line["_aws"]) == {"Timestamp", "CloudWatchMetrics"}
        for directive in line["_aws"]["CloudWatchMetrics"]:
            assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
            yield line, directive


def test_each_metric_is_written_by_its_record(lines: list[dict[str, Any]]) -> None:
    written = {
        (line["record"], metric["Name"], metric["Unit"], tuple(map(tuple, directive["Dimensions"])))
        for line, directive in directives(lines)
        for metric in directive["Metrics"]
    }
    assert written == {(metric.record, metric.name, metric.unit, metric.dimensions) for metric in METRICS}


def test_timestamp_is_the_records_own(lines: list[dict[str, Any]]) -> None:
    assert [line["_aws"]["Timestamp"] for line in lines] == [line["at"] for line in lines]


def test_every_named_value_is_there(lines: list[dict[str, Any]]) -> None:
    for line, directive in directives(lines):
        assert 1 <= len(directive["Metrics"]) <= MAX_METRICS
        for metric in directive["Metrics"]:
            assert type(line[metric["Name"]]) in (int, float)
            assert line[metric["Name"]] >= 0
            assert len(metric["Name"]) <= MAX_METRIC_NAME_LENGTH
            assert metric["Unit"] in {unit.value for unit in MetricUnit}


def test_dimensions_are_few_and_textual(lines: list[dict[str, Any]]) -> None:
    for line, directive in directives(lines):
        assert directive["Dimensions"]
        for dimensions in directive["Dimensions"]:
            assert len(dimensions) <= MAX_DIMENSIONS
            assert set(dimensions) <= {SERVICE, START, RESOURCE_NAME}
            assert not set(dimensions) & NUMEROUS
            assert all(isinstance(line[name], str) and line[name].isascii() for name in dimensions)


def test_start_has_five_values() -> None:
    assert get_args(Start) == STARTS
    assert len(STARTS) == 5


def test_shape_is_the_one_powertools_writes(lines: list[dict[str, Any]]) -> None:
    for line, directive in directives(lines):
        provider = AmazonCloudWatchEMFProvider(namespace=directive["Namespace"])
        first, *more = directive["Dimensions"]
        for name in first:
            provider.add_dimension(name, line[name])
        for names in more:
            provider.add_dimensions(**{name: line[name] for name in names})
        for metric in directive["Metrics"]:
            provider.add_metric(metric["Name"], metric["Unit"], line[metric["Name"]])
        theirs = json.loads(json.dumps(provider.serialize_metric_set()))
        assert theirs["_aws"]["CloudWatchMetrics"] == [directive]
        for name in theirs.keys() - {"_aws"}:
            assert theirs[name] in (line[name], [line[name]])


@pytest.mark.parametrize("name", ["Tickets", "a.b-c_d/e#f:g h", "x" * 255])
def test_usual_namespaces_pass(name: str) -> None:
    assert checked_namespace(name) == name
