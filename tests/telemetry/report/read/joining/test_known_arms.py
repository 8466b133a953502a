"""The arm of requests that left no record, told by the lab or by there being only one."""

import json

import numpy as np

from adapter.placement import PLACEMENTS
from telemetry.report.read.totals import Totals
from tests.telemetry.report.estimate.deciding.test_completeness import fleet, reported, untold
from tests.telemetry.report.log_streams import evidence_in, ordinary
from tests.telemetry.report.reported import evidence_from, verdict_from
from tests.telemetry.report.simulation import Run


def by_arm(totals: Totals) -> dict[str, int]:
    counts = totals.unplaced.by_arm.sum(axis=1)
    return {arm: int(count) for arm, count in zip([*PLACEMENTS, "unknown"], counts, strict=True) if count}


def lossy_lab_run(*arms: str) -> list[str]:
    """A lab run of which some arms lost the records of their warm requests."""
    found = []
    for line in map(json.loads, Run().lines()):
        lost = line.get("record") == "invocation" and line["start"] == "warm" and line["placement"] in arms
        found += [] if lost else [json.dumps(line)]
    return found


def test_t23_what_a_lab_sent_tells_whose_records_were_lost() -> None:
    whole = evidence_from(Run().lines()).totals
    warm = int(whole.starts[PLACEMENTS.index("init")].sum() - whole.starts[PLACEMENTS.index("init"), 0])
    totals = evidence_from(lossy_lab_run("init")).totals
    found = by_arm(totals)
    assert set(found) == {"init"}
    assert 0 < found["init"] <= warm + 1
    assert totals.unplaced.user_ms[PLACEMENTS.index("init")].sum() > 0


def test_t23_lost_records_of_a_lab_are_said_first_with_their_arms() -> None:
    verdict = verdict_from(lossy_lab_run("init", "every_invocation"))
    first = verdict.sentence.partition(", as their records were lost")[0]
    assert "requests are in no figure (" in first
    assert "init (" in first
    assert "arm not known" not in first


def test_t9_requests_of_the_only_arm_are_of_that_arm() -> None:
    totals = evidence_in([*untold(ordinary("init", 12)), reported(3, status="timeout")]).totals
    assert by_arm(totals) == {"init": 3}
    assert totals.unplaced.user_ms[PLACEMENTS.index("init")].sum() == 18.0


def test_t9_requests_of_one_of_several_arms_stay_unknown() -> None:
    totals = evidence_in([*untold(fleet()), reported(3, status="timeout")]).totals
    assert by_arm(totals) == {"unknown": 3}
    assert np.isclose(totals.unplaced.user_ms[-1].sum(), 18.0)


def test_t23_requests_of_a_lab_of_which_no_line_is_left_are_missed() -> None:
    lines = lossy_lab_run("init")
    totals = evidence_from(lines).totals
    gone = requests_in(Run().lines()) - requests_in(lines)
    left = [line for line in lines if not reports(line, gone)]
    verdict = verdict_from(left)
    assert verdict.results.completeness is not None
    assert verdict.results.completeness.lost == {"init": by_arm(totals)["init"]}


def requests_in(lines: list[str]) -> set[str]:
    return {line["request_id"] for line in map(json.loads, lines) if line.get("record") == "invocation"}


def reports(line: str, requests: set[str]) -> bool:
    found = json.loads(line)
    return bool(found.get("type") == "platform.report" and found["record"]["requestId"] in requests)
