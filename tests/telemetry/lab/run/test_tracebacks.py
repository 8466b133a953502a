"""Tracebacks in what a function writes, in whatever form they were written."""

import json

import pytest

from telemetry.lab.run.tracebacks import SHOWN_LINES, exception_message, shown, tracebacks

TRACE = """\
Traceback (most recent call last):
  File "/app/model.py", line 3, in load
    raise NoModel(
          ^^^^^^^^
shop.errors.NoModel: the file model.bin is not there
"""
CHAINED = f"""\
Traceback (most recent call last):
  File "/app/x.py", line 1, in f
KeyError: 'a'

During handling of the above exception, another exception occurred:

{TRACE}"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/app/x.py", line 1, in f
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/x.py", line 2, in g
    | shop.errors.NoModel: the file model.bin is not there
    +------------------------------------
"""
AS_LAMBDA = '[ERROR] X: y\rTraceback (most recent call last):\r\xa0\xa0File "/app/x.py", line 1\r'
MESSAGE = ["shop.errors.NoModel: the file model.bin is not there"]


def as_entry(text: str) -> list[str]:
    return [json.dumps({"level": "ERROR", "message": text}), '{"record":"end"}', '{"stackTrace": ["  File"]}']


@pytest.mark.parametrize("trace", [TRACE, CHAINED, GROUP, f"Startup failed. {TRACE}"])
def test_message_ends_the_traceback(trace: str) -> None:
    assert exception_message(trace.splitlines()) == MESSAGE
    assert exception_message(as_entry(trace)) == MESSAGE


def test_entry_of_the_log_comes_first() -> None:
    later = "Traceback (most recent call last):\n  File\nOSError: at the interpreter's end"
    assert exception_message([*as_entry(TRACE), *later.splitlines()]) == MESSAGE


def test_traceback_without_a_message_is_passed_over() -> None:
    assert exception_message([*TRACE.splitlines(), "", *AS_LAMBDA.splitlines(), "and so on"]) == MESSAGE


def test_message_of_several_lines() -> None:
    text = TRACE + "second\n  third\n" + "more\n" * 20
    assert exception_message(as_entry(text)) == [*MESSAGE, "second", "  third", "more", "more"]


@pytest.mark.parametrize(
    "said", [[], ["nothing of it"], ["[1]", "7", "null"], ["Traceback (most recent call last):"]]
)
def test_no_traceback(said: list[str]) -> None:
    assert exception_message(said) == []


def test_n4_traceback_in_plain_lines() -> None:
    assert tracebacks(["before", *TRACE.splitlines(), "", "after"]) == [TRACE.strip()]


def test_n4_what_led_to_an_exception_belongs_to_its_traceback() -> None:
    (found,) = tracebacks([*CHAINED.splitlines(), "", "after"])
    assert found == CHAINED.strip()


def test_n4_traceback_as_the_runtime_client_logs_it() -> None:
    entry = {"errorType": "NoModel", "errorMessage": "not there", "stackTrace": ["  File x\n    load()\n"]}
    text = "Traceback (most recent call last):\n  File x\n    load()\nNoModel: not there"
    assert tracebacks([json.dumps(entry)]) == [text]
    in_text_format = "[ERROR] NoModel: not there\rTraceback (most recent call last):\r\xa0\xa0File x\r"
    (found,) = tracebacks([*in_text_format.splitlines(), "END RequestId: 1"])
    assert found.splitlines() == ["Traceback (most recent call last):", "  File x", "NoModel: not there"]


def test_n4_traceback_of_another_request() -> None:
    entries = [json.dumps({"requestId": name, "exc": f"{TRACE}{name}"}) for name in ("1", "2")]
    assert tracebacks(entries, "2") == [f"{TRACE}2"]


def test_n4_long_traceback() -> None:
    lines = [f"line {number}" for number in range(100)]
    assert shown("\n".join(lines)) == [
        f"... {100 - SHOWN_LINES} lines before these ...",
        *lines[-SHOWN_LINES:],
    ]
