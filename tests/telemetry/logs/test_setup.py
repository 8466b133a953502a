"""When structlog is imported, and from when on its lines are JSON: in a process that starts without it."""

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json, os, sys
sys.modules["rich"] = None
from telemetry import Telemetry
from tests.telemetry.facts import answered, invoked, started, startup

telemetry = Telemetry.from_env({"POWERTOOLS_SERVICE_NAME": "tickets", **json.loads(os.environ["MORE"])})

def log(message):
    import structlog
    structlog.get_logger().warning(message)

def start_up(inside=lambda: None):
    telemetry.observe(started())
    telemetry.observe(startup().began)
    inside()
    telemetry.observe(startup())

def invoke(index, inside=lambda: None):
    began = invoked(index)
    telemetry.observe(began)
    inside()
    telemetry.observe(answered(began))
"""
IMPORTED = """
print(json.dumps({"imported": "structlog" in sys.modules}))
"""


def run(program: str, **more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program],
        env={"PYTHONPATH": ".", "MORE": json.dumps(more)},
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def service_lines(program: str) -> list[dict[str, Any]]:
    """What the service logs, if all of it is JSON."""
    return [line for line in map(json.loads, run(program)) if "record" not in line]


def test_service_without_structlog_does_not_import_it() -> None:
    lines = run(f"telemetry.traced(None); start_up(); invoke(1)\n{IMPORTED}")
    assert json.loads(lines[-1]) == {"imported": False}


def test_explicit_call_comes_before_the_first_line() -> None:
    [line] = service_lines("telemetry.configure_logs(); start_up(lambda: log('connecting'))")
    assert (line["level"], line["message"], line["service"]) == ("WARNING", "connecting", "tickets")


@pytest.mark.parametrize(
    "program",
    [
        # A handler made before there was a call: its app's modules import structlog, ...
        "import structlog; telemetry.traced(None); start_up(lambda: log('said'))",
        # ... or its lifespan does, as the sample service's, ...
        "start_up(lambda: __import__('structlog')); invoke(1, lambda: log('said'))",
        # ... or a request.
        "start_up(); invoke(1, lambda: __import__('structlog')); invoke(2, lambda: log('said'))",
    ],
    ids=["app", "lifespan", "request"],
)
def test_without_the_call_an_import_is_noticed(program: str) -> None:
    [line] = service_lines(program)
    assert (line["message"], line["service"]) == ("said", "tickets")


def test_services_own_configuration_is_kept() -> None:
    own = "import structlog; structlog.configure(processors=[structlog.processors.JSONRenderer()])\n"
    lines = service_lines(own + "telemetry.traced(None); start_up(); invoke(1, lambda: log('said'))")
    assert lines == [{"event": "said"}]


def test_latest_telemetry_has_the_log() -> None:
    twice = (
        "telemetry.configure_logs(); Telemetry.from_env({'POWERTOOLS_SERVICE_NAME': 'other'}); log('said')"
    )
    [line] = service_lines(twice)
    assert line["service"] == "other"


def test_ignored_settings_are_named_without_structlog() -> None:
    line, imported = map(json.loads, run(IMPORTED, LOG_LEVEL="loud"))
    assert (line["level"], line["variable"], line["service"]) == ("WARNING", "LOG_LEVEL", "tickets")
    assert imported == {"imported": False}


def test_ignored_settings_obey_the_log_level() -> None:
    assert len(run(IMPORTED, LOG_LEVEL="ERROR", LIFESPAN_FLUSH_EVERY="some")) == 1


def test_absent_structlog_costs_a_fault_only() -> None:
    fault = json.loads(run("sys.modules['structlog'] = None; telemetry.configure_logs()")[-1])
    assert (fault["record"], fault["sink"], fault["error"]) == ("fault", "logs", "ModuleNotFoundError")
