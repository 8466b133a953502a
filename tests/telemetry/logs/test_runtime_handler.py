"""Calls of `logging` under the real runtime client, in both of its formats: none fails a request."""

import contextlib
import json
import logging
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from awslambdaric.bootstrap import LambdaLoggerHandler

from telemetry.logs.context import protect_runtime_handlers
from tests.adapter.runtime_api import Function
from tests.telemetry.harness import Harness
from tests.telemetry.on_lambda import event

SOURCE = """
    import logging
    import os

    from adapter import LifespanAdapter
    from telemetry import Telemetry

    telemetry = Telemetry.from_env(os.environ)
    log = logging.getLogger("team")
    circular = {}
    circular["itself"] = circular

    class Unprintable(Exception):
        def __repr__(self):
            raise RuntimeError
        __str__ = __repr__

    def outside_of_except():
        log.exception("no exception")

    def unprintable_exception():
        try:
            raise Unprintable
        except Unprintable:
            log.exception("caught")

    CALLS = {
        "/good": lambda: log.warning("good %d", 1, extra={"seats": 2}),
        "/message": lambda: log.warning("50%% of %s %d", "it"),
        "/mapping": lambda: log.warning("%(a)s", {"b": 1}),
        "/argument": lambda: log.warning("value %s", Unprintable()),
        "/object": lambda: log.warning(Unprintable()),
        "/circular": lambda: log.warning("circular", extra={"field": circular, "seats": 2}),
        "/message-circular": lambda: log.warning(circular),
        "/key": lambda: log.warning("key", extra={(1, 2): 3}),
        "/surrogate": lambda: log.warning("lone \\ud800", extra={"field": "\\ud800"}),
        "/outside": outside_of_except,
        "/unprintable": unprintable_exception,
    }

    async def app(scope, receive, send):
        CALLS[scope["path"]]()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = LifespanAdapter(telemetry.traced(app), "off", **telemetry.hooks)
"""
EXPECTED = {
    "/good": "good 1",
    "/message": "50%% of %s %d 'it'",
    "/mapping": "%(a)s {'b': 1}",
    "/argument": "value %s <unprintable Unprintable>",
    "/object": "<unprintable Unprintable>",
    "/circular": "circular",
    "/message-circular": "{'itself': {...}}",
    "/key": "key",
    "/surrogate": "lone \\ud800",
    "/outside": "no exception",
    "/unprintable": "caught",
}


def written(folder: Path, log_format: str) -> str:
    with Function(textwrap.dedent(SOURCE), folder, AWS_LAMBDA_LOG_FORMAT=log_format) as function:
        statuses = {path: function.invoke(event(path))[1]["statusCode"] for path in EXPECTED}
        function.ready()
        function.sigterm()
        function.wait()
        assert statuses == dict.fromkeys(EXPECTED, 200)
        return function.output()


def records(output: str, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("record") == kind]


def test_t4_no_call_of_logging_fails_a_request_in_json(tmp_path: Path) -> None:
    output = written(tmp_path, "JSON")
    lines = [json.loads(line) for line in output.splitlines()]
    said = {line["message"]: line for line in lines if line.get("logger") == "team"}
    assert list(said) == [*EXPECTED.values()]
    assert {line["level"] for line in said.values()} == {"WARNING", "ERROR"}
    assert said["good 1"]["seats"] == said["circular"]["seats"] == 2
    assert said["circular"]["field"] == "{'itself': {...}}"
    assert said["key"]["(1, 2)"] == 3
    assert (said["caught"]["errorType"], said["caught"]["errorMessage"]) == (
        "Unprintable",
        "<unprintable Unprintable>",
    )
    assert said["caught"]["stackTrace"]
    [end] = records(output, "end")
    assert end["faults"] == len(EXPECTED) - 1
    assert {fault["sink"] for fault in records(output, "fault")} == {"logs"}


def test_t4_no_call_of_logging_fails_a_request_in_text(tmp_path: Path) -> None:
    output = written(tmp_path, "Text")
    for path, message in EXPECTED.items():
        assert f"\t{message}\n" in output, path
    [end] = records(output, "end")
    # The text has no extra fields, and shows an exception's text safely.
    assert end["faults"] == len({"/message", "/mapping", "/argument", "/object", "/surrogate"})


class Sink:
    def __init__(self, failure: Exception | None = None) -> None:
        self.lines: list[str] = []
        self._failure = failure

    def log(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure
        self.lines.append(text)


@contextlib.contextmanager
def only(handler: logging.Handler) -> Iterator[None]:
    """No handler at the root but this one, not even pytest's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger(), "handlers", [handler])
        yield


def test_handler_is_protected_once_and_faults_go_to_the_latest() -> None:
    sink, first = Sink(), list[Exception]()
    with only(LambdaLoggerHandler(sink)):
        protect_runtime_handlers(first.append)
        Harness()
        latest = Harness()
        latest.telemetry.configure_logs()
        logging.getLogger("team").warning("%d", "text")
    assert sink.lines == ["%d 'text'"]
    assert first == []
    assert [fault["error"] for fault in latest.records("fault")] == ["TypeError"]


def test_broken_sink_fails_no_call() -> None:
    with only(LambdaLoggerHandler(Sink(BrokenPipeError()))):
        harness = Harness()
        logging.getLogger("team").warning("said")
    assert [fault["error"] for fault in harness.records("fault")] == ["BrokenPipeError"]


def test_handlers_of_the_service_stay_as_they_are() -> None:
    own = logging.StreamHandler()
    before = dict(vars(own))
    with only(own):
        Harness().telemetry.configure_logs()
    assert vars(own) == before
