import re
from dataclasses import replace
from pathlib import Path

from telemetry.lab.run.events import EventSource
from telemetry.lab.run.plan import planned
from telemetry.lab.run.settings import PLACEMENTS, Settings

SETTINGS = Settings(
    out=Path("records.jsonl"),
    environments=30,
    invocations=10,
    placements=PLACEMENTS,
)
MAKEFILE = Path(__file__).parents[4] / "{{cookiecutter.project_slug}}" / "Makefile"
SOURCES = (EventSource({"name": "often"}, 9), EventSource({"name": "rarely"}, 1))


def test_same_seed_same_plan() -> None:
    assert planned(SETTINGS, SOURCES) == planned(SETTINGS, SOURCES)
    assert planned(replace(SETTINGS, seed=8), SOURCES) != planned(SETTINGS, SOURCES)


def test_blocks_hold_every_placement() -> None:
    plan = planned(SETTINGS, SOURCES)
    assert len(plan) == 90
    for block in range(30):
        places = plan[3 * block : 3 * block + 3]
        assert {place.block for place in places} == {block + 1}
        assert {place.placement for place in places} == set(SETTINGS.placements)


def test_order_within_blocks_varies() -> None:
    plan = planned(SETTINGS, SOURCES)
    assert {plan[3 * block].placement for block in range(30)} == set(SETTINGS.placements)


def test_arms_get_the_same_events() -> None:
    plan = planned(SETTINGS, SOURCES)
    arms = [[place.events for place in plan if place.placement == name] for name in SETTINGS.placements]
    assert arms[0] == arms[1] == arms[2]
    assert arms[0][0] != arms[0][1]


def test_events_do_not_depend_on_the_arms() -> None:
    alone = planned(replace(SETTINGS, placements=("init",)), SOURCES)
    beside = [place for place in planned(SETTINGS, SOURCES) if place.placement == "init"]
    assert list(alone) == beside


def test_weights() -> None:
    names = [event["name"] for place in planned(SETTINGS, SOURCES) for event in place.events]
    assert 0.8 < names.count("often") / len(names) < 0.97


def test_seed_of_the_sample_is_typical() -> None:
    """As often as expected, give or take one, and at least once: the advice must not come of an odd draw."""
    given = dict(re.findall(r"^(\w+) \?= (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE))
    weights = {
        name: float(weight) for name, _, weight in (one.partition("=") for one in given["EVENTS"].split())
    }
    sources = tuple(EventSource({"name": name}, weight) for name, weight in weights.items())
    environments, invocations = int(given["ENVIRONMENTS"]), int(given["INVOCATIONS"])
    run = Settings(Path("x"), environments=environments, invocations=invocations, seed=int(given["SEED"]))
    rare = min(weights, key=weights.__getitem__)
    drawn = sum(any(event["name"] == rare for event in place.events) for place in planned(run, sources))
    expected = environments * (1 - (1 - weights[rare] / sum(weights.values())) ** invocations)
    assert "export" in rare
    assert drawn >= 1
    assert abs(drawn - expected) < 1
