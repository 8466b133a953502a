"""Names that look the same are still told apart."""

import json

from telemetry.report.read.names import printable, told_apart
from tests.telemetry.report.reported import results_from
from tests.telemetry.report.simulation import Loaded, Run


def test_printable_names_have_an_end() -> None:
    assert printable("a\x1b[31mb\n") == "a?[31mb?"
    assert len(printable("x" * 500)) == 60


def test_t22_equal_names_are_numbered() -> None:
    assert told_apart(["a\x00", "a\x01", "a?", "b", "a? (2)"]) == [
        "a?",
        "a? (2)",
        "a? (3)",
        "b",
        "a? (2) (2)",
    ]


def test_t22_resources_that_look_the_same_are_not_averaged() -> None:
    long = "model-" + "x" * 80
    resources = {f"{long}-one": Loaded(400, 180, 0.8), f"{long}-two": Loaded(40, 18, 0.2)}
    found = results_from(Run(arms={"init": 25}, resources=resources).lines())
    names = [load.name for load in found.startup.resources]
    assert len(set(names)) == 2
    assert [advice.name for advice in found.resources] == names
    first, second = (load.first_in_init for load in found.startup.resources)
    assert first is not None
    assert second is not None
    assert first.mean > 5 * second.mean
    assert found.resources[0].touched_environments > 0


def test_t22_control_characters_tell_resources_apart() -> None:
    lines = Run(arms={"init": 25}).lines()
    lines = [line.replace('"tickets"', '"m\\u0001"').replace('"exporter"', '"m\\u0002"') for line in lines]
    lines = [
        json.dumps(json.loads(line) | {"service": "s"}) if '"service"' in line else line for line in lines
    ]
    assert [load.name for load in results_from(lines).startup.resources] == ["model", "m?", "m? (2)"]
