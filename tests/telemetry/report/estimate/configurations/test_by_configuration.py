"""When configurations are shown, the frontier, prices, and another run beside."""

from dataclasses import replace

import pytest

from telemetry.report.estimate.results import Results
from tests.telemetry.report.estimate.configurations.planted import Part, Planted, drawn
from tests.telemetry.report.reported import evidence_from, results_from
from tests.telemetry.report.simulation import Run

MS = drawn(21, 40, 60, 10.0)


def test_one_configuration_is_none_of_several() -> None:
    assert Planted((Part(512, MS),)).results().configurations is None


def test_placements_of_one_setting_are_arms_alone() -> None:
    parts = (Part(512, MS), Part(512, MS, placement="first_invocation"))
    assert Planted(parts).results().configurations is None


@pytest.mark.parametrize("where", ["lambda", "loopback", "lab", None])
def test_every_kind_of_lab_run_has_them(where: str | None) -> None:
    found = Planted((Part(512, MS), Part(1024, MS)), where=where).results()
    assert found.configurations is not None
    assert found.measured_on.where == (where or "lab")


def test_sizes_that_followed_each_other_on_lambda_have_none() -> None:
    lines = [line for line in Planted((Part(512, MS), Part(1024, MS))).lines() if '"lab"' not in line]
    found = results_from(lines)
    assert found.configurations is None
    assert found.measured_on.memory_sizes_mb == [512, 1024]


def test_frontier_is_what_nothing_beats_in_both() -> None:
    parts = (Part(512, 2.2 * MS), Part(1024, 1.0 * MS), Part(2048, 0.9 * MS), Part(3008, 1.5 * MS))
    found = Planted(parts).configurations(cold_share=0.0)
    assert {one.memory_mb: one.on_frontier for one in found.rows} == {
        512: False, 1024: True, 2048: True, 3008: False,
    }  # fmt: skip


def test_another_run_stands_beside_with_its_own_figures() -> None:
    other = Planted((Part(512, 1.5 * MS), Part(1024, 0.75 * MS)), where="lab")
    found = Planted((Part(512, MS), Part(1024, MS))).configurations(beside=evidence_from(other.lines()))
    assert found.beside is not None
    assert found.beside.where == "lab"
    own = other.configurations().rows
    assert found.beside.rows == [replace(one, on_frontier=None) for one in own]


def test_a_single_configuration_can_have_another_run_beside() -> None:
    other = evidence_from(Planted((Part(512, MS),), where="lab").lines())
    found = Planted((Part(512, MS),)).configurations(beside=other)
    assert len(found.rows) == 1
    assert found.choices[0].finding == "cannot tell yet"


def test_numbers_of_a_run_without_configurations_are_as_before() -> None:
    found: Results = results_from(Run(arms={"init": 20, "first_invocation": 20}, cpu="lambda").lines())
    assert found.configurations is None
    assert found.by_settings == []
