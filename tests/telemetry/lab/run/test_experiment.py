"""Runs whose environments are assigned by chance, in real processes of the runtime client."""

from pathlib import Path

import pytest

from tests.telemetry.lab.apps import TINY
from tests.telemetry.lab.conftest import Lab

HALVES = "init=50,first_invocation=50"


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


@pytest.mark.usefixtures("app")
def test_malformed_experiment_starts_nothing(lab: Lab) -> None:
    run = lab("--app", "tiny:app", "--no-warm-up", "--experiment", "init=50,lazy=50", "--environments", 1)
    assert run.code == 1
    assert "LIFESPAN_EXPERIMENT is 'init=50,lazy=50': 'lazy' is no placement" in run.complained


def test_silent_function_stays_unassigned(lab: Lab) -> None:
    handler = """
        def handler(event, context):
            return {"statusCode": 200, "body": "ok"}
    """
    run = lab("--experiment", HALVES, "--environments", 1, "--invocations", 1, handler=handler)
    assert run.lab["sent"] == {"assigned": {"environments": 1, "invocations": 1, "starts": {"cold": 1}}}


def test_experiment_is_no_placement(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        lab("--experiment", HALVES, "--placement", "init")
    assert "not allowed with argument" in capsys.readouterr().err
