import pytest

from adapter.facts import EnvironmentStarted, StartupBegan, StartupDeferred
from tests.telemetry.facts import MS, T0, S, started, startup
from tests.telemetry.harness import Harness

READY = T0 + 1300 * MS
"""When the startup in `made` has ended."""


def starts(harness: Harness) -> list[str]:
    return [record["start"] for record in harness.records("invocation")]


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
def test_first_is_classed_rest_is_warm(harness: Harness, init_type: str, gap_ns: int, start: str) -> None:
    harness.observe(started(init_type=init_type))
    harness.start_up()
    for index in (1, 2):
        harness.invoke(index, at_ns=READY + gap_ns)
    assert starts(harness) == [start, "warm"]
    first, second = harness.records("invocation")
    assert first["gap_ms"] == round(gap_ns / MS, 3)
    assert "gap_ms" not in second


@pytest.mark.parametrize(
    ("start", "cold"), [("on-demand", 1), ("snap-start", 1), ("provisioned-concurrency", 0)]
)
def test_cold_start_means_a_wait(harness: Harness, start: str, cold: int) -> None:
    harness.observe(started(init_type=start))
    harness.invoke()
    harness.invoke(2)
    assert [record["ColdStart"] for record in harness.records("invocation")] == [cold, 0]
    server, _ = harness.spans
    assert server.attributes
    assert server.attributes["faas.coldstart"] is bool(cold)


def test_failed_first_leaves_second_warm(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(1, status=None, error="RuntimeError")
    harness.invoke(2)
    assert starts(harness) == ["cold", "warm"]


def test_gap_counts_from_imports_without_startup(harness: Harness) -> None:
    harness.observe(started(at_ns=T0 + 400 * MS, placement="first_invocation"))
    harness.invoke(at_ns=T0 + 900 * MS)
    assert harness.record("invocation")["gap_ms"] == 500


def test_deferred_startup_keeps_init_busy(harness: Harness) -> None:
    began = StartupBegan(T0 + 500 * MS, 1, "init")
    harness.observe(started())
    harness.observe(began)
    harness.observe(StartupDeferred(T0 + 9500 * MS, began))
    harness.invoke(at_ns=T0 + 9700 * MS)
    record = harness.record("invocation")
    assert (record["start"], record["gap_ms"]) == ("cold", 200)


def test_startup_inside_invocation_moves_no_gap(harness: Harness) -> None:
    harness.observe(started(placement="first_invocation"))
    harness.invoke(
        at_ns=T0 + 900 * MS, inside=lambda: harness.start_up(startup(T0 + 901 * MS, phase="invocation"))
    )
    assert harness.record("invocation")["gap_ms"] == 500


def test_threshold_is_a_setting() -> None:
    harness = Harness({"LIFESPAN_PROACTIVE_GAP_MS": "50"})
    harness.observe(started())
    harness.start_up()
    harness.invoke(at_ns=READY + 51 * MS)
    assert starts(harness) == ["proactive"]


def test_restored_snapshot_starts_again(harness: Harness) -> None:
    before = started(init_type="snap-start")
    harness.observe(before)
    harness.start_up()
    harness.observe(EnvironmentStarted(T0 + 3600 * S, before.environment, "init", restore_ns=30 * MS))
    harness.invoke(1, at_ns=T0 + 3600 * S + 80 * MS)
    harness.invoke(2, at_ns=T0 + 3601 * S)
    first, second = harness.records("invocation")
    assert (first["start"], first["gap_ms"], first["restore_ms"]) == ("snapstart", 80, 30)
    assert second["start"] == "warm"
    assert second.keys().isdisjoint({"gap_ms", "restore_ms"})
