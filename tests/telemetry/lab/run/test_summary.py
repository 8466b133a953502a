"""Why a function did not start: the message, in whatever form it was written."""

import json

import pytest

from telemetry.lab.run.summary import exception_message
from tests.telemetry.lab.conftest import Lab

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


@pytest.mark.parametrize("form", ["JSON", "Text"])
def test_failed_startup_tells_the_message(lab: Lab, form: str) -> None:
    run = lab(
        *("--environments", 1, "--env", f"AWS_LAMBDA_LOG_FORMAT={form}"),
        handler="""
            from contextlib import asynccontextmanager
            from adapter import LifespanAdapter
            from starlette.applications import Starlette

            @asynccontextmanager
            async def lifespan(app):
                raise LookupError("TABLE is not set")
                yield

            handler = LifespanAdapter(Starlette(lifespan=lifespan))
        """,
    )
    assert run.code == 1
    first, second, *_ = run.stderr.splitlines()
    assert "LookupError at " in first
    assert "TABLE" not in first
    assert second == "  LookupError: TABLE is not set"


def test_message_that_was_told_is_not_repeated(lab: Lab) -> None:
    handler = """
        import traceback
        try:
            raise LookupError("no model")
        except LookupError:
            traceback.print_exc()
            raise
    """
    run = lab("--environments", 1, handler=handler)
    assert not run.stderr.splitlines()[1].startswith("  LookupError")
