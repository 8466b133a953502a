"""Lambda's JSON events, and JSON of apps that only looks like one."""

import json
from typing import Any

import pytest

from telemetry.report.read.platform.events import PlatformInit, PlatformReport, PlatformRestore, PlatformStart
from telemetry.report.read.platform.json_lines import event_from_json

TIME = "2026-11-24T00:00:00.000Z"
METRICS = {"durationMs": 12.34, "billedDurationMs": 913, "memorySizeMB": 512, "maxMemoryUsedMB": 130}


def event(kind: str, **record: Any) -> dict[str, Any]:
    return {"time": TIME, "type": f"platform.{kind}", "record": record}


def read(found: object) -> object:
    return event_from_json(json.dumps(found).encode())


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            event("report", requestId="r1", status="success", metrics=METRICS | {"initDurationMs": 900.12}),
            PlatformReport("r1", 12.34, 913, 512, 130, 900.12, status="success", time=TIME),
        ),
        (
            event("report", requestId="r1", status="error", errorType="Runtime.OutOfMemory", metrics=METRICS),
            PlatformReport(
                "r1", 12.34, 913, 512, 130, status="error", error_type="Runtime.OutOfMemory", time=TIME
            ),
        ),
        (
            event(
                "report",
                requestId="r1",
                status="success",
                metrics=METRICS | {"restoreDurationMs": 410.0, "billedRestoreDurationMs": 280},
                spans=[],
                tracing={},
            ),
            PlatformReport(
                "r1", 12.34, 913, 512, 130, restore_ms=410, billed_restore_ms=280, status="success", time=TIME
            ),
        ),
        (
            event("start", requestId="r1", version="7", tracing={}),
            PlatformStart("r1", "7", TIME),
        ),
        (
            event(
                "initReport", initializationType="on-demand", phase="init", status="timeout",
                metrics={"durationMs": 10000.487},
            ),
            PlatformInit(10000.487, "init", "timeout", "on-demand", time=TIME),
        ),
        (
            event("restoreReport", status="success", metrics={"durationMs": 15.19}, spans=[]),
            PlatformRestore(15.19, "success", time=TIME),
        ),
    ],
)  # fmt: skip
def test_event_is_read(found: dict[str, Any], expected: object) -> None:
    assert read(found) == expected


def test_t15_report_of_managed_instance_has_its_duration_alone() -> None:
    found = event("report", requestId="r1", status="success", metrics={"durationMs": 5.0})
    assert read(found) == PlatformReport("r1", 5.0, status="success", time=TIME)


REPORT = event("report", requestId="r1", status="success", metrics=METRICS)


@pytest.mark.parametrize(
    "found",
    [
        {"level": "INFO", "message": json.dumps(REPORT)},
        {"level": "INFO", "fields": REPORT},
        REPORT | {"level": "INFO"},
        REPORT | {"record": REPORT},
        [REPORT],
        json.dumps(REPORT),
        event("report", requestId="r" * 129, metrics=METRICS),
    ],
)
def test_t2_json_of_an_app_is_no_event(found: object) -> None:
    assert read(found) is None


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("durationMs", 1e300),
        ("durationMs", -1),
        ("durationMs", None),
        ("billedDurationMs", 1e300),
        ("memorySizeMB", 0),
        ("memorySizeMB", -512),
        ("maxMemoryUsedMB", -1),
        ("initDurationMs", 1e12),
    ],
)
def test_t17_figure_that_cannot_be_one_is_refused(metric: str, value: object) -> None:
    assert read(event("report", requestId="r1", metrics=METRICS | {metric: value})) is None
