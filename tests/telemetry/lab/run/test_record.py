from tests.docs.documents import documented_fields
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
    assert run.lab.keys() - {"record", "v", "at"} == documented_fields("`lab`") - {"load"}
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


def test_dearest_imports_are_in_the_record(lab: Lab) -> None:
    handler = WRITES_WHAT_IT_SEES.replace("import json, os", "import json, os, sqlite3")
    run = lab("--environments", 1, "--invocations", 1, handler=handler)
    imports = run.lab["imports"]
    assert 1 <= len(imports) <= 10
    assert all(one["ms"] >= 0 and one["modules"] >= 1 for one in imports)
    assert [one["ms"] for one in imports] == sorted((one["ms"] for one in imports), reverse=True)
    assert {one["package"] for one in imports} >= {"(standard library)", "function"}
    assert run.lab["timeout_s"] == 30
