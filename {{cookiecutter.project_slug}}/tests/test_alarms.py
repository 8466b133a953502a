import re
from typing import Any

import pytest

from adapter.placement import PLACEMENTS
from telemetry.schema import METRICS, PLACEMENT, SERVICE, STATE_SHARE_OF_MEMORY
from tests.rendering import Rendering, filled_in

EXPERIMENT = {"Experiment": "init=50,first_invocation=50"}
URL = {"Endpoint": "function-url"}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"

# AWS's own, as its documentation lists them
AWS_METRICS = {
    ("AWS/Lambda", "Errors", ("FunctionName",)),
    ("AWS/Lambda", "Throttles", ("FunctionName",)),
    ("AWS/Lambda", "Duration", ("FunctionName",)),
    ("AWS/Lambda", "Url5xxCount", ("FunctionName",)),
    ("AWS/Lambda", "UrlRequestCount", ("FunctionName",)),
    ("AWS/ApiGateway", "5xx", ("ApiId",)),
    ("AWS/ApiGateway", "Count", ("ApiId",)),
}
OURS = {
    ("<MetricsNamespace>", metric.name, dimensions) for metric in METRICS for dimensions in metric.dimensions
}
BY_ARM = {
    ("<MetricsNamespace>", name, (SERVICE, PLACEMENT)) for name in ("InvocationDuration", "FailedRequests")
}


def alarms(**parameters: str) -> dict[str, dict[str, Any]]:
    rendering = Rendering(**parameters)
    given = rendering.parameters.items()
    numbers = {name: value for name, value in given if rendering.definition(name)["Type"] == "Number"}
    resources = filled_in(
        rendering.template()["Resources"], lambda reference: numbers.get(reference, f"<{reference}>")
    )
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def watched(alarm: dict[str, Any]) -> set[tuple[str, str, tuple[str, ...]]]:
    metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    return {
        (metric["Namespace"], metric["MetricName"], tuple(pair["Name"] for pair in metric["Dimensions"]))
        for metric in metrics or [alarm]
    }


@pytest.mark.parametrize("parameters", [{}, URL, EXPERIMENT], ids=["api", "url", "experiment"])
def test_each_metric_exists(parameters: dict[str, str]) -> None:
    for name, alarm in alarms(**parameters).items():
        assert watched(alarm) <= AWS_METRICS | OURS | BY_ARM, name


def test_unit_is_the_metrics() -> None:
    units = {metric.name: metric.unit for metric in METRICS}
    ours = [alarm for alarm in alarms().values() if alarm.get("Namespace") == "<MetricsNamespace>"]
    assert len(ours) == 4
    for alarm in ours:
        assert alarm["Unit"] == units[alarm["MetricName"]]


@pytest.mark.parametrize("parameters", [{}, EXPERIMENT], ids=["default", "experiment"])
def test_noise_and_silence_are_no_alarm(parameters: dict[str, str]) -> None:
    for name, alarm in alarms(**parameters).items():
        assert alarm["TreatMissingData"] == "notBreaching", name
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold", name
        bad, of = alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]
        assert bad <= of, name
        assert bad > 1 or name == "LifespanDeathAlarm", name


def test_description_says_the_numbers() -> None:
    for name, alarm in alarms(**EXPERIMENT).items():
        told = re.search(r"in (\d) of (\d) (minutes|periods of 5 minutes)", alarm["AlarmDescription"])
        if told:
            period = alarm.get("Period") or alarm["Metrics"][1]["MetricStat"]["Period"]
            assert (int(told[1]), int(told[2])) == (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]), (
                name
            )
            assert period == (60 if told[3] == "minutes" else 300), name
        else:
            assert "twice within an hour" in alarm["AlarmDescription"] or name == "LifespanDeathAlarm", name


def test_duration_alarm_is_below_timeout() -> None:
    timeout = Rendering().template()["Resources"]["Function"]["Properties"]["Timeout"]
    assert float(alarms()["DurationAlarm"]["Threshold"]) == 0.8 * timeout * 1000


def test_startup_alarm_fits_the_budget() -> None:
    on_demand, provisioned = (
        alarms(**parameters)["StartupAlarm"]["Threshold"]
        for parameters in ({}, {"ProvisionedConcurrency": "1", "ReleaseId": "0123"})
    )
    assert on_demand < 9_500  # milliseconds after the start of the process, when the adapter stops waiting
    assert on_demand < provisioned < 130_000


def test_state_alarm_is_a_percentage() -> None:
    alarm = alarms()["StateAlarm"]
    assert (alarm["MetricName"], STATE_SHARE_OF_MEMORY.unit) == ("StateShareOfMemory", "Percent")
    assert 0 < float(alarm["Threshold"]) < 100


@pytest.mark.parametrize(
    ("parameter", "alarm"),
    [
        ("ServerErrorsAlarmPercent", "ServerErrorsAlarm"),
        ("DurationAlarmMs", "DurationAlarm"),
        ("StartupAlarmMs", "StartupAlarm"),
        ("StateAlarmPercent", "StateAlarm"),
        ("ArmAlarmPercent", "InitArmAlarm"),
        ("ArmAlarmPercent", "FirstInvocationArmAlarm"),
        ("ArmAlarmPercent", "EveryInvocationArmAlarm"),
    ],
)
def test_threshold_is_a_parameter(parameter: str, alarm: str) -> None:
    changed = alarms(**{parameter: "42"}, **EXPERIMENT)[alarm]
    assert changed["Threshold"] == "42"
    assert "42" in changed["AlarmDescription"] or alarm == "StartupAlarm"


def test_arms_alarm_says_how_the_experiment_ends() -> None:
    """Without `make deploy`, taking the line out would change nothing: SAM keeps the old value."""
    for name, alarm in alarms(**EXPERIMENT).items():
        if name.endswith("ArmAlarm"):
            assert "take Experiment out of samconfig.toml and run `make deploy`" in alarm["AlarmDescription"]


def test_topic_hears_of_each() -> None:
    for alarm in alarms(AlarmTopicArn=TOPIC, **EXPERIMENT).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["<AlarmTopicArn>"]
    for alarm in alarms().values():
        assert not {"AlarmActions", "OKActions"} & alarm.keys()


def test_each_arm_has_its_alarm() -> None:
    arms = [alarm for name, alarm in alarms(**EXPERIMENT).items() if name.endswith("ArmAlarm")]
    found = [alarm["Metrics"][1]["MetricStat"]["Metric"]["Dimensions"][1]["Value"] for alarm in arms]
    assert found == list(PLACEMENTS)
