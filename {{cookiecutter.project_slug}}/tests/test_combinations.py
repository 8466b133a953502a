from typing import Any

import pytest

from tests.combinations import RELEASE, SECRET, all_combinations, few_combinations, lint
from tests.deployment import translated
from tests.rendering import Rendering

EXPERIMENT = {"Experiment": "init=50,first_invocation=50", "ExperimentPlanned": "400"}


@pytest.mark.parametrize(
    "rendering", tuple(few_combinations()), ids=["default", "most", "snapstart", "provisioned"]
)
def test_lint_is_silent(rendering: Rendering) -> None:
    assert lint(rendering) == []


def test_each_combination_translates() -> None:
    kinds = {
        tuple(sorted(resource["Type"] for resource in translated(rendering)["Resources"].values()))
        for rendering in all_combinations()
    }
    assert len(kinds) == 8  # three doors, one of them with and without an access log; an experiment or none


def test_each_condition_is_met_and_is_not() -> None:
    """What a new parameter decides has to be among the combinations that are checked."""
    found = [rendering.conditions() for rendering in (*all_combinations(), *few_combinations())]
    for name in found[0]:
        assert {conditions[name] for conditions in found} == {True, False}, name


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"SnapStart": "on", "ProvisionedConcurrency": "1", **RELEASE}, "no SnapStart with provisioned"),
        ({"SnapStart": "on", **EXPERIMENT, **RELEASE}, "an experiment cannot assign them"),
        ({}, "Deploy with `make deploy`"),
        ({"OtlpHeadersArn": SECRET, **RELEASE}, "OtlpEndpoint, which it is for, is empty"),
        ({"ThrottleBurst": "9", **RELEASE}, "ThrottleRate, which it goes with, is 0"),
        ({"AccessLog": "on", "Endpoint": "function-url", **RELEASE}, "A function URL has neither"),
    ],
)
def test_rules_refuse(parameters: dict[str, str], reason: str) -> None:
    (refusal,) = Rendering(**parameters).refusals()
    assert reason in refusal


@pytest.mark.parametrize(
    "parameters",
    [
        {"Experiment": "init"},
        {"Experiment": "init=50"},
        {"Experiment": "lazy=50,init=50"},
        {"Experiment": "first_invocation=90,every_invocation=10"},
        {"Experiment": "init=25,first_invocation=25,init=25,first_invocation=25"},
        {"ServiceName": 'a"b'},
        {"OtlpEndpoint": "http://otlp.example.com"},
        {"AlarmTopicArn": "alarms"},
        {"MemorySize": "128"},
        {"Runtime": "python3.11"},
        {"LiveVersion": "$LATEST"},
    ],
)
def test_malformed_value_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(parameters))):
        Rendering(**parameters)


@pytest.mark.parametrize(
    "experiment", ["first_invocation=1,init=9", "init=4.5,first_invocation=5,every_invocation=0.5"]
)
def test_order_of_the_arms_is_free(experiment: str) -> None:
    assert Rendering(Experiment=experiment).parameters["Experiment"] == experiment


def function(**parameters: str) -> dict[str, Any]:
    properties: dict[str, Any] = translated(Rendering(**parameters))["Resources"]["Function"]["Properties"]
    return properties


def test_choices_reach_the_function() -> None:
    variables = function(
        Tracing="on",
        TraceCallers="off",
        OtlpEndpoint="https://otlp.example.com",
        OtlpHeadersArn=SECRET,
        **EXPERIMENT,
    )["Environment"]["Variables"]
    assert variables["LIFESPAN_TRACE_CALLERS"] == "off"
    assert variables["OTEL_SDK_DISABLED"] == "false"
    assert variables["OTEL_TRACES_SAMPLER_ARG"] == {"Ref": "TraceSampleRatio"}
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == {"Ref": "OtlpEndpoint"}
    assert variables["OTEL_EXPORTER_OTLP_HEADERS_ARN"] == {"Ref": "OtlpHeadersArn"}
    assert variables["LIFESPAN_EXPERIMENT"] == {"Ref": "Experiment"}
    assert variables["LIFESPAN_EXPERIMENT_PLANNED"] == {"Ref": "ExperimentPlanned"}
    assert variables["LIFESPAN_EXPERIMENT_SALT"] == {"Ref": "ExperimentSalt"}


def test_default_path_is_plain() -> None:
    properties = function()
    assert properties["TracingConfig"] == {"Mode": "PassThrough"}
    assert properties["Environment"]["Variables"].keys() == {
        "TICKETS_TABLE",
        "LIFESPAN_PLACEMENT",
        "POWERTOOLS_SERVICE_NAME",
        "POWERTOOLS_METRICS_NAMESPACE",
        "OTEL_SDK_DISABLED",
        "LIFESPAN_WRITE_EVERY",
        "LOG_LEVEL",
    }
    assert "SnapStart" not in properties
    assert properties["Description"] == {"Fn::Sub": "Release ${ReleaseId}"}
