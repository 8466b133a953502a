"""What a function does wrong, and what the lab makes of it."""

import json
from pathlib import Path

import pytest

from tests.telemetry.lab.conftest import Lab

ONE = ("--environments", 1, "--invocations", 3)


def test_init_error_stops_the_run(lab: Lab) -> None:
    run = lab(
        *("--environments", 3, "--invocations", 1, "--placement", "init", "every_invocation"),
        handler="""
            import os, sys
            if os.environ["LIFESPAN_PLACEMENT"] == "init":
                sys.stderr.write("the disk is full\\n")
                print('{"record":"last words"}')
                raise LookupError("no model")
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert "did not start, in environment 1 (init): LookupError: no model" in run.complained
    assert "the disk is full" in run.complained
    assert "last words" in run.complained
    assert run.records("last words")
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"] == {"environments": 1, "invocations": 0, "starts": {}}
    assert "incomplete" in run.said


def test_death_in_init(lab: Lab) -> None:
    run = lab(*ONE, handler="import os; os._exit(3)")
    assert run.code == 1
    assert "Runtime.ExitError: the process ended: exit status 3" in run.complained
    assert run.lab["complete"] is False


def test_missing_attribute_of_a_handler(lab: Lab) -> None:
    run = lab(*ONE, handler="x = 1")
    assert run.code == 1
    assert "Runtime.HandlerNotFound" in run.complained


def test_timeout_then_new_process(lab: Lab) -> None:
    run = lab(
        *(*ONE, "--timeout", 2),
        handler="""
            import json, os, time
            print(json.dumps({"record": "start", "stream": os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]}))
            def handler(event, context):
                print(json.dumps({"record": "seen", "pid": os.getpid()}))
                if not os.path.exists("hung"):
                    open("hung", "w").close()
                    time.sleep(60)
                return {"statusCode": 200}
        """,
    )
    assert run.code == 0
    assert [report["status"] for report in run.reports] == ["timeout", "success", "success"]
    assert run.reports[0]["metrics"]["durationMs"] == 2000
    pids = [line["pid"] for line in run.records("seen")]
    assert pids[0] != pids[1] == pids[2]
    first, second = run.records("start")
    assert first["stream"] == second["stream"]
    assert run.lab["sent"]["init"] == {"environments": 1, "invocations": 3, "starts": {"cold": 2, "warm": 1}}
    # A process that replaces another starts within the invocation, and is no INIT of its own.
    assert run.reports[1]["metrics"]["durationMs"] > 5
    assert "initDurationMs" not in run.reports[1]["metrics"]


def test_death_in_an_invocation(lab: Lab) -> None:
    run = lab(
        *ONE,
        handler="""
            import os
            def handler(event, context):
                if not os.path.exists("died"):
                    open("died", "w").close()
                    os._exit(9)
                return {"statusCode": 200}
        """,
    )
    assert [report["status"] for report in run.reports] == ["error", "success", "success"]
    assert run.reports[0]["errorType"] == "Runtime.ExitError"
    assert "Runtime.ExitError (1)" in run.said


def test_death_after_the_response(lab: Lab) -> None:
    run = lab(
        *ONE,
        handler="""
            import os
            import awslambdaric.bootstrap as bootstrap
            keep = bootstrap.handle_event_request
            def die(*arguments):
                keep(*arguments)
                os._exit(0)
            bootstrap.handle_event_request = die
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert [report["status"] for report in run.reports] == ["success"] * 3
    assert run.lab["sent"]["init"]["starts"] == {"cold": 3}


def test_too_large_a_response(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1),
        handler="""
            def handler(event, context):
                return {"statusCode": 200, "body": "x" * 7_000_000}
        """,
    )
    assert run.code == 1
    assert run.reports[0]["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.slow
def test_init_beyond_ten_seconds(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 2),
        handler="""
            import os, time
            if not os.path.exists("slow"):
                open("slow", "w").close()
                time.sleep(60)
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert run.code == 0
    assert "INIT was cut at 10 s, as on Lambda, in 1 environments" in run.said
    assert run.lab["sent"]["init"]["starts"] == {"cold": 1, "warm": 1}


def test_failure_in_the_warm_up(lab: Lab) -> None:
    run = lab("--warm-up", *ONE, handler="print('last words'); raise LookupError('no model')")
    assert run.code == 1
    assert "did not start, in the warm-up: LookupError: no model" in run.complained
    assert "last words" in run.complained
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"] == {"environments": 0, "invocations": 0, "starts": {}}


@pytest.mark.parametrize("warm_up", ["--warm-up", "--no-warm-up"])
def test_failed_start_leaves_the_records_before(lab: Lab, here: Path, warm_up: str) -> None:
    before = b"the records of yesterday\nand no newline"
    (here / "records.jsonl").write_bytes(before)
    code = "raise LookupError('no model')"
    run = lab(warm_up, *ONE, handler=code)
    assert run.code == 1
    assert (here / "records.jsonl").read_bytes() == before
    assert "Next:" not in run.said
    assert "records.jsonl is as it was before" in run.said
    last = json.loads((here / "records.jsonl.part").read_bytes().splitlines()[-1])
    assert (last["record"], last["complete"]) == ("lab", False)


def test_start_that_fails_later_keeps_what_was_measured(lab: Lab, here: Path) -> None:
    (here / "records.jsonl").write_bytes(b"before\n")
    run = lab(
        *("--environments", 2, "--invocations", 1),
        handler="""
            import os
            if os.path.exists("ran"):
                raise LookupError("no model")
            def handler(event, context):
                open("ran", "w").close()
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert [report["status"] for report in run.reports] == ["success"]
    assert run.lab["complete"] is False
    assert "Next:" in run.said
    assert not (here / "records.jsonl.part").exists()
