"""No call of a logger fails the request that it is made in."""

import asyncio
import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
import structlog

from telemetry.pipeline import Telemetry
from tests.telemetry.facts import answered, invoked, started
from tests.telemetry.harness import ENVIRON, Harness


class RaisingError(Exception):
    def __str__(self) -> NoReturn:
        raise RuntimeError("no")

    __repr__ = __str__


class RaisingNotesError(Exception):
    def __getattribute__(self, name: str) -> object:
        if name == "__notes__":
            raise RuntimeError("no")
        return super().__getattribute__(name)


def void(_: object) -> None:
    """Take what is of no use."""


def fail_to_find() -> NoReturn:
    raise LookupError("lost")


def logged(harness: Harness, log: Callable[[Any], object]) -> tuple[dict[str, Any], int]:
    """The line that `log` writes inside an invocation, and the number of faults that telemetry counted."""
    harness.observe(started())
    harness.invoke(inside=lambda: void(log(structlog.get_logger())))
    [line] = [line for line in harness.lines if "record" not in line]
    assert line["request_id"] == harness.record("invocation")["request_id"]
    return line, harness.telemetry._faults.total


def test_t4_fitting_arguments_are_formatted(harness: Harness) -> None:
    line, faults = logged(harness, lambda log: log.info("%d%% of %s", 50, "it"))
    assert (line["message"], faults) == ("50% of it", 0)


UNFIT = "50% of %s"
"""Its `% o` is a format of numbers."""


@pytest.mark.parametrize(
    ("call", "level"),
    [
        (lambda log: log.info(UNFIT, "it"), "INFO"),
        (lambda log: log.error(UNFIT, "it"), "ERROR"),
        (lambda log: log.exception(UNFIT, "it"), "ERROR"),  # noqa: LOG004 - it may be called so
        (lambda log: log.log(40, UNFIT, "it"), "ERROR"),
        (lambda log: log.bind().warn(UNFIT, "it"), "WARNING"),
        (lambda log: asyncio.run(log.aerror(UNFIT, "it")), "ERROR"),
        (lambda log: asyncio.run(log.alog(40, UNFIT, "it")), "ERROR"),
    ],
)
def test_t4_other_arguments_are_kept_beside_the_message(
    harness: Harness, call: Callable[[Any], object], level: str
) -> None:
    line, faults = logged(harness, call)
    assert (line["message"], line["positional_args"]) == (UNFIT, ["it"])
    assert (line["level"], faults) == (level, 1)


@pytest.mark.parametrize("argument", [RaisingError(), {}, {"a": 1}, ("a", "b"), 10**5000], ids=type)
def test_t4_any_argument_may_fail(harness: Harness, argument: object) -> None:
    line, faults = logged(harness, lambda log: log.info("%(b)s and %d", argument, seats=2))
    assert (line["message"], line["seats"]) == ("%(b)s and %d", 2)
    assert faults >= 1


def test_t4_message_may_be_missing(harness: Harness) -> None:
    line, faults = logged(harness, lambda log: log.info(seats=2))
    assert (line["message"], line["seats"], faults) == ("", 2, 1)


@pytest.mark.parametrize(
    ("level", "written"), [("error", "ERROR"), ("INFO", "INFO"), (25, "WARNING"), (None, "WARNING")]
)
def test_t4_level_may_be_none(harness: Harness, level: object, written: str) -> None:
    line, faults = logged(harness, lambda log: log.log(level, "x"))
    assert (line["level"], line["message"], faults) == (written, "x", 1)


@pytest.mark.parametrize(
    "name",
    [
        *("level", "message", "placement", "record", "request_id", "service", "start", "timestamp"),
        *("trace_id", "_aws", "event", "self", "method_name"),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda log, fields: log.info("x", **fields),
        lambda log, fields: log.log(20, "x", **fields),
        lambda log, fields: asyncio.run(log.ainfo("x", **fields)),
    ],
    ids=["info", "log", "ainfo"],
)
def test_t4_names_of_the_line_are_kept_under_others(
    harness: Harness, name: str, call: Callable[[Any, dict[str, Any]], object]
) -> None:
    line, faults = logged(harness, lambda log: call(log, {name: "theirs", f"{name}_": "older"}))
    assert "theirs" in (line[f"{name}_"], line.get(f"{name}__"))
    assert line.get(name) != "theirs"
    assert (line["level"], line["message"], line["service"], faults) == ("INFO", "x", "tickets", 0)


def test_t4_bound_names_are_kept_under_others(harness: Harness) -> None:
    structlog.contextvars.bind_contextvars(level="mezzanine")
    line, faults = logged(harness, lambda log: log.bind(service="room").info("x"))
    assert (line["level"], line["level_"], line["service_"], faults) == ("INFO", "mezzanine", "room", 0)


def test_t4_exception_of_the_services_own_is_not_overwritten(harness: Harness) -> None:
    error = LookupError("lost")
    line, _ = logged(harness, lambda log: log.error("x", exception="none", exc_info=error))
    assert (line["exception_"], line["exception"]) == ("none", "LookupError: lost")


@pytest.mark.parametrize(
    "error", [RaisingError(), ExceptionGroup("several", [RaisingError(), ValueError("x")])]
)
def test_t4_exceptions_without_a_text_are_named(harness: Harness, error: Exception) -> None:
    line, _ = logged(harness, lambda log: log.error("failed", exc_info=error))
    assert type(error).__name__ in line["exception"]


def test_t4_exception_that_cannot_be_rendered_is_named(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise RecursionError

    monkeypatch.setattr(structlog.processors.format_exc_info, "format_exception", fail)

    def work(log: Any) -> None:
        try:
            fail_to_find()
        except LookupError:
            log.exception("failed")

    line, faults = logged(harness, work)
    assert (line["exception"], line["message"], faults) == ("LookupError", "failed", 1)


@pytest.mark.parametrize("told", ["yes", 7, (1, 2, 3), object(), RaisingNotesError("x")])
def test_t4_exc_info_may_be_anything(harness: Harness, told: object) -> None:
    line, _ = logged(harness, lambda log: log.error("failed", exc_info=told, stack_info=told))
    assert line["message"] == "failed"


def test_t4_without_stdout_lines_go_to_the_processes_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = io.StringIO()
    monkeypatch.setattr(sys, "__stdout__", own)
    telemetry = Telemetry.from_env(ENVIRON)
    began = invoked()
    telemetry.observe(started())
    telemetry.observe(began)
    with contextlib.redirect_stdout(None):
        structlog.get_logger().info("reserved")
        telemetry.observe(answered(began))
    assert '"message":"reserved"' in own.getvalue()
    assert '"record":"invocation"' in own.getvalue()


@pytest.mark.parametrize(
    "error", [BrokenPipeError(), ValueError("closed"), AttributeError("write"), TypeError()]
)
def test_t4_whatever_stdout_raises(error: Exception) -> None:
    def write(line: str) -> NoReturn:
        raise error

    telemetry = Telemetry.from_env({**ENVIRON, "LOG_LEVEL": "loud"}, write=write)
    telemetry.observe(started())
    structlog.get_logger().error("taken")


def test_t4_lines_below_the_level_cost_nothing(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(inside=lambda: structlog.get_logger().debug("50% of %s", "it", value=RaisingError()))
    assert [line for line in harness.lines if line.get("record") != "invocation"] == []
