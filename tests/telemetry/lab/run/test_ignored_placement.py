"""Handlers that do not do as they are told, and the records that give them away."""

import pytest

from tests.telemetry.lab.apps import TINY
from tests.telemetry.lab.conftest import Lab

FEW = ("--environments", 2, "--invocations", 2)
HANDLER = f"""
import os
from adapter import LifespanAdapter
from adapter.placement import placement_from
from telemetry.pipeline import Telemetry
{TINY}
ENVIRON
telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(app, placement=PLACEMENT, observe=telemetry.observe)
"""
REMEDY = "Let it take placement=placement_from(os.environ)"


def handler(placement: str, environ: str = "") -> str:
    return HANDLER.replace("PLACEMENT", placement).replace("ENVIRON", environ)


def test_placement(lab: Lab) -> None:
    run = lab(*FEW, "--placement", "init", "first_invocation", "every_invocation", handler=handler("'init'"))
    assert run.code == 1
    says = "records of first_invocation say init, records of every_invocation say init"
    others = says.replace("first", "X").replace("every", "first").replace("X", "every")  # in random order
    assert f"The handler ignored the placement: {says}. {REMEDY}" in run.said or others in run.said
    assert "records of init say" not in run.said
    assert run.lab["complete"] is True


def test_placement_obeyed(lab: Lab) -> None:
    obedient = handler("placement_from(os.environ)")
    run = lab(*FEW, "--placement", "init", "every_invocation", handler=obedient)
    assert run.code == 0
    assert "ignored" not in run.said


def test_arm_that_was_not_declared(lab: Lab) -> None:
    weights = "first_invocation=50,every_invocation=50"
    run = lab(*FEW, "--experiment", weights, handler=handler("'init'"))
    assert run.code == 1
    assert f"The handler ignored the experiment {weights}: its records say init. {REMEDY}" in run.said


def test_experiment_that_the_records_do_not_tell_of(lab: Lab) -> None:
    deaf = handler("'init'", 'del os.environ["LIFESPAN_EXPERIMENT"]')
    run = lab(*FEW, "--experiment", "init=50,every_invocation=50", handler=deaf)
    assert run.code == 1
    assert "The handler ignored the experiment init=50,every_invocation=50: its records say init." in run.said


@pytest.mark.parametrize("line", ['{"record":"startup"}', '"record":"startup"', '["record","startup"]', "{}"])
def test_lines_of_the_functions_own(lab: Lab, line: str) -> None:
    silent = f"""
        def handler(event, context):
            print('{line}')
            print('{{"record":"seen","placement":"top"}}')
            return {{"statusCode": 200}}
    """
    run = lab(*FEW, "--placement", "every_invocation", handler=silent)
    assert run.code == 0
    assert "ignored" not in run.said
    assert run.out.read_text(encoding="utf-8").splitlines().count(line) == 4
