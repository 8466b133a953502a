"""Every number of a verdict's sentences follows from the records, and one that does not is noticed."""

import json
import math
from collections import defaultdict
from pathlib import Path

import pytest

from telemetry.report.__main__ import main
from tests.telemetry.report.arithmetic import complaints
from tests.telemetry.report.simulation import Run

THREE_ARMS = {"init": 25, "first_invocation": 25, "every_invocation": 25}
RUNS = {
    "lab": Run(arms=THREE_ARMS),
    "uneven": Run(arms={"init": 60, "every_invocation": 30}, unequal=True, lab=False),
    "proactive": Run(arms=THREE_ARMS, start="proactive"),
    "unexplained": Run(untold_ms=50),
    "init only": Run(arms={"init": 25}, lab=False),
    "fewer requests in one arm": Run(arms=THREE_ARMS, fewer={"every_invocation": 3}),
    "few": Run(arms={"init": 3, "every_invocation": 4}),
}


def judged(folder: Path, text: str) -> tuple[Path, Path]:
    """Write records, and have the report judge them."""
    records, verdict = folder / "records.jsonl", folder / "verdict.json"
    records.write_text(text, encoding="utf-8")
    assert main([str(records), "--json", str(verdict)]) == 0
    return records, verdict


@pytest.mark.parametrize("name", RUNS)
def test_sentences_follow_from_records(name: str, tmp_path: Path) -> None:
    assert complaints(*judged(tmp_path, RUNS[name].text())) == []


def with_cut_inits(run: Run, environments: int) -> str:
    """Let INIT of some environments of each arm end after ten seconds, and run again in a request."""
    lines = [json.loads(line) for line in run.lines()]
    reports = {line["record"]["requestId"]: line["record"]["metrics"] for line in lines if "type" in line}
    cut: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        mine, environment = cut[line.get("placement", "")], line.get("environment")
        if environment not in mine and len(mine) < environments:
            mine.append(environment)
        if environment not in mine:
            continue
        if line["record"] == "startup" and line["ordinal"] == 1:
            line["reinit"] = True
        if line["record"] == "invocation" and line["n"] == 1:
            metrics = reports[line["request_id"]]
            metrics["durationMs"] += 9 * metrics.pop("initDurationMs")  # on a share of a core
            metrics["billedDurationMs"] = math.ceil(metrics["durationMs"])
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_an_init_that_ran_again_is_in_no_figure_of_time(tmp_path: Path) -> None:
    whole = complaints(*judged(tmp_path, Run(arms=THREE_ARMS).text()))
    records, verdict = judged(tmp_path, with_cut_inits(Run(arms=THREE_ARMS), 2))
    assert whole == complaints(records, verdict) == []
    found = json.loads(verdict.read_text(encoding="utf-8"))
    assert {one["unknown"] for one in found["init_waits"]} == {2}
    assert found["completeness"]["unknown_inits"] == {
        "init": 2, "first_invocation": 2, "every_invocation": 2,
    }  # fmt: skip


def test_a_request_without_record_is_named(tmp_path: Path) -> None:
    records, verdict = judged(tmp_path, RUNS["few"].text())
    lines = records.read_text(encoding="utf-8").splitlines()
    lost = next(line for line in lines if '"record":"invocation"' in line)
    records.write_text("\n".join(line for line in lines if line != lost), encoding="utf-8")
    assert complaints(records, verdict) == [
        "1 requests left no record: whose they are is not worked out here"
    ]


def test_wrong_verdict_is_noticed(tmp_path: Path) -> None:
    records, verdict = judged(tmp_path, RUNS["lab"].text())
    found = json.loads(verdict.read_text())
    found["comparisons"][0]["low"] += 0.01
    found["sentence"] = found["sentence"].replace("saves 2", "saves 3")
    verdict.write_text(json.dumps(found))
    assert len(complaints(records, verdict)) == 2
