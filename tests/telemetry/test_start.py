import pytest

from adapter.facts import EnvironmentStarted, StartupBegan, StartupDeferred
from tests.telemetry.house import House
from tests.telemetry.made import MS, T0, S, started, startup

READY = T0 + 1300 * MS
"""When the startup in `made` has ended."""


def starts(house: House) -> list[str]:
    return [record["start"] for record in house.records("invocation")]


@pytest.mark.parametrize(
    ("init_type", "gap_ns", "start"),
    [
        ("on-demand", 100 * MS, "cold"),
        ("on-demand", 10 * S, "cold"),
        ("on-demand", 10 * S + 1, "proactive"),
        ("", 0, "cold"),
        ("provisioned-concurrency", 0, "provisioned"),
        ("provisioned-concurrency", 3600 * S, "provisioned"),
        ("lambda-managed-instances", 0, "provisioned"),
        ("snap-start", 5 * S, "snapstart"),
    ],
)
def test_first_is_classed_rest_is_warm(house: House, init_type: str, gap_ns: int, start: str) -> None:
    house.observe(started(init_type=init_type))
    house.start_up()
    for index in (1, 2):
        house.invoke(index, at_ns=READY + gap_ns)
    assert starts(house) == [start, "warm"]
    first, second = house.records("invocation")
    assert first["gap_ms"] == round(gap_ns / MS, 3)
    assert "gap_ms" not in second


@pytest.mark.parametrize(
    ("start", "cold"), [("on-demand", 1), ("snap-start", 1), ("provisioned-concurrency", 0)]
)
def test_cold_start_means_a_wait(house: House, start: str, cold: int) -> None:
    house.observe(started(init_type=start))
    house.invoke()
    house.invoke(2)
    assert [record["ColdStart"] for record in house.records("invocation")] == [cold, 0]
    server, _ = house.spans
    assert server.attributes
    assert server.attributes["faas.coldstart"] is bool(cold)


def test_failed_first_leaves_second_warm(house: House) -> None:
    house.observe(started())
    house.invoke(1, status=None, error="RuntimeError")
    house.invoke(2)
    assert starts(house) == ["cold", "warm"]


def test_gap_counts_from_imports_without_startup(house: House) -> None:
    house.observe(started(at_ns=T0 + 400 * MS, placement="first_invocation"))
    house.invoke(at_ns=T0 + 900 * MS)
    assert house.record("invocation")["gap_ms"] == 500


def test_deferred_startup_keeps_init_busy(house: House) -> None:
    began = StartupBegan(T0 + 500 * MS, 1, "init")
    house.observe(started())
    house.observe(began)
    house.observe(StartupDeferred(T0 + 9500 * MS, began))
    house.invoke(at_ns=T0 + 9700 * MS)
    record = house.record("invocation")
    assert (record["start"], record["gap_ms"]) == ("cold", 200)


def test_startup_inside_invocation_moves_no_gap(house: House) -> None:
    house.observe(started(placement="first_invocation"))
    house.invoke(
        at_ns=T0 + 900 * MS, inside=lambda: house.start_up(startup(T0 + 901 * MS, phase="invocation"))
    )
    assert house.record("invocation")["gap_ms"] == 500


def test_threshold_is_a_setting() -> None:
    house = House({"LIFESPAN_PROACTIVE_GAP_MS": "50"})
    house.observe(started())
    house.start_up()
    house.invoke(at_ns=READY + 51 * MS)
    assert starts(house) == ["proactive"]


def test_restored_snapshot_starts_again(house: House) -> None:
    before = started(init_type="snap-start")
    house.observe(before)
    house.start_up()
    house.observe(EnvironmentStarted(T0 + 3600 * S, before.environment, "init", restore_ns=30 * MS))
    house.invoke(1, at_ns=T0 + 3600 * S + 80 * MS)
    house.invoke(2, at_ns=T0 + 3601 * S)
    first, second = house.records("invocation")
    assert (first["start"], first["gap_ms"], first["restore_ms"]) == ("snapstart", 80, 30)
    assert second["start"] == "warm"
    assert second.keys().isdisjoint({"gap_ms", "restore_ms"})
