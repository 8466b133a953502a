import json
import re
from dataclasses import replace
from pathlib import Path

from adapter.placement import PLACEMENTS
from telemetry.lab.events import EventSource
from telemetry.lab.run.invocation_counts import Invocations
from telemetry.lab.run.plan import plan
from telemetry.lab.run.precision import batches
from telemetry.lab.run.settings import Settings
from tests.telemetry.lab.conftest import Lab

SETTINGS = Settings(
    out=Path("records.jsonl"),
    environments=30,
    invocations=Invocations(10),
    placements=PLACEMENTS,
)
MAKEFILE = Path(__file__).parents[4] / "{{cookiecutter.project_slug}}" / "Makefile"
SOURCES = (EventSource({"name": "often"}, 9), EventSource({"name": "rarely"}, 1))


def test_same_seed_same_plan() -> None:
    assert plan(SETTINGS, SOURCES) == plan(SETTINGS, SOURCES)
    assert plan(replace(SETTINGS, seed=8), SOURCES) != plan(SETTINGS, SOURCES)


def test_blocks_hold_every_placement() -> None:
    whole = plan(SETTINGS, SOURCES)
    assert len(whole) == 90
    for block in range(30):
        places = whole[3 * block : 3 * block + 3]
        assert {place.block for place in places} == {block + 1}
        assert {place.placement for place in places} == set(SETTINGS.placements)


def test_order_within_blocks_varies() -> None:
    whole = plan(SETTINGS, SOURCES)
    assert {whole[3 * block].placement for block in range(30)} == set(SETTINGS.placements)


def test_arms_get_the_same_events() -> None:
    whole = plan(SETTINGS, SOURCES)
    arms = [[place.events for place in whole if place.placement == name] for name in SETTINGS.placements]
    assert arms[0] == arms[1] == arms[2]
    assert arms[0][0] != arms[0][1]


def test_arm_with_fewer_invocations_gets_the_first_ones() -> None:
    fewer = replace(SETTINGS, invocations=Invocations(10, {"every_invocation": 3}))
    for before, now in zip(plan(SETTINGS, SOURCES), plan(fewer, SOURCES), strict=True):
        assert now.placement == before.placement
        assert now.events == (before.events[:3] if now.placement == "every_invocation" else before.events)


def test_events_do_not_depend_on_the_arms() -> None:
    alone = plan(replace(SETTINGS, placements=("init",)), SOURCES)
    beside = [place for place in plan(SETTINGS, SOURCES) if place.placement == "init"]
    assert list(alone) == beside


def test_blocks_hold_every_memory_size() -> None:
    sizes = (512, 1024)
    whole = plan(replace(SETTINGS, memory_mb=sizes), SOURCES)
    assert len(whole) == 180
    for block in range(30):
        places = whole[6 * block : 6 * block + 6]
        assert len({(place.placement, place.memory_mb) for place in places}) == 6
        assert all(place.events == places[0].events for place in places)
    assert {place.memory_mb for place in whole} == set(sizes)
    assigned = plan(replace(SETTINGS, memory_mb=sizes, experiment="init=50,first_invocation=50"), SOURCES)
    assert len(assigned) == 60
    assert {(place.placement, place.memory_mb) for place in assigned} == {(None, size) for size in sizes}


def test_weights() -> None:
    names = [event["name"] for place in plan(SETTINGS, SOURCES) for event in place.events]
    assert 0.8 < names.count("often") / len(names) < 0.97


def test_seed_of_the_sample_is_typical() -> None:
    """As often as expected, give or take one, and at least once: the advice must not come of an odd draw.

    That holds at each look at which the run may end.
    """
    given = dict(re.findall(r"^(\w+) \?= (.+)$", MAKEFILE.read_text(encoding="utf-8"), re.MULTILINE))
    weights = {
        name: float(weight) for name, _, weight in (one.partition("=") for one in given["EVENTS"].split())
    }
    sources = tuple(EventSource({"name": name}, weight) for name, weight in weights.items())
    most, invocations = int(given["ENVIRONMENTS"]), Invocations.parse(given["INVOCATIONS"])
    run = Settings(Path("x"), environments=most, invocations=invocations, seed=int(given["SEED"]))
    rare = min(weights, key=weights.__getitem__)
    exports = [any(event["name"] == rare for event in place.events) for place in plan(run, sources)]
    share = 1 - (1 - weights[rare] / sum(weights.values())) ** invocations.number
    assert "export" in rare
    for environments in batches(most):
        drawn = sum(exports[:environments])
        assert drawn >= 1
        assert abs(drawn - environments * share) < 1


def test_event_file_with_an_equals_sign(lab: Lab, here: Path) -> None:
    (here / "a=1.json").write_text(json.dumps({"rawPath": "/a"}), encoding="utf-8")
    run = lab(
        *("--event", "a=1.json", "--environments", 1, "--invocations", 1),
        handler="""
            import json
            def handler(event, context):
                print(json.dumps({"record": "seen", "event": event}))
                return {"statusCode": 200}
        """,
    )
    assert run.records("seen")[0]["event"] == {"rawPath": "/a"}
