"""The record of an invocation names the startup that serves it, and the process once."""

import pytest

from adapter.facts import EnvironmentEnded, EnvironmentStarted, SnapshotAnnounced
from tests.telemetry.facts import MS, T0, S, started, startup
from tests.telemetry.harness import Harness


def test_t12_first_record_of_a_process_has_the_constants(harness: Harness) -> None:
    """Also where no startup was recorded, as with `lifespan="off"`."""
    harness.observe(started(memory_mb=2048))
    for index in (1, 2):
        harness.invoke(index)
    first, second = harness.records("invocation")
    constants = {"function": "tickets-api", "version": "7", "memory_mb": 2048}
    assert constants.items() <= first.items()
    assert second.keys().isdisjoint({*constants, "startup_id"})


def test_t12_constants_are_no_dimensions(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke()
    [directive] = harness.record("invocation")["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["service"], ["service", "start"]]


def test_t12_invocation_names_its_startup(harness: Harness) -> None:
    harness.observe(started())
    for ordinal in (1, 2):
        harness.start_up(startup(ordinal=ordinal))
        harness.invoke(ordinal, startup_ordinal=ordinal)
    harness.invoke(3, startup_ordinal=1)
    assert [record["startup_id"] for record in harness.records("startup")] == ["9a1b2c3d-1", "9a1b2c3d-2"]
    served = [record["startup_id"] for record in harness.records("invocation")]
    assert served == ["9a1b2c3d-1", "9a1b2c3d-2", "9a1b2c3d-1"]


def restore(process: str) -> EnvironmentStarted:
    fact = started(at_ns=T0 + 900 * S, init_type="snap-start")
    environment = fact.environment._replace(id="5d5d5d5d5d5d", process=process)
    return fact._replace(environment=environment, restore_ns=40 * MS)


@pytest.mark.parametrize("environ", [{}, {"LIFESPAN_WRITE_EVERY": "100"}], ids=["each", "sampled"])
def test_t12_restored_environment_names_the_startup_at_publish(environ: dict[str, str]) -> None:
    harness = Harness(environ)
    harness.observe(started(init_type="snap-start"))
    harness.start_up()
    harness.observe(SnapshotAnnounced(T0 + 2 * S))
    harness.observe(restore("77777777"))
    for index in (1, 2):
        harness.invoke(index, startup_ordinal=1)
    harness.start_up(startup(ordinal=2, phase="invocation"))  # after a death
    harness.invoke(3, startup_ordinal=2)
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 3, 0))
    published, restarted = harness.records("startup")
    assert (published["startup_id"], restarted["startup_id"]) == ("9a1b2c3d-1", "77777777-2")
    served = [line for line in harness.lines if line["record"] in {"invocation", "warm"}]
    assert {line["process"] for line in served} == {"77777777"}
    assert [line["startup_id"] for line in served][-1] == "77777777-2"
    assert {line["startup_id"] for line in served[:-1]} == {"9a1b2c3d-1"}
    assert served[0]["version"] == "7"


def test_t12_forked_process_counts_its_own_startups(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up()
    forked = started()
    harness.observe(forked._replace(environment=forked.environment._replace(process="0f0f0f0f")))
    harness.start_up()
    harness.invoke(startup_ordinal=1)
    assert harness.record("invocation")["startup_id"] == "0f0f0f0f-1"
