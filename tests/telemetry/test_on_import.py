"""The service decides whether structlog is imported; whenever it does, its lines are ours."""

import json
import subprocess
import sys

PROGRAM = """
import json, os, sys
sys.modules["rich"] = None
from telemetry.pipeline import Telemetry
telemetry = Telemetry.from_env({"POWERTOOLS_SERVICE_NAME": "tickets", **json.loads(os.environ["MORE"])})
print(json.dumps("structlog" in sys.modules))
"""
LOGS = """
import structlog
structlog.get_logger().warning("unavailable", seats=2)
import structlog.stdlib
structlog.get_logger().info("again")
print(json.dumps([type(finder).__name__ for finder in sys.meta_path].count("_Finder")))
"""


def run(program: str, **more: str) -> list[object]:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ".", "MORE": json.dumps(more)},
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_structlog_is_not_imported_for_nobody() -> None:
    assert run(PROGRAM) == [False]


def test_first_line_is_ours() -> None:
    imported, first, second, finders = run(PROGRAM + LOGS)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert imported is False
    assert (first["level"], first["message"], first["service"], first["seats"]) == (
        "WARNING", "unavailable", "tickets", 2,
    )  # fmt: skip
    assert second["message"] == "again"
    assert finders == 0


def test_two_of_us_do_not_meet() -> None:
    twice = PROGRAM + "Telemetry.from_env({'POWERTOOLS_SERVICE_NAME': 'other'})"
    *_, first, _, finders = run(twice + LOGS)
    assert isinstance(first, dict)
    assert (first["service"], finders) == ("other", 0)


def test_what_we_have_to_say_ourselves_comes_out() -> None:
    line, imported = run(PROGRAM, LOG_LEVEL="loud")
    assert isinstance(line, dict)
    assert (line["variable"], imported) == ("LOG_LEVEL", True)


def test_broken_configuration_fails_no_import() -> None:
    broken = (
        PROGRAM + "\nimport telemetry.settings\nsys.modules['telemetry.log_lines'] = None\nimport structlog\n"
    )
    _, fault = run(broken)
    assert isinstance(fault, dict)
    assert (fault["record"], fault["sink"]) == ("fault", "logs")
