"""Nothing heavy may enter the cold path, nor anything at all the warm one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ALLOWED = {
    "adapter": {"adapter"},
    "telemetry": {"adapter", "telemetry", "opentelemetry"},
}
"""Packages, beside the standard library, that each may add to the runtime client and Starlette."""

MOST_MODULES = {"adapter": 34, "telemetry": 58}
"""Modules of any origin but OpenTelemetry's API, which FastAPI loads as well.

Each takes some 0.06 ms of every INIT. If it has to be more, see what that costs: `make bench`.
"""

NEVER = {
    "aws_lambda_powertools",
    "aws_xray_sdk",
    "boto3",
    "botocore",
    "ctypes.util",
    "google",
    "importlib.metadata",
    "multiprocessing",
    "numpy",
    "opentelemetry.exporter",
    "opentelemetry.proto",
    "opentelemetry.sdk",
    "requests",
    "ssl",
    "structlog",
    "unittest",
    "urllib3",
    "uuid",
    "xml",
}
"""Not in INIT: each costs milliseconds. Some are needed, but not before something has happened."""

# rich and psutil are no part of an artifact, and libraries look for them: so they are hidden here as well.
BASE = """
import json, os, sys
sys.modules["rich"] = sys.modules["psutil"] = None
import asyncio, logging
import awslambdaric.bootstrap, mangum
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def names():
    return {name for name, module in sys.modules.items() if module is not None}

async def read(request):
    return PlainTextResponse("x")

class Context:
    aws_request_id = "r"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"

event = json.loads(os.environ["EVENT"])
app = Starlette(routes=[Route("/{path:path}", read)])
before = names()
"""
ADAPTER = """
from adapter import LifespanAdapter, preload
handler = LifespanAdapter(app)
"""
TELEMETRY = """
from adapter import LifespanAdapter, preload
from telemetry import Telemetry
lines = []
telemetry = Telemetry.from_env(os.environ, write=lines.append)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""
TOLD = """
sys.stdout.write(json.dumps(sorted(names() - before)))
"""
WARM = """
for _ in range(3):
    handler(event, Context())
    before = before if _ == 2 else names()
"""


def added(program: str, **variables: str) -> list[str]:
    """Modules that the program adds to those of its base."""
    event = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}" / "events" / "read-ticket.json"
    environ = {**os.environ, "EVENT": event.read_text(encoding="utf-8"), **variables}
    done = subprocess.run(
        [sys.executable, "-c", BASE + program + TOLD],
        env=environ,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    names: list[str] = json.loads(done.stdout)
    return names


@pytest.mark.parametrize(("room", "program"), [("adapter", ADAPTER), ("telemetry", TELEMETRY)])
def test_init_imports_what_it_may(room: str, program: str) -> None:
    names = added(program, AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9", OTEL_EXPORTER_OTLP_ENDPOINT="")
    foreign = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
    assert foreign <= ALLOWED[room]
    counted = [name for name in names if not name.startswith("opentelemetry")]
    assert len(counted) <= MOST_MODULES[room], counted
    assert [name for name in names if any(f"{name}.".startswith(f"{heavy}.") for heavy in NEVER)] == []


def test_an_endpoint_adds_nothing_to_init() -> None:
    without = added(TELEMETRY, AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9")
    endpoint = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://otlp.example.com",
        "OTEL_EXPORTER_OTLP_HEADERS": "a=b",
    }
    assert added(TELEMETRY, **endpoint) == without


def test_warm_invocation_imports_nothing() -> None:
    assert added(TELEMETRY + WARM, AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9") == []


def test_flush_imports_no_protobuf() -> None:
    flush = "\nhandler(event, Context())\n"
    names = added(TELEMETRY + flush, AWS_XRAY_DAEMON_ADDRESS="127.0.0.1:9", LIFESPAN_FLUSH_EVERY="1")
    assert "opentelemetry.sdk.trace" in names
    assert [name for name in names if name.startswith(("google", "opentelemetry.exporter", "requests"))] == []
