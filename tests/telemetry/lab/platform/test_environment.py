"""Environments in real processes: starts, folders, and functions that die or hang."""

import os
from pathlib import Path

import pytest

from tests.telemetry.lab.apps import WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab

ONE = ("--environments", 1, "--invocations", 3)


def test_provisioned_starts(lab: Lab) -> None:
    run = lab(
        *("--init-type", "provisioned-concurrency", "--environments", 1, "--invocations", 2),
        handler="""
            import json, os
            print(json.dumps({"record": "type", "is": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}))
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert run.records("type")[0]["is"] == "provisioned-concurrency"
    assert run.lab["sent"]["init"]["starts"] == {"provisioned": 1, "warm": 1}
    assert "initDurationMs" not in run.reports[0]["metrics"]


@pytest.mark.parametrize(("idle", "start"), [(0.1, "proactive"), (0.05, "cold")])
def test_proactive_starts(lab: Lab, idle: float, start: str) -> None:
    run = lab(
        *("--idle", idle, "--env", "LIFESPAN_PROACTIVE_GAP_MS=100", "--environments", 1, "--invocations", 2),
        handler=WRITES_WHAT_IT_SEES,
    )
    assert run.lab["sent"]["init"]["starts"] == {start: 1, "warm": 1}


def test_large_response(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 2),
        handler="""
            def handler(event, context):
                return {"statusCode": 200, "body": "x" * 2 * 1024 * 1024}
        """,
    )
    assert [report["status"] for report in run.reports] == ["success", "success"]


def test_temporary_folder_of_an_environment(lab: Lab) -> None:
    """As /tmp on Lambda: kept between invocations, shared with no other environment, gone at the end."""
    run = lab(
        "--environments",
        2,
        "--invocations",
        2,
        handler="""
            import json, pathlib, tempfile

            def handler(event, context):
                folder = pathlib.Path(tempfile.gettempdir())
                print(json.dumps({"folder": str(folder), "held": len(list(folder.iterdir()))}))
                (folder / "file").touch()
                return {"statusCode": 200}
            """,
    )
    told = [line for line in run.lines if "folder" in line]
    assert [line["held"] for line in told] == [0, 1, 0, 1]
    assert len({line["folder"] for line in told}) == 2
    assert not any(Path(line["folder"]).exists() for line in told)


TELLS_HOME = """
    import json, os, pathlib

    def handler(event, context):
        home = pathlib.Path.home()
        print(json.dumps({"home": str(home), "there": home.exists()}))
        return {"statusCode": 200}
"""


def test_n2_home_is_not_the_users_and_does_not_exist(lab: Lab) -> None:
    """As on Lambda, so that no cache of this machine makes a start faster."""
    run = lab("--environments", 2, "--invocations", 1, handler=TELLS_HOME)
    told = [line for line in run.lines if "home" in line]
    assert [line["there"] for line in told] == [False, False]
    homes = {Path(line["home"]) for line in told}
    assert len(homes) == 2
    assert Path.home() not in homes


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_n2_home_cannot_be_made(lab: Lab) -> None:
    handler = "import pathlib\n" + "pathlib.Path.home().mkdir()\n" + "def handler(event, context): pass\n"
    run = lab("--environments", 1, handler=handler)
    assert run.code == 1
    assert "PermissionError" in run.stderr


def test_n2_home_may_be_given_as_on_lambda(lab: Lab) -> None:
    run = lab("--env", "HOME=/elsewhere", "--environments", 1, "--invocations", 1, handler=TELLS_HOME)
    assert [line["home"] for line in run.lines if "home" in line] == ["/elsewhere"]


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
    assert "Runtime.ExitError (1)" in run.stdout


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
            if "AWS_LAMBDA_RUNTIME_API" in os.environ and not os.path.exists("slow"):
                open("slow", "w").close()
                time.sleep(60)
            def handler(event, context):
                return {"statusCode": 200}
        """,
    )
    assert run.code == 0
    assert "INIT was stopped after 10 s, as on Lambda, in 1 environment;" in run.stdout
    assert run.lab["sent"]["init"]["starts"] == {"cold": 1, "warm": 1}
