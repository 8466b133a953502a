"""What is read of an environment's output, whatever it holds."""

import json
from pathlib import Path

from telemetry.lab.run.environment_output import RecordReader, lines_since, own_lines
from telemetry.lab.run.tracebacks import tracebacks
from telemetry.schema import STARTUP

TRACE = "Traceback (most recent call last):\n  File x\nValueError: "


def test_lines_that_are_no_records_pass() -> None:
    passed: list[bytes] = []
    reader = RecordReader(STARTUP, passed.append)
    odd = [b'{"a":' * 100_000, b"[" * 100_000, b'{"record": {"startup": []}}', b"{\xff", b"", b"9" * 5000]
    for line in odd:
        reader.write(line + b"\n")
    assert passed == [line + b"\n" for line in odd]
    assert not reader.has_records
    reader.write(b'{"record":"startup","v":1,"placement":"init"}\n')
    assert (reader.has_records, reader.placement) == (True, "init")


def test_n4_entry_with_a_line_separator_of_unicode_is_one_line(tmp_path: Path) -> None:
    entry = json.dumps({"exception": f"{TRACE}a\u2028b\x0c"}, ensure_ascii=False)
    (tmp_path / "log").write_text(f"skipped\n{entry}\n\rlast", encoding="utf-8")
    lines = lines_since(tmp_path / "log", len("skipped\n"))
    assert lines == [entry, "", "last"]
    assert tracebacks(lines) == [f"{TRACE}a\u2028b"]


def test_n4_colours_of_a_log_hide_no_traceback(tmp_path: Path) -> None:
    title, clear = "\x1b]0;title\x07", "\x1b[2J\x07"
    coloured = TRACE.replace("ValueError", "\x1b[1;35mValueError\x1b[0m") + "\x1b[35mbad\x1b[0m"
    (tmp_path / "log").write_text(f"{title}{coloured}{clear}\n\x1b]without an end\n", encoding="utf-8")
    lines = lines_since(tmp_path / "log", 0)
    assert lines == [*f"{TRACE}bad".splitlines(), ""]
    assert tracebacks(lines) == [f"{TRACE}bad"]
    assert tracebacks([json.dumps({"exc": coloured})]) == [f"{TRACE}bad"]


def test_own_lines_are_what_the_function_wrote_itself() -> None:
    record, report = '{"record":"invocation","v":1}', '{"type":"platform.report","record":{}}'
    end, mine = "END RequestId: 1", ["plain", '{"message":"said"}', '{"record":"mine"}', "{"]
    assert own_lines([record, *mine, report, end]) == mine
