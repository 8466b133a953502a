"""Requests that fail, handlers that write no records: the run stops early, and says why and what to do."""

import json
from pathlib import Path

import pytest

from telemetry.lab.run.failures import IN_A_ROW
from tests.telemetry.lab.apps import TINY
from tests.telemetry.lab.conftest import Lab

FEW = ("--environments", 2, "--invocations", 3)
PATHS = """
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def load(path):
    raise LookupError(f"no model for {path}")

async def root(request):
    return PlainTextResponse("hello")

async def broken(request):
    load(request.url.path)

app = Starlette(routes=[Route("/", root), Route("/broken", broken)])
"""
MANGUM = f"""
from mangum import Mangum
{PATHS}
handler = Mangum(app)
"""
ADAPTER = f"""
from adapter import LifespanAdapter
{PATHS}
handler = LifespanAdapter(app)
"""
PLAIN = """
def handler(event, context):
    return {"statusCode": 200}
"""


@pytest.fixture
def app(here: Path) -> str:
    (here / "shop.py").write_text(PATHS, encoding="utf-8")
    for name in ("broken", "absent"):
        http = {"method": "GET", "path": f"/{name}", "sourceIp": "127.0.0.1"}
        event = {"version": "2.0", "rawPath": f"/{name}", "headers": {}, "requestContext": {"http": http}}
        (here / f"{name}.json").write_text(json.dumps(event), encoding="utf-8")
    return "shop:app"


def test_n4_first_failing_response_is_shown_with_its_traceback(lab: Lab, app: str) -> None:
    run = lab("--app", app, "--event", "broken.json", *FEW)
    assert run.code == 1
    said = run.stderr
    assert said.startswith("lab: the first failing response, in the warm-up: GET /broken: status 500\n")
    assert 'shop.py", line 7, in load' in said
    assert "  LookupError: no model for /broken" in said
    assert said.count("LookupError: no model") == 1
    assert "no request of the warm-up got a 2xx response (GET /broken: status 500)" in said
    assert run.reports == []
    assert run.lab["complete"] is False


def test_n4_answer_without_a_traceback(lab: Lab, app: str) -> None:
    run = lab("--app", app, "--event", "absent.json", *FEW)
    assert run.code == 1
    assert "GET /absent: status 404" in run.stderr
    assert "Send events that it serves: --event FILE" in run.stderr


def test_n4_answer_says_why(lab: Lab, here: Path) -> None:
    answers = [(400, "no\\x1b[31m size\\n"), (307, ""), (500, "broken")]
    for status, body in answers:
        text = f"""
def handler(event, context):
    print("looked\\x1b[2J in vain")
    return {{"statusCode": {status}, "headers": {{"Location": "/docs"}}, "body": "{body}"}}
"""
        (here / "function.py").write_text(text, encoding="utf-8")
        run = lab("--handler", "function.handler", *FEW)
        assert f"GET /: status {status}" in run.stderr
        assert ("Send events that it serves" in run.stderr) == (status < 500)
        assert ("Its body: no size\n" in run.stderr) == (status == 400)
        assert "  It refers to /docs\n" in run.stderr
        told = "  No traceback of Python's own form is in its log. The end of what it has written:\n"
        assert (f"{told}  looked in vain\n" in run.stderr) == (status == 500)
        assert "\x1b" not in run.stderr


def test_n4_one_of_several_events_fails(lab: Lab, app: str, here: Path) -> None:
    """Which may be meant so: it is shown, and the run goes on."""
    (here / "root.json").write_text(
        (here / "absent.json").read_text(encoding="utf-8").replace("/absent", "/"), encoding="utf-8"
    )
    run = lab("--app", app, "--event", "root.json", "broken.json", *FEW)
    assert run.code == 0
    assert "lab: the first failing response, in the warm-up: GET /broken: status 500" in run.stderr
    assert run.lab["complete"] is True


@pytest.mark.parametrize("form", ["JSON", "Text"])
def test_n4_handler_that_raises(lab: Lab, here: Path, form: str) -> None:
    text = "def handler(event, context):\n    raise LookupError('no model')\n"
    (here / "function.py").write_text(text, encoding="utf-8")
    run = lab("--handler", "function.handler", "--env", f"AWS_LAMBDA_LOG_FORMAT={form}", *FEW)
    assert run.code == 1
    assert "GET /: LookupError" in run.stderr
    assert 'function.py", line 2, in handler' in run.stderr
    assert "  LookupError: no model" in run.stderr


def test_n4_run_of_failing_requests_stops(lab: Lab) -> None:
    run = lab(
        *("--environments", 2, "--invocations", 3 * IN_A_ROW),
        handler="""
            count = 0
            def handler(event, context):
                global count
                count += 1
                if count > 5:
                    raise LookupError("the pool is empty")
                return {"statusCode": 200}
        """,
    )
    assert run.code == 1
    assert [report["status"] for report in run.reports] == ["success"] * 5 + ["error"] * IN_A_ROW
    assert "the first failing response, in environment 1 (init): GET /: LookupError" in run.stderr
    assert f"{IN_A_ROW} requests of init have failed one after the other" in run.stderr
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"]["invocations"] == 5 + IN_A_ROW


def test_n4_failures_of_one_arm_stop_the_run_although_the_other_serves(lab: Lab) -> None:
    run = lab(
        *("--environments", 2 * IN_A_ROW, "--invocations", 2, "--placement", "init", "every_invocation"),
        handler="""
            import os
            def handler(event, context):
                return {"statusCode": 503 if os.environ["LIFESPAN_PLACEMENT"] == "every_invocation" else 200}
        """,
    )
    assert run.code == 1
    assert f"{IN_A_ROW} requests of every_invocation have failed" in run.stderr
    assert run.lab["sent"]["every_invocation"]["invocations"] == IN_A_ROW


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        (
            MANGUM,
            ("it is a mangum.adapter.Mangum, which runs the lifespan around", "    --app function:app\n"),
        ),
        (ADAPTER, ("it is a LifespanAdapter without **telemetry.hooks", "    --app function:app\n")),
        (PLAIN, ("there is no telemetry in it", "    --app MODULE:ATTR\n")),
    ],
)
def test_n3_handler_without_records_stops_after_the_warm_up(
    lab: Lab, here: Path, source: str, reasons: tuple[str, ...]
) -> None:
    (here / "function.py").write_text(source, encoding="utf-8")
    run = lab("--handler", "function.handler", *FEW)
    assert run.code == 1
    assert run.reports == []
    for reason in (*reasons, "function.handler writes no records", "**telemetry.hooks)", "--without-records"):
        assert reason in run.stderr


def test_n3_report_lines_alone(lab: Lab, here: Path) -> None:
    (here / "function.py").write_text(MANGUM, encoding="utf-8")
    run = lab("--handler", "function.handler", "--without-records", *FEW)
    assert run.code == 0, run.stderr
    assert len(run.reports) == 6
    assert "python -m telemetry compare BEFORE.jsonl AFTER.jsonl" in run.stdout
    assert "telemetry.report" not in run.stdout


def test_n3_handler_without_records_and_without_a_warm_up(lab: Lab) -> None:
    run = lab(*FEW, handler=PLAIN)
    assert run.code == 0
    assert "Lambda's report lines, without records: records.jsonl" in run.stdout
    assert "telemetry.report" not in run.stdout


@pytest.mark.parametrize(
    "arms", [("--placement", "init", "every_invocation"), ("--experiment", "init=50,first_invocation=50")]
)
def test_n3_report_lines_do_not_tell_arms_apart(lab: Lab, arms: tuple[str, ...]) -> None:
    run = lab("--without-records", *arms)
    assert run.code == 2
    assert "--without-records: Lambda's report lines do not say which placement they are of" in run.stderr


def test_n3_handler_with_telemetry_passes(lab: Lab, here: Path) -> None:
    source = f"""
import os
from adapter import LifespanAdapter
from telemetry import Telemetry
{TINY}
telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), lifespan="off", **telemetry.hooks)
"""
    (here / "function.py").write_text(source, encoding="utf-8")
    run = lab("--handler", "function.handler", *FEW)
    assert run.code == 0, run.stderr
