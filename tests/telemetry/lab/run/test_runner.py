"""Which environments run, on what, and what stops a run."""

import json
from pathlib import Path

import pytest

from tests.telemetry.lab.apps import TINY, WRITES_WHAT_IT_SEES
from tests.telemetry.lab.conftest import Lab

ONE = ("--environments", 1, "--invocations", 3)
HALVES = "init=50,first_invocation=50"
SERVED_BY_THE_ADAPTER = f"""
import os
from adapter import LifespanAdapter
from adapter.placement import placement_from
from telemetry.pipeline import Telemetry
{TINY}
telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(app, placement=PLACEMENT, observe=telemetry.observe)
"""


def test_arms_are_equal_and_interleaved(lab: Lab, here: Path) -> None:
    for name in ("a", "b"):
        event = {"rawPath": f"/{name}", "requestContext": {}}
        (here / f"{name}.json").write_text(json.dumps(event), encoding="utf-8")
    arms = ("init", "every_invocation")
    run = lab(
        *("--placement", *arms, "--event", "a.json=2", "b.json", "--environments", 4, "--invocations", 4),
        handler=WRITES_WHAT_IT_SEES,
    )
    order = [line["placement"] for line in run.records("init")]
    assert [set(order[at : at + 2]) for at in range(0, 8, 2)] == [set(arms)] * 4
    sent = {arm: [line["path"] for line in run.records("seen") if line["placement"] == arm] for arm in arms}
    assert sent["init"] == sent["every_invocation"]
    assert set(sent["init"]) == {"/a", "/b"}
    counts = {"environments": 4, "invocations": 16, "starts": {"cold": 4, "warm": 12}}
    assert run.lab["sent"] == {"init": counts, "every_invocation": counts}


def test_warm_up_is_not_recorded(lab: Lab, here: Path) -> None:
    run = lab("--warm-up", "--without-records", *ONE[:2], "--invocations", 1, handler=WRITES_WHAT_IT_SEES)
    assert len(run.records("init")) == len(run.records("seen")) == len(run.reports) == 1
    assert run.lab["sent"]["init"]["invocations"] == 1
    assert (here / "records.log").read_text(encoding="utf-8").count('"record": "seen"') == 1


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
    assert "did not start, in environment 1 (init): LookupError: no model" in run.stderr
    assert "the disk is full" in run.stderr
    assert "last words" in run.stderr
    assert run.records("last words")
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"] == {"environments": 1, "invocations": 0, "starts": {}}
    assert "incomplete" in run.stdout


def test_missing_attribute_of_a_handler(lab: Lab) -> None:
    run = lab(*ONE, handler="x = 1")
    assert run.code == 1
    assert "Runtime.HandlerNotFound" in run.stderr


def test_failure_in_the_warm_up(lab: Lab) -> None:
    run = lab("--warm-up", *ONE, handler="print('last words'); raise LookupError('no model')")
    assert run.code == 1
    assert "did not start, in the warm-up: LookupError: no model" in run.stderr
    assert "last words" in run.stderr
    assert run.lab["complete"] is False
    assert run.lab["sent"]["init"] == {"environments": 0, "invocations": 0, "starts": {}}


@pytest.fixture
def app(here: Path) -> Path:
    path = here / "tiny.py"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.mark.usefixtures("app")
def test_environments_are_assigned_by_chance(lab: Lab) -> None:
    run = lab(
        "--app", "tiny:app", "--no-warm-up", "--experiment", HALVES, "--environments", 8, "--invocations", 2
    )
    assert run.code == 0
    assigned = {record["environment"]: record["placement"] for record in run.records("environment")}
    assert len(assigned) == 8
    assert {record["experiment"] for record in run.records("environment")} == {HALVES}
    for record in run.records("invocation"):
        assert record["placement"] == assigned[record["environment"]]
    counts = {arm: list(assigned.values()).count(arm) for arm in assigned.values()}
    assert {arm: sent["environments"] for arm, sent in run.lab["sent"].items()} == counts
    assert {arm: sent["invocations"] for arm, sent in run.lab["sent"].items()} == {
        arm: 2 * count for arm, count in counts.items()
    }


def test_silent_function_stays_unassigned(lab: Lab) -> None:
    handler = """
        def handler(event, context):
            return {"statusCode": 200, "body": "ok"}
    """
    run = lab("--experiment", HALVES, "--environments", 1, "--invocations", 1, handler=handler)
    assert run.lab["sent"] == {"assigned": {"environments": 1, "invocations": 1, "starts": {"cold": 1}}}


def adapter_handler(placement: str) -> str:
    return SERVED_BY_THE_ADAPTER.replace("PLACEMENT", placement)


@pytest.mark.parametrize(
    ("fixed", "arms", "expected"),
    [
        ("init", ("--placement", "init", "every_invocation"), "every_invocation"),
        ("first_invocation", ("--placement", "init", "first_invocation"), "init"),
        ("init", ("--placement", "every_invocation"), "every_invocation"),
        ("init", ("--experiment", HALVES), "first_invocation"),
        ("first_invocation", ("--experiment", HALVES), "init"),
    ],
)
def test_warm_up_stops_at_a_handler_that_ignores_its_placement(
    lab: Lab, fixed: str, arms: tuple[str, ...], expected: str
) -> None:
    run = lab("--warm-up", *ONE, *arms, handler=adapter_handler(repr(fixed)))
    assert run.code == 1
    assert f"LIFESPAN_PLACEMENT was {expected}, but its startup record says {fixed}." in run.stderr
    assert "construct LifespanAdapter without a placement" in run.stderr
    assert run.reports == []


@pytest.mark.parametrize("placement", ["None", "placement_from(os.environ)"])
@pytest.mark.parametrize(
    "arms", [("--placement", "init", "first_invocation", "every_invocation"), ("--experiment", HALVES)]
)
def test_warm_up_passes_a_handler_that_reads_its_placement(
    lab: Lab, placement: str, arms: tuple[str, ...]
) -> None:
    run = lab("--warm-up", *ONE, *arms, handler=adapter_handler(placement))
    assert run.code == 0, run.stderr
    assert "ignores" not in run.stderr


def test_warm_up_passes_a_placement_that_is_fixed_and_asked_for(lab: Lab) -> None:
    assert lab("--warm-up", *ONE, "--placement", "init", handler=adapter_handler("'init'")).code == 0


@pytest.mark.parametrize("line", ['{"record":"startup"}', '"record":"startup"', '["record","startup"]', "{}"])
def test_warm_up_passes_over_lines_of_the_functions_own(lab: Lab, line: str) -> None:
    silent = f"""
        def handler(event, context):
            print('{line}')
            print('{{"record":"seen","placement":"top"}}')
            return {{"statusCode": 200}}
    """
    run = lab("--warm-up", "--without-records", *ONE, "--placement", "every_invocation", handler=silent)
    assert run.code == 0
