import json
from typing import Any

import pytest

from adapter.facts import MemoryDelta
from telemetry import schema
from tests.telemetry.facts import MS, T0, resource, started, startup
from tests.telemetry.harness import Harness

MIB = 1_048_576


def test_startup_record_has_cost_and_state(harness: Harness) -> None:
    harness.observe(started())
    model = resource("model", MemoryDelta(40 * MIB, 44 * MIB, 1000))
    harness.start_up(startup(memory=MemoryDelta(50 * MIB, 51 * MIB, 2000), resources=(model,)))
    record = harness.record("startup")
    assert {key: record[key] for key in ("v", "at", "service", "environment", "process", "placement")} == {
        "v": 1,
        "at": (T0 + 500 * MS) // MS,
        "service": "tickets",
        "environment": "3f0c12345678",
        "process": "9a1b2c3d",
        "placement": "init",
    }
    assert (record["ordinal"], record["phase"], record["outcome"]) == (1, "init", "complete")
    assert (record["init_type"], record["init_ms"]) == ("on-demand", 500)
    assert (record["StartupDuration"], record["cpu_ms"], record["resources"]) == (800, 600, 1)
    assert record["state_keys"] == ["model"]
    assert (record["StateSize"], record["state_method"]) == (51 * MIB, "mallinfo2")
    assert (record["rss_bytes"], record["native_bytes"], record["py_blocks"]) == (50 * MIB, 51 * MIB, 2000)
    assert record["StateShareOfMemory"] == round(51 / 512 * 100, 3)
    assert record["memory_mb"] == 512
    assert record["python"].startswith("3.")
    assert "error" not in record


@pytest.mark.parametrize(
    ("memory", "size", "method"),
    [
        (MemoryDelta(5, 4, 0), 5, "rss"),
        (MemoryDelta(4, 5, 0), 5, "mallinfo2"),
        (MemoryDelta(5, None, 0), 5, "rss"),
        (MemoryDelta(-9, -5, 0), 0, "mallinfo2"),
        (MemoryDelta(-5, -9, 0), 0, "rss"),
    ],
)
def test_state_is_the_larger_growth(harness: Harness, memory: MemoryDelta, size: int, method: str) -> None:
    harness.observe(started())
    harness.start_up(startup(memory=memory))
    record = harness.record("startup")
    assert (record["StateSize"], record["state_method"]) == (size, method)


def test_unknown_values_are_left_out(harness: Harness) -> None:
    harness.observe(started(memory_mb=None))
    harness.start_up(startup(memory=MemoryDelta(1, None, 1)))
    record = harness.record("startup")
    assert record.keys().isdisjoint({"memory_mb", "native_bytes", "StateShareOfMemory", "error"})
    assert "StateShareOfMemory" not in json.dumps(record["_aws"])


def test_resource_has_its_own_line(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource("model", MemoryDelta(1, 2, 3)), resource("pool"))))
    model, pool = harness.records("resource")
    assert (model["resource"], model["ordinal"], model["ResourceDuration"]) == ("model", 1, 300)
    assert (model["cpu_ms"], model["modules"], model["overlapped"]) == (200, 131, False)
    assert (model["rss_bytes"], model["native_bytes"], model["py_blocks"]) == (1, 2, 3)
    assert model["at"] == (T0 + 550 * MS) // MS
    assert pool["resource"] == "pool"


def test_metrics_end_after_ten_resources(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=tuple(resource(f"r{number}") for number in range(12))))
    with_metrics = ["_aws" in record for record in harness.records("resource")]
    assert with_metrics == [True] * schema.RESOURCES_WITH_METRICS + [False] * 2


def test_t22_names_that_no_dimension_can_have_take_no_place(harness: Harness) -> None:
    unplottable = ("a\nb", "a\x00b", "\x1b[31m", "modèle", " ", ":model", "")
    long, another = "m" * 2000 + "1", "m" * 2000 + "2"
    plottable = (long, another, "model", "model", *[f"r{number}" for number in range(8)])
    harness.observe(started())
    failed = resource("failed", error="OSError")
    loaded = [resource(name) for name in (*unplottable, *plottable)]
    harness.start_up(startup(resources=(failed, *loaded)))
    records = harness.records("resource")
    plotted = [record["resource"] for record in records if "_aws" in record]
    assert plotted[2:] == ["model", "model", *[f"r{number}" for number in range(7)]]
    assert len(set(plotted)) == schema.RESOURCES_WITH_METRICS
    assert all(len(name) <= 1024 for name in plotted)


def test_t12_startup_knows_function_version_and_memory(harness: Harness) -> None:
    harness.observe(started(memory_mb=2048))
    harness.start_up()
    record = harness.record("startup")
    assert (record["function"], record["version"], record["memory_mb"]) == ("tickets-api", "7", 2048)
    assert record["startup_id"] == "9a1b2c3d-1"


@pytest.mark.parametrize(
    ("one", "other"), [("m" * 2000 + "1", "m" * 2000 + "2"), ("model\n", "model"), ("model\x00", "model ")]
)
def test_t22_names_stay_apart(harness: Harness, one: str, other: str) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource(one), resource(other))))
    first, second = (record["resource"] for record in harness.records("resource"))
    assert first != second
    assert max(len(first), len(second)) <= 1024


def test_t21_keys_of_a_large_state_are_counted(harness: Harness) -> None:
    harness.observe(started())
    keys = tuple(f"key_{number}" for number in range(5000))
    harness.start_up(startup(resources=(resource("model"),))._replace(state_keys=(*keys, "model")))
    record = harness.record("startup")
    assert record["state_keys"][0] == "model"
    assert len(record["state_keys"]) + record["state_keys_more"] == 5001
    assert len(json.dumps(record)) < 12_000


@pytest.mark.parametrize("name", ["modèle", "", " ", ":model", "a\nb"])
def test_unplottable_names_carry_no_metric(harness: Harness, name: str) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource(name),)))
    record = harness.record("resource")
    assert record["resource"] == name
    assert "_aws" not in record


def test_repeats_carry_no_metric(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(ordinal=2, phase="invocation", resources=(resource(),)))
    assert harness.record("startup")["ordinal"] == 2
    assert "init_ms" not in harness.record("startup")
    assert not any("_aws" in line for line in harness.lines)


def test_app_without_lifespan_has_no_startup_metric(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="unsupported"))
    assert "_aws" not in harness.record("startup")
    assert harness.records("failure") == []


def test_keys_of_the_state_may_be_anything(harness: Harness) -> None:
    keys: tuple[Any, ...] = ("model", 7, b"db")
    harness.observe(started())
    harness.start_up(startup()._replace(state_keys=keys))
    assert harness.record("startup")["state_keys"] == ["model", "7", "b'db'"]
