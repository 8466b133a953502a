import json
from typing import Any

import pytest

from telemetry.lab.platform.invocation import HttpResponse, Outcome, http_response
from tests.telemetry.lab.apps import WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab


def test_report_lines(lab: Lab) -> None:
    run = lab("--environments", 1, "--invocations", 2, "--memory", 256, handler=WRITES_WHAT_IT_SEES)
    first, second = (report["metrics"] for report in run.reports)
    assert first["memorySizeMB"] == 256
    assert first["initDurationMs"] > 5
    assert first["billedDurationMs"] - (first["durationMs"] + first["initDurationMs"]) < 1.001
    assert "initDurationMs" not in second
    assert second["billedDurationMs"] - second["durationMs"] < 1.001
    assert 5 < second["maxMemoryUsedMB"] < 500


def test_each_event_is_its_own(lab: Lab) -> None:
    run = lab("--environments", 1, "--invocations", 2, "--timeout", 20, handler=WRITES_WHAT_IT_SEES)
    first, second = run.records("seen")
    assert first["own"]["requestId"] == first["request"]
    assert first["own"]["timeEpoch"] > 1_700_000_000_000
    assert first["trace"].startswith("Root=1-")
    assert first["trace"].endswith("Sampled=0")
    assert first["trace"] != second["trace"]
    assert 15_000 < first["left"] <= 20_000
    assert first["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:lab"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"statusCode": 204}, None),
        ({"statusCode": "200"}, None),
        ({"statusCode": "503"}, "status 503"),
        ({"statusCode": 404, "headers": None, "body": None}, "status 404"),
        ({"statusCode": "fine"}, None),
        (["statusCode"], None),
    ],
)
def test_status_of_a_response_for_api_gateway(answer: Any, failure: str | None) -> None:
    assert (
        Outcome("success", 1, 1, None, response=http_response(json.dumps(answer).encode())).failure == failure
    )


def test_what_is_kept_of_a_response() -> None:
    answer = {"statusCode": 405, "headers": {"Allow": "PUT"}, "body": "x" * 1000}
    assert http_response(json.dumps(answer).encode()) == HttpResponse(405, {"allow": "PUT"}, "x" * 300)
    assert http_response(json.dumps({**answer, "isBase64Encoded": True}).encode()) == HttpResponse(
        405, {"allow": "PUT"}, ""
    )
    assert http_response(b"[" * 100_000) is None
    assert http_response(b"\xff") is None
