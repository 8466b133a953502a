import asyncio
import json
import logging
import sys
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from telemetry.pipeline import Telemetry
from tests.telemetry.facts import answered, invoked, started
from tests.telemetry.harness import ENVIRON, Harness


def log() -> Any:
    return structlog.get_logger()


def service_lines(harness: Harness) -> list[dict[str, Any]]:
    return [line for line in harness.lines if "record" not in line]


def test_line_is_joined_to_its_invocation(harness: Harness) -> None:
    harness.observe(started(placement="first_invocation"))
    harness.invoke(inside=lambda: log().info("reserved", seats=2))
    [line] = service_lines(harness)
    record = harness.record("invocation")
    for key in ("request_id", "trace_id", "start", "placement", "service"):
        assert line[key] == record[key]
    assert (line["message"], line["seats"], line["level"]) == ("reserved", 2, "INFO")
    assert line["timestamp"].endswith("Z")


def test_nothing_is_bound_between_invocations(harness: Harness) -> None:
    log().info("importing")
    harness.observe(started())
    harness.invoke()
    log().info("waiting")
    for line in service_lines(harness):
        assert line.keys() == {"service", "level", "timestamp", "message"}


def test_app_sees_the_binding_in_its_task(harness: Harness) -> None:
    async def work() -> None:
        log().warning("low on seats")

    def inside() -> None:
        with asyncio.Runner() as runner:
            runner.run(work())

    harness.observe(started())
    harness.invoke(inside=inside)
    assert service_lines(harness)[0]["request_id"] == harness.record("invocation")["request_id"]


def test_team_may_bind_too(harness: Harness) -> None:
    structlog.contextvars.bind_contextvars(hall="A")
    harness.observe(started())
    harness.invoke(inside=lambda: log().bind(seat=7).error("taken"))
    [line] = service_lines(harness)
    assert (line["hall"], line["seat"], line["level"]) == ("A", 7, "ERROR")


def test_line_is_never_a_record(harness: Harness) -> None:
    log().info("stored", record="invocation", ColdStart=1)
    [line] = harness.lines
    assert "record" not in line
    assert line["record_"] == "invocation"


@pytest.mark.parametrize(
    ("level", "heard"),
    [("DEBUG", 4), ("info", 3), ("WARN", 2), ("WARNING", 2), ("ERROR", 1), ("CRITICAL", 0), ("loud", 3)],
)
def test_log_level_filters(level: str, heard: int) -> None:
    harness = Harness({"LOG_LEVEL": level})
    before = len(harness.out)
    for method in ("debug", "info", "warning", "error"):
        getattr(log(), method)("said")
    assert len(harness.out) - before == heard


def test_exceptions_are_logged_without_locals(harness: Harness) -> None:
    def fail() -> None:
        password = "s3cret" + "s3cret"
        raise LookupError(len(password))

    try:
        fail()
    except LookupError:
        log().exception("failed")
    [line] = harness.lines
    assert line["level"] == "ERROR"
    assert "LookupError" in line["exception"]
    assert "s3crets3cret" not in harness.out[0]


def test_odd_values_stay_one_line(harness: Harness) -> None:
    log().info("naïve\n日本", obj=object(), blob=b"\xff", lone="\ud800")
    [line] = harness.out
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["message"] == "naïve\n日本"


def test_logging_is_left_alone(harness: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    harness.observe(started())
    harness.invoke(inside=lambda: log().info("reserved"))
    assert (root.handlers, root.level) == (handlers, level)
    assert len(service_lines(harness)) == 1
    assert capsys.readouterr() == ("", "")


def test_broken_stdout_costs_no_request() -> None:
    def write(line: str) -> None:
        raise BrokenPipeError

    telemetry = Telemetry.from_env(ENVIRON, write=write)
    telemetry.observe(started())
    log().error("taken")


def test_lines_go_to_todays_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    telemetry = Telemetry.from_env(ENVIRON)
    kept = log()
    telemetry.observe(started())

    class Stream:
        def __init__(self) -> None:
            self.writes: list[str] = []

        def write(self, text: str) -> None:
            self.writes.append(text)

        def flush(self) -> None:
            self.writes.append("flushed")

    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    kept.info("reserved")
    began = invoked()
    telemetry.observe(began)
    telemetry.observe(answered(began))
    assert [json.loads(text).get("record", "line") for text in stream.writes[::2]] == ["line", "invocation"]
    assert stream.writes[1::2] == ["flushed", "flushed"]


def test_service_tests_can_capture_logs(harness: Harness) -> None:
    with capture_logs() as captured:
        log().info("reserved", seats=2)
    assert captured == [{"event": "reserved", "seats": 2, "log_level": "info"}]
    assert harness.out == []
