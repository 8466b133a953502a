"""What the service does to stdout, and the lines of telemetry that are found there all the same."""

import contextlib
import io
import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from telemetry import Telemetry
from telemetry.output import write_stdout
from tests.adapter.runtime_api import Function
from tests.telemetry.on_lambda import event


class Unbuffered:
    """Stands for the stream that Lambda's runtime client makes of stdout: no class of `io`."""

    def __init__(self) -> None:
        self.writes: list[str] = []
        self.encoding = "utf-8"

    def write(self, text: str) -> int:
        self.writes.append(text)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


def service_prints(text: str) -> None:
    print(text, end="")  # noqa: T201 - as services do


def replaced(monkeypatch: pytest.MonkeyPatch) -> Unbuffered:
    stream = Unbuffered()
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def test_t21_line_is_below_an_unfinished_one(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = replaced(monkeypatch)
    Telemetry.from_env({})
    service_prints("loading …")
    write_stdout('{"n":1}\n')
    sys.stdout.writelines(["a\n", "b"])
    write_stdout('{"n":2}\n')
    written = "".join(stream.writes)
    assert written.splitlines() == ["loading …", '{"n":1}', "a", "b", '{"n":2}']


def test_t21_a_line_is_one_write_without_another_newline(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = replaced(monkeypatch)
    write_stdout('{"n":1}\n')
    service_prints("loaded\n")
    write_stdout('{"n":2}\n')
    write_stdout('{"n":3}\n')
    assert [text for text in stream.writes if text] == ['{"n":1}\n', "loaded\n", '{"n":2}\n', '{"n":3}\n']


def test_t21_stdout_is_else_the_services_own(monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch)
    write_stdout('{"n":1}\n')
    assert sys.stdout.encoding == "utf-8"
    assert sys.stdout.write("four") == 4


def test_t21_another_stdout_is_looked_after_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = replaced(monkeypatch)
    write_stdout('{"n":1}\n')
    other = io.StringIO()
    with contextlib.redirect_stdout(other):
        write_stdout('{"n":2}\n')
        service_prints("here")
        write_stdout('{"n":3}\n')
    write_stdout('{"n":4}\n')
    assert other.getvalue() == '{"n":2}\nhere\n{"n":3}\n'
    assert stream.writes[1:] == ['{"n":4}\n']


def test_no_stdout_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "__stdout__", None)
    with pytest.raises(OSError, match="no stdout"):
        write_stdout('{"n":1}\n')


SOURCE = """
    import contextlib
    import io
    import os
    import sys

    import structlog

    from adapter import LifespanAdapter
    from telemetry import Telemetry

    telemetry = Telemetry.from_env(os.environ)
    telemetry.configure_logs()
    log = structlog.get_logger()

    def closed():
        stream = io.StringIO()
        stream.close()
        return stream

    def under(stream):
        with contextlib.redirect_stdout(stream):
            log.info("redirected")

    CALLS = {
        "/own": lambda: sys.__stdout__.write("own"),
        "/bytes": lambda: sys.stdout.buffer.write(b"bytes"),
        "/view": lambda: sys.__stdout__.buffer.write(memoryview(b"view")),
        "/lines": lambda: sys.stdout.buffer.writelines([b"a\\n", b"lines"]),
        "/ended": lambda: sys.stdout.buffer.write(b"ended\\n"),
        "/closed": lambda: under(closed()),
        "/binary": lambda: under(io.BytesIO()),
        "/object": lambda: under(object()),
        "/glued": lambda: (print("glued", end=""), under(closed())),
        "/end": lambda: sys.stdout.close(),
        "/after": lambda: log.info("closed"),
    }

    async def app(scope, receive, send):
        CALLS[scope["path"]]()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    handler = LifespanAdapter(telemetry.traced(app), "off", **telemetry.hooks)
"""
CALLS = ("own", "bytes", "view", "lines", "ended", "closed", "binary", "object", "glued", "end", "after")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one process writes that calls all of them."""
    folder: Path = tmp_path_factory.mktemp("function")
    with Function(textwrap.dedent(SOURCE), folder) as function:
        statuses = [function.invoke(event(f"/{call}"))[1]["statusCode"] for call in CALLS]
        function.ready()
        function.sigterm()
        function.wait()
        assert statuses == [200] * len(CALLS)
        return function.output().splitlines()


def parsed(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_t21_no_record_is_behind_an_unfinished_line(lines: list[str]) -> None:
    records = [line for line in parsed(lines) if line.get("record") == "invocation"]
    assert [record["n"] for record in records] == [*range(1, len(CALLS) + 1)]
    printed = [line for line in lines if not line.startswith("{")]
    assert printed == ["own", "bytes", "view", "a", "lines", "ended", "glued"]


def test_t21_lines_under_a_broken_stdout_pass_by_it(lines: list[str]) -> None:
    said = [line["message"] for line in parsed(lines) if "message" in line]
    assert said == ["redirected"] * 4 + ["closed"]


def test_t21_lines_past_a_broken_stdout_are_counted(lines: list[str]) -> None:
    faults = [line for line in parsed(lines) if line.get("record") == "fault"]
    assert [(fault["sink"], fault["error"]) for fault in faults] == [
        ("stdout", "ValueError"),
        ("stdout", "TypeError"),
        ("stdout", "AttributeError"),
    ]
    [end] = [line for line in parsed(lines) if line.get("record") == "end"]
    # Of four lines, three of their fault records, and what came after the end of stdout.
    assert end["faults"] == 4 + 3 + 3
