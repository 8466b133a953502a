"""Records of a process that was restored from a snapshot, under the real runtime client."""

import json
from pathlib import Path
from typing import Any

from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

SOURCE = """
import os
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from adapter import LifespanAdapter
from telemetry import Telemetry

telemetry = Telemetry.from_env(os.environ)
app = Starlette(routes=[Route("/tickets/{id}", lambda _: PlainTextResponse("ok"))])
handler = LifespanAdapter(telemetry.traced(app), warm_up={"source": "warmer"}, **telemetry.hooks)
"""
ENVIRON = {
    "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
    "AWS_LAMBDA_FUNCTION_NAME": "tickets-api",
    "AWS_LAMBDA_FUNCTION_VERSION": "7",
    "OTEL_SDK_DISABLED": "true",
}


def test_t12_t13_restored_environment_says_whose_startup_it_uses(tmp_path: Path) -> None:
    with Function(SOURCE, tmp_path, environ=ENVIRON) as function:
        assert function.invoke({"source": "warmer", "time": "now"}) == ("response", None)
        for number in (1, 2):
            assert function.invoke(http_event(f"/tickets/{number}"))[1]["body"] == "ok"
        function.sigterm()
        function.wait()
        lines = [json.loads(line) for line in function.output().splitlines() if line.startswith("{")]
    [startup] = [line for line in lines if line.get("record") == "startup"]
    ping, first, second = [line for line in lines if line.get("record") == "invocation"]
    assert startup["startup_id"] == f"{startup['process']}-1"
    assert ping["process"] != startup["process"]
    assert {line["startup_id"] for line in (ping, first, second)} == {startup["startup_id"]}
    assert [(line.get("ping"), line["start"], line.get("route")) for line in (ping, first, second)] == [
        (True, "snapstart", None),
        (None, "warm", "/tickets/{id}"),
        (None, "warm", "/tickets/{id}"),
    ]
    constants: dict[str, Any] = {"function": "tickets-api", "version": "7"}
    assert constants.items() <= startup.items()
    assert constants.items() <= ping.items()
    assert "function" not in first
