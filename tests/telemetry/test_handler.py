"""The handler that a project has, and the one that projects made by an earlier version have."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import telemetry.pipeline
from telemetry import Telemetry
from tests.telemetry.on_lambda import event

IMPORTS = """
import importlib, os
from adapter import LifespanAdapter
"""
APP = """
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            globals()["structlog"] = importlib.import_module("structlog")
            await send({"type": f"lifespan.{kind}.complete"})
        return
    structlog.get_logger().info("served")
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
TODAYS = f"""{IMPORTS}
from telemetry import Telemetry
{APP}
telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""
EARLIER = f"""{IMPORTS}
from adapter.placement import placement_from
from telemetry.pipeline import Telemetry
{APP}
telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(
    telemetry.traced(app),
    placement=placement_from(os.environ),
    observe=telemetry.observe,
    after_response=telemetry.after_response,
)
"""
SERVE = f"""
import json
from handler import handler, telemetry
from tests.telemetry.on_lambda import Context
answer = handler({event("/")!r}, Context())
handler.shutdown()
print(json.dumps({{"status": answer["statusCode"], "sends_later": telemetry.after_response is not None}}))
"""
LAMBDA = {
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
    "LIFESPAN_PLACEMENT": "first_invocation",
}


def serve(handler: str, folder: Path, **variables: str) -> list[dict[str, Any]]:
    """What a function with this handler writes, from its start to its end."""
    (folder / "handler.py").write_text(handler, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        env={"PYTHONPATH": f"{folder}:{Path.cwd()}", **LAMBDA, "TMPDIR": str(folder), **variables},
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("handler", [TODAYS, EARLIER], ids=["todays", "earlier"])
def test_handler_is_served_and_measured(handler: str, tmp_path: Path) -> None:
    *lines, answer = serve(handler, tmp_path)
    records = [line["record"] for line in lines if "record" in line]
    assert records == ["startup", "invocation", "shutdown", "end"]
    assert {line["placement"] for line in lines} == {"first_invocation"}
    assert answer == {"status": 200, "sends_later": False}


@pytest.mark.parametrize("handler", [TODAYS, EARLIER], ids=["todays", "earlier"])
def test_service_logs_json(handler: str, tmp_path: Path) -> None:
    """The app's lifespan is the first to import structlog, as the sample service's."""
    lines = serve(handler, tmp_path)
    [logged] = [line for line in lines if line.get("message") == "served"]
    [invocation] = [line for line in lines if line.get("record") == "invocation"]
    assert (logged["level"], logged["request_id"]) == ("INFO", invocation["request_id"])


@pytest.mark.parametrize("handler", [TODAYS, EARLIER], ids=["todays", "earlier"])
def test_handler_sends_spans_after_the_response(handler: str, tmp_path: Path) -> None:
    *_, answer = serve(handler, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert answer["sends_later"] is True


def test_hooks_are_what_the_long_form_passes() -> None:
    telemetry = Telemetry.from_env({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    assert telemetry.hooks == {"observe": telemetry.observe, "after_response": telemetry.after_response}


def test_front_door_is_the_pipelines() -> None:
    assert Telemetry is telemetry.pipeline.Telemetry


def test_front_door_names_what_it_lacks() -> None:
    with pytest.raises(ImportError, match="Telemetri"):
        exec("from telemetry import Telemetri")  # noqa: S102 - a misspelling, which no linter lets stand
