"""Whole runs of tiny handlers, in real processes of the runtime client."""

import json
from pathlib import Path

import pytest

from tests.telemetry.lab.conftest import Lab

HANDLER = """
    import json, os

    def say(**record):
        print(json.dumps(record))

    placement, stream = os.environ["LIFESPAN_PLACEMENT"], os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
    say(record="init", placement=placement, stream=stream)

    def handler(event, context):
        say(record="seen", request=context.aws_request_id, path=event["rawPath"], own=event["requestContext"],
            trace=os.environ["_X_AMZN_TRACE_ID"], left=context.get_remaining_time_in_millis(),
            placement=placement, arn=context.invoked_function_arn)
        return {"statusCode": 200, "body": "ok"}
"""


def test_records_reports_and_lab(lab: Lab) -> None:
    run = lab("--environments", 2, "--invocations", 3, handler=HANDLER)
    assert run.code == 0
    assert len(run.records("init")) == 2
    assert len({line["stream"] for line in run.records("init")}) == 2
    seen = [line["request"] for line in run.records("seen")]
    assert len(set(seen)) == 6
    assert [report["requestId"] for report in run.reports] == seen
    assert {report["status"] for report in run.reports} == {"success"}
    assert run.lab["record"] == "lab"
    assert run.lab["complete"] is True
    assert run.lab["app"] == "function.handler"
    counts = {"environments": 2, "invocations": 6, "starts": {"cold": 2, "warm": 4}}
    assert run.lab["sent"] == {"init": counts}
    assert "python -m telemetry.report records.jsonl" in run.said


def test_records_replace_those_before_by_way_of_a_link(lab: Lab, here: Path) -> None:
    (here / "kept").mkdir()
    (here / "kept" / "of_today.jsonl").write_text("before\n", encoding="utf-8")
    (here / "records.jsonl").symlink_to("kept/of_today.jsonl")
    run = lab("--environments", 1, "--invocations", 1, handler=HANDLER)
    assert run.out.is_symlink()
    assert [path.name for path in (here / "kept").iterdir() if path.suffix != ".log"] == ["of_today.jsonl"]
    assert len(run.reports) == 1
    assert b"before" not in run.out.read_bytes()


def test_report_lines(lab: Lab) -> None:
    run = lab("--environments", 1, "--invocations", 2, "--memory", 256, handler=HANDLER)
    first, second = (report["metrics"] for report in run.reports)
    assert first["memorySizeMB"] == 256
    assert first["initDurationMs"] > 5
    assert first["billedDurationMs"] - (first["durationMs"] + first["initDurationMs"]) < 1.001
    assert "initDurationMs" not in second
    assert second["billedDurationMs"] - second["durationMs"] < 1.001
    assert 5 < second["maxMemoryUsedMB"] < 500


def test_each_event_is_its_own(lab: Lab) -> None:
    run = lab("--environments", 1, "--invocations", 2, "--timeout", 20, handler=HANDLER)
    first, second = run.records("seen")
    assert first["own"]["requestId"] == first["request"]
    assert first["own"]["timeEpoch"] > 1_700_000_000_000
    assert first["trace"].startswith("Root=1-")
    assert first["trace"].endswith("Sampled=0")
    assert first["trace"] != second["trace"]
    assert 15_000 < first["left"] <= 20_000
    assert first["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:lab"


def test_arms_are_equal_and_interleaved(lab: Lab, here: Path) -> None:
    for name in ("a", "b"):
        event = {"rawPath": f"/{name}", "requestContext": {}}
        (here / f"{name}.json").write_text(json.dumps(event), encoding="utf-8")
    arms = ("init", "every_invocation")
    run = lab(
        *("--placement", *arms, "--event", "a.json=2", "b.json", "--environments", 4, "--invocations", 4),
        handler=HANDLER,
    )
    order = [line["placement"] for line in run.records("init")]
    assert [set(order[at : at + 2]) for at in range(0, 8, 2)] == [set(arms)] * 4
    sent = {arm: [line["path"] for line in run.records("seen") if line["placement"] == arm] for arm in arms}
    assert sent["init"] == sent["every_invocation"]
    assert set(sent["init"]) == {"/a", "/b"}
    counts = {"environments": 4, "invocations": 16, "starts": {"cold": 4, "warm": 12}}
    assert run.lab["sent"] == {"init": counts, "every_invocation": counts}


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
        handler=HANDLER,
    )
    assert run.lab["sent"]["init"]["starts"] == {start: 1, "warm": 1}


def test_output_passes_unchanged(lab: Lab, here: Path) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 1),
        handler=r"""
            import os, sys
            def handler(event, context):
                sys.stdout.write('{"half": ')
                sys.stderr.write("to the log\n")
                sys.stdout.write('"line \\u00fc ü"}\n')
                os.write(1, b'"\xff not UTF-8"\n' + b'"' + b"x" * 300_000 + b'"\n"no newline at the end"')
                return {"statusCode": 200}
        """,
    )
    lines = run.out.read_bytes().splitlines()[1:]
    assert lines[0] == '{"half": "line \\u00fc ü"}'.encode()
    assert lines[1] == b'"\xff not UTF-8"'
    assert len(lines[2]) == 300_002
    assert b'"no newline at the end"' in lines[3:5]
    assert [json.loads(line) for line in lines[3:] if b"platform.report" in line]
    assert "to the log" in (here / "records.log").read_text(encoding="utf-8")


def test_large_response(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 2),
        handler="""
            def handler(event, context):
                return {"statusCode": 200, "body": "x" * 2 * 1024 * 1024}
        """,
    )
    assert [report["status"] for report in run.reports] == ["success", "success"]


def test_failures_are_counted(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 4),
        handler="""
            count = 0
            def handler(event, context):
                global count
                count += 1
                if count == 1:
                    raise LookupError("the text stays in the function's own log")
                return {"statusCode": 200 if count < 4 else 503}
        """,
    )
    assert run.code == 0
    assert [report["status"] for report in run.reports] == ["error", "success", "success", "success"]
    assert run.reports[0]["errorType"] == "LookupError"
    assert "2 of 4 invocations had no 2xx response" in run.said
    assert "status 503 (1)" in run.said


def test_nothing_succeeds(lab: Lab) -> None:
    run = lab(
        *("--environments", 1, "--invocations", 2),
        handler="""
            def handler(event, context):
                return {"statusCode": 500}
        """,
    )
    assert run.code == 1
    assert run.lab["complete"] is True


def test_warm_up_is_not_recorded(lab: Lab, here: Path) -> None:
    run = lab("--warm-up", "--environments", 1, "--invocations", 1, handler=HANDLER)
    assert len(run.records("init")) == len(run.records("seen")) == len(run.reports) == 1
    assert run.lab["sent"]["init"]["invocations"] == 1
    assert (here / "records.log").read_text(encoding="utf-8").count('"record": "seen"') == 1


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
