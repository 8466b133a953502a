import json
from typing import Any

import pytest

from adapter.facts import EnvironmentEnded, LifespanDied, MemoryDelta, PlacementChanged
from telemetry import schema
from tests.telemetry.facts import MS, T0, S, invoked, resource, shut_down, started, startup
from tests.telemetry.harness import Harness

MIB = 1_048_576


def test_startup_tells_cost_and_state(harness: Harness) -> None:
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


@pytest.mark.parametrize("name", ["modèle", "", " ", ":model", "a\nb", "m" * 1025])
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


def test_failure_is_named_by_type(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="failed", error="RuntimeError", resources=(resource(error="OSError"),)))
    assert harness.record("startup")["error"] == "RuntimeError"
    assert harness.record("resource")["error"] == "OSError"
    failure = harness.record("failure")
    assert (failure["phase"], failure["ordinal"], failure["error"]) == ("init", 1, "RuntimeError")
    assert failure["LifespanFailure"] == 1
    assert [line["record"] for line in harness.lines if "_aws" in line] == ["failure"]


def test_app_without_lifespan_has_no_startup_metric(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(outcome="unsupported"))
    assert "_aws" not in harness.record("startup")
    assert harness.records("failure") == []


def test_shutdown_tells_duration(harness: Harness) -> None:
    harness.observe(started())
    fact = shut_down()
    harness.observe(fact.began)
    harness.observe(fact)
    record = harness.record("shutdown")
    assert (record["ordinal"], record["phase"], record["outcome"]) == (1, "shutdown", "complete")
    assert record["duration_ms"] == 25
    assert "_aws" not in record


def test_failed_shutdown_is_a_failure(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(shut_down(outcome="failed", error="TimeoutError"))
    assert harness.record("shutdown")["error"] == "TimeoutError"
    assert (harness.record("failure")["phase"], harness.record("failure")["error"]) == (
        "shutdown",
        "TimeoutError",
    )


def test_death_is_named_by_type(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(LifespanDied(T0 + 5 * S, 1, "OSError"))
    record = harness.record("death")
    assert (record["at"], record["ordinal"], record["error"]) == ((T0 + 5 * S) // MS, 1, "OSError")
    assert record["LifespanDeath"] == 1


def test_late_and_repeated_inits_say_so(harness: Harness) -> None:
    harness.observe(started()._replace(reinit=True))
    harness.start_up(startup()._replace(deferred=True))
    harness.start_up(startup(ordinal=2))
    first, second = harness.records("startup")
    assert (first["reinit"], first["deferred"]) == (True, True)
    assert second["reinit"] is True
    assert "deferred" not in second


def test_fallback_keeps_the_assigned_placement(harness: Harness) -> None:
    harness.observe(started(placement="every_invocation"))
    reason = "a repeated startup failed"
    harness.observe(PlacementChanged(T0 + 2 * S, "every_invocation", "init", reason, "RuntimeError"))
    record = harness.record("fallback")
    assert (record["placement"], record["in_force"]) == ("every_invocation", "init")
    assert (record["reason"], record["error"]) == (reason, "RuntimeError")
    harness.invoke()
    assert harness.record("invocation")["placement"] == "every_invocation"


def test_end_counts_losses(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke()
    harness.observe(EnvironmentEnded(T0 + 90 * S, 1, 2))
    record = harness.record("end")
    assert (record["invocations"], record["faults"], record["dropped_spans"]) == (1, 2, 0)
    assert harness.lines[-1] == record


def test_each_record_is_one_write(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource("a\nb"),)))
    harness.invoke(touched={"a\nb": 1})
    for line in harness.out:
        assert line.endswith("}\n")
        assert line.count("\n") == 1


def test_new_process_renames_the_rest(harness: Harness) -> None:
    harness.observe(started())
    first = started(placement="first_invocation")
    harness.observe(first)
    harness.invoke()
    assert harness.record("invocation")["placement"] == "first_invocation"


def test_records_survive_a_missing_start(harness: Harness) -> None:
    harness.start_up()
    harness.invoke()
    assert harness.record("startup")["service"] == "tickets"
    assert harness.record("invocation")["n"] == 1
    assert harness.records("fault") == []


def test_beginnings_write_nothing(harness: Harness) -> None:
    harness.observe(started())
    harness.observe(startup().began)
    harness.observe(invoked())
    assert harness.out == []


def test_keys_of_the_state_may_be_anything(harness: Harness) -> None:
    keys: tuple[Any, ...] = ("model", 7, b"db")
    harness.observe(started())
    harness.start_up(startup()._replace(state_keys=keys))
    assert harness.record("startup")["state_keys"] == ["model", "7", "b'db'"]
