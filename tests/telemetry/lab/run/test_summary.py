"""What the person who ran the lab is told: what comes next, and why a function did not start."""

import pytest

from tests.telemetry.lab.conftest import Lab


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


def test_next_command_can_be_run_as_it_is_printed(lab: Lab) -> None:
    plain = 'def handler(event, context):\n    print(\'{"record":"startup","v":1}\')\n    return {}\n'
    run = lab("--environments", 1, "--invocations", 1, "--out", "my records.jsonl", handler=plain)
    assert "Next: python -m telemetry.report 'my records.jsonl'\n" in run.stdout
