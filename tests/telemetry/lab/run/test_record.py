from pathlib import Path

import pytest

from telemetry.lab.platform.throttle import Throttle
from telemetry.lab.run import session
from telemetry.lab.run.accuracy import Accuracy, Share
from tests.docs.documents import OF_A_RUN_ON_LAMBDA, documented_fields
from tests.telemetry.lab.apps import WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab


def test_records_reports_and_lab(lab: Lab) -> None:
    run = lab("--environments", 2, "--invocations", 3, handler=WRITES_WHAT_IT_SEES)
    assert run.code == 0
    assert len(run.records("init")) == 2
    assert len({line["stream"] for line in run.records("init")}) == 2
    seen = [line["request"] for line in run.records("seen")]
    assert len(set(seen)) == 6
    assert [report["requestId"] for report in run.reports] == seen
    assert {report["status"] for report in run.reports} == {"success"}
    assert run.lab["record"] == "lab"
    assert run.lab.keys() - {"record", "v", "at"} == documented_fields("`lab`") - OF_A_RUN_ON_LAMBDA - {
        "load",
        "snapshot",
    }
    assert run.lab["complete"] is True
    assert run.lab["app"] == "function.handler"
    assert run.lab["function"] == "lab"
    counts = {"environments": 2, "invocations": 6, "starts": {"cold": 2, "warm": 4}}
    assert run.lab["sent"] == {"init": counts}
    assert "Lambda's report lines, without records: records.jsonl" in run.stdout


def test_cpu_shares_were_measured(lab: Lab) -> None:
    run = lab("--memory", 512, 128, "--environments", 1, "--invocations", 1, handler=WRITES_WHAT_IT_SEES)
    assert run.lab["memory_mb"] == [512, 128]
    cpu = run.lab["cpu"]
    assert (cpu["mode"], cpu["period_ms"]) == ("lambda", 20)
    assert [(share["memory_mb"], share["asked"]) for share in cpu["shares"]] == [(512, 0.2894), (128, 0.0724)]
    assert all(0 < share["got"] < 0.6 for share in cpu["shares"])  # how much it is, the machine decides
    assert 0 < cpu["watching"] < 1
    assert "0.289 at 512 MB" in run.stdout
    assert run.lines[0]["cpu"] == cpu


STARTS_AS_TOLD = """
    import json, os
    def handler(event, context):
        print(json.dumps({"record": "seen", "placement": os.environ["LIFESPAN_PLACEMENT"]}))
        return {"statusCode": 200}
"""


def test_numbers_by_arm_are_sent_and_recorded(lab: Lab) -> None:
    run = lab(
        *("--placement", "init", "every_invocation", "--invocations", "4,every_invocation=2"),
        *("--environments", 2, "--at-once", 2),
        handler=STARTS_AS_TOLD,
    )
    assert (run.lab["invocations"], run.lab["precision"]) == (4, None)
    assert run.lab["invocations_by_arm"] == {"init": 4, "every_invocation": 2}
    assert {arm: sent["invocations"] for arm, sent in run.lab["sent"].items()} == {
        "init": 8,
        "every_invocation": 4,
    }
    seen = [line["placement"] for line in run.records("seen")]
    assert (seen.count("init"), seen.count("every_invocation")) == (8, 4)


MEETS = """
    import json, os, pathlib, time
    def handler(event, context):
        meeting = pathlib.Path(os.environ["MEETING"])
        meeting.joinpath(os.environ["AWS_LAMBDA_LOG_STREAM_NAME"].replace("/", "-")).touch()
        ends = time.monotonic() + 90
        while len(list(meeting.iterdir())) < 2 and time.monotonic() < ends:
            time.sleep(0.01)
        print(json.dumps({"record": "met", "others": len(list(meeting.iterdir()))}))
        return {"statusCode": 200}
"""


def test_two_at_once_meet(lab: Lab, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other one in its first request. That CPU shares are exact is taken for granted."""

    async def exact(_: Throttle, sizes: tuple[int, ...], at_once: int = 1) -> Accuracy:
        return Accuracy(tuple(Share(size, 0.1, 0.1) for size in sizes), 0.0, at_once)

    monkeypatch.setattr(session, "measured", exact)
    monkeypatch.setattr(session, "available_cores", lambda: 2)
    (here / "meeting").mkdir()
    run = lab(
        *("--memory", 256, "--at-once", 2, "--environments", 2, "--invocations", 2, "--timeout", 100),
        *("--env", f"MEETING={here / 'meeting'}"),
        handler=MEETS,
    )
    assert run.code == 0
    assert [line["others"] for line in run.records("met")] == [2, 2, 2, 2]
    assert len({report["requestId"] for report in run.reports}) == 4
    assert run.lab["cpu"]["at_once"] == 2
    assert run.lab["sent"]["init"]["environments"] == 2
    assert "2 environments ran at once, as many as in that test." in run.stdout


@pytest.mark.slow
def test_run_that_is_precise_enough_says_when(lab: Lab) -> None:
    """At two at once where this machine is idle, else one after the other: all is recorded in either case."""
    run = lab(
        *("--placement", "init", "first_invocation", "--invocations", 2, "--memory", 128, "--at-once", 2),
        *("--precision", "10000", "--environments", 22),
        handler=STARTS_AS_TOLD,
    )
    assert run.code == 0
    assert (run.lab["environments"], run.lab["invocations"], run.lab["complete"]) == (22, 2, True)
    found = run.lab["precision"]
    assert (found["asked"], found["looks"], found["reached"]) == ("10000 ms", [20], True)
    assert found["half_width_ms"] <= found["asked_ms"] == 10_000
    assert {sent["environments"] for sent in run.lab["sent"].values()} == {20}
    assert len(run.reports) == len({report["requestId"] for report in run.reports}) == 80
    assert run.lab["cpu"]["at_once"] in {1, 2}
    assert "lab: precise enough with 20 environments an arm" in run.stderr
    assert "Asked was a precision of 10000 ms: precise enough" in run.stdout


def test_dearest_imports_are_in_the_record(lab: Lab) -> None:
    handler = WRITES_WHAT_IT_SEES.replace("import json, os", "import json, os, sqlite3")
    run = lab("--environments", 1, "--invocations", 1, handler=handler)
    imports = run.lab["imports"]
    assert 1 <= len(imports) <= 10
    assert all(one["ms"] >= 0 and one["modules"] >= 1 for one in imports)
    assert [one["ms"] for one in imports] == sorted((one["ms"] for one in imports), reverse=True)
    assert {one["package"] for one in imports} >= {"(standard library)", "function"}
    assert run.lab["timeout_s"] == 30
