import pytest

from telemetry.report.errors import UnusableError
from telemetry.report.weights import weights_from
from tests.report.reported import verdict_from
from tests.report.simulation import Run

REFUSED = [
    "", "init", "init=50", "init=0,first_invocation=1", "init=-1,first_invocation=1",
    "init=x,first_invocation=1", "init=1e3,first_invocation=1", "init=inf,first_invocation=1",
    "init=1,lazy=50", "init=50;first_invocation=1", "init=1,init=2", "init=1,init=2,first_invocation=1",
    "first_invocation=1,every_invocation=0.1", "init=50,every_invocation=50", "init=89,every_invocation=11",
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused_weights_are_named(text: str) -> None:
    with pytest.raises(UnusableError) as refused:
        weights_from(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    "text", ["init=1,lazy=1", "init=50,every_invocation=50", "init=1.2.3,first_invocation=1"]
)
def test_bad_experiment_in_a_record_is_noted(text: str) -> None:
    run = Run(arms={"init": 25, "first_invocation": 25}, experiment=text, lab=False)
    verdict = verdict_from(run.lines())
    assert verdict.assignment is None
    assert any(f"an experiment that the adapter refuses, {text}" in note for note in verdict.notes)
