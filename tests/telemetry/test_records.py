import json
from typing import Any

import pytest

from adapter.facts import EnvironmentEnded, LifespanDied, MemoryDelta, PlacementChanged
from telemetry import schema
from tests.telemetry.house import House
from tests.telemetry.made import MS, T0, S, invoked, resource, shut_down, started, startup

MIB = 1_048_576


def test_startup_tells_cost_and_state(house: House) -> None:
    house.observe(started())
    model = resource("model", MemoryDelta(40 * MIB, 44 * MIB, 1000))
    house.start_up(startup(memory=MemoryDelta(50 * MIB, 51 * MIB, 2000), resources=(model,)))
    record = house.record("startup")
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
def test_state_is_the_larger_growth(house: House, memory: MemoryDelta, size: int, method: str) -> None:
    house.observe(started())
    house.start_up(startup(memory=memory))
    record = house.record("startup")
    assert (record["StateSize"], record["state_method"]) == (size, method)


def test_unknown_values_are_left_out(house: House) -> None:
    house.observe(started(memory_mb=None))
    house.start_up(startup(memory=MemoryDelta(1, None, 1)))
    record = house.record("startup")
    assert record.keys().isdisjoint({"memory_mb", "native_bytes", "StateShareOfMemory", "error"})
    assert "StateShareOfMemory" not in json.dumps(record["_aws"])


def test_resource_has_its_own_line(house: House) -> None:
    house.observe(started())
    house.start_up(startup(resources=(resource("model", MemoryDelta(1, 2, 3)), resource("pool"))))
    model, pool = house.records("resource")
    assert (model["resource"], model["ordinal"], model["ResourceDuration"]) == ("model", 1, 300)
    assert (model["cpu_ms"], model["modules"], model["overlapped"]) == (200, 131, False)
    assert (model["rss_bytes"], model["native_bytes"], model["py_blocks"]) == (1, 2, 3)
    assert model["at"] == (T0 + 550 * MS) // MS
    assert pool["resource"] == "pool"


def test_metrics_end_after_ten_resources(house: House) -> None:
    house.observe(started())
    house.start_up(startup(resources=tuple(resource(f"r{number}") for number in range(12))))
    with_metrics = ["_aws" in record for record in house.records("resource")]
    assert with_metrics == [True] * schema.RESOURCES_WITH_METRICS + [False] * 2


@pytest.mark.parametrize("name", ["modèle", "", " ", ":model", "a\nb", "m" * 1025])
def test_unplottable_names_carry_no_metric(house: House, name: str) -> None:
    house.observe(started())
    house.start_up(startup(resources=(resource(name),)))
    record = house.record("resource")
    assert record["resource"] == name
    assert "_aws" not in record


def test_repeats_carry_no_metric(house: House) -> None:
    house.observe(started())
    house.start_up(startup(ordinal=2, phase="invocation", resources=(resource(),)))
    assert house.record("startup")["ordinal"] == 2
    assert "init_ms" not in house.record("startup")
    assert not any("_aws" in line for line in house.lines)


def test_failure_is_named_by_type(house: House) -> None:
    house.observe(started())
    house.start_up(startup(outcome="failed", error="RuntimeError", resources=(resource(error="OSError"),)))
    assert house.record("startup")["error"] == "RuntimeError"
    assert house.record("resource")["error"] == "OSError"
    failure = house.record("failure")
    assert (failure["phase"], failure["ordinal"], failure["error"]) == ("init", 1, "RuntimeError")
    assert failure["LifespanFailure"] == 1
    assert [line["record"] for line in house.lines if "_aws" in line] == ["failure"]


def test_app_without_lifespan_has_no_startup_metric(house: House) -> None:
    house.observe(started())
    house.start_up(startup(outcome="unsupported"))
    assert "_aws" not in house.record("startup")
    assert house.records("failure") == []


def test_shutdown_tells_duration(house: House) -> None:
    house.observe(started())
    fact = shut_down()
    house.observe(fact.began)
    house.observe(fact)
    record = house.record("shutdown")
    assert (record["ordinal"], record["phase"], record["outcome"]) == (1, "shutdown", "complete")
    assert record["duration_ms"] == 25
    assert "_aws" not in record


def test_failed_shutdown_is_a_failure(house: House) -> None:
    house.observe(started())
    house.observe(shut_down(outcome="failed", error="TimeoutError"))
    assert house.record("shutdown")["error"] == "TimeoutError"
    assert (house.record("failure")["phase"], house.record("failure")["error"]) == (
        "shutdown",
        "TimeoutError",
    )


def test_death_is_named_by_type(house: House) -> None:
    house.observe(started())
    house.observe(LifespanDied(T0 + 5 * S, 1, "OSError"))
    record = house.record("death")
    assert (record["at"], record["ordinal"], record["error"]) == ((T0 + 5 * S) // MS, 1, "OSError")
    assert record["LifespanDeath"] == 1


def test_late_and_repeated_inits_say_so(house: House) -> None:
    house.observe(started()._replace(reinit=True))
    house.start_up(startup()._replace(deferred=True))
    house.start_up(startup(ordinal=2))
    first, second = house.records("startup")
    assert (first["reinit"], first["deferred"]) == (True, True)
    assert second["reinit"] is True
    assert "deferred" not in second


def test_fallback_keeps_the_assigned_placement(house: House) -> None:
    house.observe(started(placement="every_invocation"))
    reason = "a repeated startup failed"
    house.observe(PlacementChanged(T0 + 2 * S, "every_invocation", "init", reason, "RuntimeError"))
    record = house.record("fallback")
    assert (record["placement"], record["in_force"]) == ("every_invocation", "init")
    assert (record["reason"], record["error"]) == (reason, "RuntimeError")
    house.invoke()
    assert house.record("invocation")["placement"] == "every_invocation"


def test_end_counts_losses(house: House) -> None:
    house.observe(started())
    house.invoke()
    house.observe(EnvironmentEnded(T0 + 90 * S, 1, 2))
    record = house.record("end")
    assert (record["invocations"], record["faults"], record["dropped_spans"]) == (1, 2, 0)
    assert house.lines[-1] == record


def test_each_record_is_one_write(house: House) -> None:
    house.observe(started())
    house.start_up(startup(resources=(resource("a\nb"),)))
    house.invoke(touched={"a\nb": 1})
    for line in house.out:
        assert line.endswith("}\n")
        assert line.count("\n") == 1


def test_new_process_renames_the_rest(house: House) -> None:
    house.observe(started())
    first = started(placement="first_invocation")
    house.observe(first)
    house.invoke()
    assert house.record("invocation")["placement"] == "first_invocation"


def test_records_survive_a_missing_start(house: House) -> None:
    house.start_up()
    house.invoke()
    assert house.record("startup")["service"] == "tickets"
    assert house.record("invocation")["n"] == 1
    assert house.records("fault") == []


def test_beginnings_write_nothing(house: House) -> None:
    house.observe(started())
    house.observe(startup().began)
    house.observe(invoked())
    assert house.out == []


def test_keys_of_the_state_may_be_anything(house: House) -> None:
    keys: tuple[Any, ...] = ("model", 7, b"db")
    house.observe(started())
    house.start_up(startup()._replace(state_keys=keys))
    assert house.record("startup")["state_keys"] == ["model", "7", "b'db'"]
