"""Environments in real processes: extensions, shutdown, starts, and functions that die or hang."""

import os
from pathlib import Path

import pytest

from tests.telemetry.lab.apps import WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab, Run

EXTENSION = """
    import http.client, json, os, signal, sys, threading, time

    def say(**record):
        os.write(1, json.dumps({"at": time.monotonic(), **record}).encode() + b"\\n")

    def api():
        return http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def register(*events):
        connection = api()
        connection.request(
            "POST", "/2020-01-01/extension/register", json.dumps({"events": events}),
            {"Lambda-Extension-Name": "own"})
        answer = connection.getresponse()
        answer.read()
        return answer.getheader("Lambda-Extension-Identifier")

    def follow(identifier, work):
        while True:
            connection = api()
            connection.request("GET", "/2020-01-01/extension/event/next",
                headers={"Lambda-Extension-Identifier": identifier})
            work(json.loads(connection.getresponse().read()))

    def end(*_):
        say(record="sigterm")
        os._exit(0)
"""
EXTENSION_HANDLER = """
    def handler(event, context):
        say(record="event", request=context.aws_request_id)
        return {"statusCode": 200}
"""
ONE = ("--environments", 1, "--invocations", 3)


def test_next_event_waits_for_the_extension(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 3),
        handler=EXTENSION
        + """
    def work(event):
        time.sleep(0.2)
        say(record="worked", request=event["requestId"], kind=event["eventType"])

    threading.Thread(target=follow, args=(register("INVOKE"), work), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    kinds = [line["record"] for line in run.lines if line.get("record") in ("event", "worked")]
    assert kinds == ["event", "worked"] * 3
    assert [line["request"] for line in run.records("event")] == [
        line["request"] for line in run.records("worked")
    ]
    assert {line["kind"] for line in run.records("worked")} == {"INVOKE"}
    # Lambda bills what the extension does, though the client does not wait for it.
    assert all(report["metrics"]["billedDurationMs"] >= 200 for report in run.reports)


@pytest.mark.parametrize(
    ("registered", "flag", "told", "said"),
    [
        ("register()", "--sigterm", 1, "SIGTERM ended 1 environment."),
        ("register()", "--no-sigterm", 0, "SIGKILL ended 1 environment, because of --no-sigterm."),
        (
            "None",
            "--sigterm",
            0,
            "SIGKILL ended 1 environment, as on Lambda where no extension",
        ),
    ],
)
def test_sigterm_needs_an_extension(lab: Lab, registered: str, flag: str, told: int, said: str) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1, flag),
        handler=EXTENSION
        + f"""
    signal.signal(signal.SIGTERM, end)
    identifier = {registered}
    if identifier:
        threading.Thread(target=follow, args=(identifier, print), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    assert len(run.records("sigterm")) == told
    assert said in run.stdout


def test_slow_shutdown_is_cut(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1),
        handler=EXTENSION
        + """
    signal.signal(signal.SIGTERM, lambda *_: (say(record="begins"), time.sleep(30), say(record="ends")))
    threading.Thread(target=follow, args=(register(), print), daemon=True).start()
    """
        + EXTENSION_HANDLER,
    )
    assert run.records("begins")
    assert not run.records("ends")
    assert "SIGKILL ended 1 environment 500 ms after SIGTERM" in run.stdout


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


COUNTS_ITS_STOPS = """
    import json, os, signal, time

    continued = 0

    def count(*_):
        global continued
        continued += 1

    def compute(seconds, phase):
        before, ends = continued, time.process_time() + seconds
        while time.process_time() < ends:
            pass
        print(json.dumps({"record": phase, "stops": continued - before,
                          "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]}))

    signal.signal(signal.SIGCONT, count)
    compute(0.1, "init")

    def handler(event, context):
        if os.path.exists("die"):
            os.remove("die")
            os._exit(1)
        compute(0.1, "request")
        return {"statusCode": 200}
"""
FEWEST_STOPS = 10
"""Of 100 ms of CPU time, 256 MB get 2.9 in a period: 34 stops, fewer where a busy machine delays them."""


def stops(run: Run, phase: str) -> list[int]:
    return [line["stops"] for line in run.records(phase)]


def test_requests_get_the_cpu_of_the_memory_and_init_all_there_is(lab: Lab) -> None:
    run = lab("--memory", 256, "--environments", 1, "--invocations", 2, handler=COUNTS_ITS_STOPS)
    assert run.code == 0
    assert stops(run, "init") == [0]
    assert min(stops(run, "request")) > FEWEST_STOPS
    assert {line["memory"] for line in run.records("request")} == {"256"}
    assert {report["metrics"]["memorySizeMB"] for report in run.reports} == {256}


def test_init_of_provisioned_concurrency_gets_no_more_than_requests(lab: Lab) -> None:
    provisioned = ("--init-type", "provisioned-concurrency")
    run = lab(
        *("--memory", 256, "--environments", 1, "--invocations", 1, *provisioned), handler=COUNTS_ITS_STOPS
    )
    assert stops(run, "init")[0] > FEWEST_STOPS


def test_init_after_a_crash_gets_no_more_than_requests(lab: Lab, here: Path) -> None:
    (here / "die").touch()
    run = lab("--memory", 256, "--environments", 1, "--invocations", 2, handler=COUNTS_ITS_STOPS)
    first, second = stops(run, "init")
    assert first == 0
    assert second > FEWEST_STOPS


def test_full_speed_stops_nothing(lab: Lab) -> None:
    full = ("--cpu", "full", "--memory", 256)
    run = lab("--environments", 1, "--invocations", 1, *full, handler=COUNTS_ITS_STOPS)
    assert stops(run, "init") == stops(run, "request") == [0]
    assert run.lab["cpu"] == {"mode": "full"}
    assert "Requests ran as fast as INIT (--cpu full)" in run.stdout


def test_time_out_goes_on_while_the_process_is_stopped(lab: Lab) -> None:
    run = lab(
        *("--memory", 128, "--timeout", 1, "--environments", 1, "--invocations", 1),
        handler="""
            import time
            def handler(event, context):
                ends = time.process_time() + 30
                while time.process_time() < ends:
                    pass
        """,
    )
    assert [report["status"] for report in run.reports] == ["timeout"]
