"""The section that opens every verdict."""

import json
from pathlib import Path

import pytest

from telemetry.report.show.document import document
from telemetry.report.show.page import page
from telemetry.report.show.sections import sections
from telemetry.report.show.verdict import Verdict, verdict_of
from tests.telemetry.report.log_streams import Stream, results_in
from tests.telemetry.report.reported import tables_of, verdict_from
from tests.telemetry.report.simulation import Run

KEPT = Path(__file__).parents[2] / "kept"


def with_imports(imports: float, startup: float) -> Verdict:
    lines = []
    for number in range(25):
        one = Stream(f"s{number}").startup(startup, init_ms=imports)
        one.wait(1).record("invocation", n=1, request_id=f"{number}-1", start="cold", status=200,
                           InvocationDuration=11.0)  # fmt: skip
        lines.append(one.report(f"{number}-1", 11.0, imports + startup).wait(1).request(9.0, "warm"))
    return verdict_of(results_in(lines))


@pytest.mark.parametrize("name", ["lab", "lambda"])
def test_v15_split_comes_first(name: str) -> None:
    verdict = verdict_from((KEPT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    assert next(iter(sections(verdict))).title.startswith("Where the time goes")
    assert page(verdict).index("Where the time goes") < page(verdict).index("Saved per request")
    keys = list(document(verdict))
    assert keys.index("time_split") < keys.index("comparisons")


@pytest.mark.parametrize(("imports", "startup"), [(1217, 2), (960, 4), (1378, 76)])
def test_v15_imports_that_are_all_of_init_are_what_the_advice_is_about(imports: int, startup: int) -> None:
    table = tables_of(with_imports(imports, startup))["time-split"]
    rows = {row[0].strip(): row[1] for row in table.rows}
    assert rows["runtime and imports"].startswith(f"{imports} (")
    assert f"Runtime and imports are {100 * imports / (imports + startup):.0f} % of INIT" in table.caption
    assert "no placement moves them: `python -m telemetry.lab.imports` ranks the imports" in table.caption
    assert ("there is little to gain by it" in table.caption) is (startup < (imports + startup) / 100)


def test_startup_that_is_most_of_init_gets_no_word_on_imports() -> None:
    caption = tables_of(with_imports(100, 900))["time-split"].caption
    assert "no placement moves" not in caption
    assert "The startup, which a placement moves, is 90 % of INIT." in caption


def test_unknown_init_is_said() -> None:
    lines = [line for line in Run(arms={"init": 25}, start="proactive").lines() if "platform" not in line]
    table = tables_of(verdict_from(lines))["time-split"]
    assert ("INIT", "not known") in table.rows
    assert "How long INIT took is not known" in table.caption


def test_restored_snapshot_stands_in_the_place_of_init() -> None:
    lines = []
    for number in range(25):
        one = Stream(f"s{number}").wait(1)
        one.record("invocation", n=1, request_id=f"{number}-1", start="snapstart", status=200,
                   InvocationDuration=11.0)  # fmt: skip
        lines.append(one.report(f"{number}-1", 11.0, restore_ms=189.0).wait(1).request(9.0, "warm"))
    verdict = verdict_of(results_in(lines))
    assert verdict.brief[0].startswith("Where the time goes: restore 189 ms, first request")
    table = tables_of(verdict)["time-split"]
    assert table.rows[0] == ("restore of the snapshot, or INIT", "189 (90 %)")
    assert [row[0] for row in table.rows[1:]] == ["first request, without INIT", "warm request"]


def test_lab_claims_no_restore_of_a_snapshot() -> None:
    """Its report lines say what the hooks took, and its record that it was SnapStart."""
    lines = [
        line.replace('"complete":true', '"complete":true,"init_type":"snap-start"') for line in Run().lines()
    ]
    lines = [line.replace('"start":"cold"', '"start":"snapstart"') for line in lines]
    verdict = verdict_from(line.replace("initDurationMs", "afterRestoreHooksMs") for line in lines)
    table = tables_of(verdict)["time-split"]
    assert table.rows[0][0] == "hooks after a restore, without the restore"
    assert table.rows[0][1] != "not known"
    assert "A lab restores nothing" in table.caption
    without = "with SnapStart's hooks but without its restore, whose time is in no figure"
    assert without in verdict.sentence
    assert without in verdict.headline[-1]
    assert document(verdict)["measured_on"]["restore_left_out"] is True
    assert verdict.brief[0].startswith("Where the time goes: hooks after a restore 1005 ms, first request")


def test_v15_lab_run_shows_its_dearest_imports() -> None:
    found = [{"package": "boto3", "ms": 212.4, "modules": 300}, {"package": "pydantic", "ms": 96.0}]
    told = f'"complete":true,"imports":{json.dumps(found)}'
    verdict = verdict_from(line.replace('"complete":true', told) for line in Run().lines())
    assert tables_of(verdict)["imports"].rows == [("boto3", "212.4", "300"), ("pydantic", "96.0", "0")]
    assert [section.name for section in sections(verdict)][:2] == ["time-split", "imports"]
    assert document(verdict)["imports"][0] == {"package": "boto3", "ms": 212.4, "modules": 300}
