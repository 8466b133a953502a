"""Records of warm invocations that share a line."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts import EnvironmentEnded, SnapshotAnnounced
from telemetry.settings import Settings
from tests.telemetry.facts import MS, T0, S, started, startup
from tests.telemetry.harness import Harness

EVERY = {"LIFESPAN_WRITE_EVERY": "5"}


def harness_after(statuses: Iterable[int], environ: dict[str, str], step_ns: int = 10 * MS) -> Harness:
    harness = Harness(environ)
    harness.observe(started())
    for index, status in enumerate(statuses, 1):
        harness.invoke(
            index, at_ns=T0 + 2 * S + index * step_ns, status=status, touched={"model": 1, "db": 2}
        )
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 1, 0))
    return harness


@given(
    statuses=st.lists(st.sampled_from([200, 200, 200, 404, 503]), max_size=60),
    every=st.integers(2, 100),
    step_ns=st.sampled_from([10 * MS, 7 * S, 45 * S]),
)
def test_metrics_are_those_of_all_lines(statuses: list[int], every: int, step_ns: int) -> None:
    whole = harness_after(statuses, {}, step_ns)
    sampled = harness_after(statuses, {"LIFESPAN_WRITE_EVERY": str(every)}, step_ns)
    assert Counter(sampled.points()) == Counter(whole.points())
    assert len(sampled.out) <= len(whole.out)


def test_one_of_several_has_a_line() -> None:
    harness = harness_after([200] * 21, EVERY)
    assert [record["n"] for record in harness.records("invocation")] == [1, 6, 11, 16, 21]
    assert [record["invocations"] for record in harness.records("warm")] == [4] * 4


def test_batch_names_what_it_holds() -> None:
    record = harness_after([200] * 6, EVERY).record("warm")
    assert record.pop("_aws")["Timestamp"] == record.pop("at")
    assert record == {
        "record": "warm",
        "v": 1,
        "service": "tickets",
        "environment": "3f0c12345678",
        "process": "9a1b2c3d",
        "placement": "init",
        "start": "warm",
        "invocations": 4,
        "request_ids": ["8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f"] * 4,
        "ColdStart": [0] * 4,
        "InvocationDuration": [4.2] * 4,
        "cpu_ms": 4 * 3.9,
        "touched": {"model": 4, "db": 4},
    }


def test_t23_batch_is_written_after_ten_seconds() -> None:
    """An environment that ends without SIGTERM has written all but the last seconds' requests."""
    harness = Harness({"LIFESPAN_WRITE_EVERY": "100"})
    harness.observe(started())
    for index in range(60):
        harness.invoke(1 + index, at_ns=T0 + 60 * S + index * S // 2)
    assert [record["n"] for record in harness.records("invocation")] == [1]
    assert [record["invocations"] for record in harness.records("warm")] == [21, 21]


def test_t23_batch_of_an_idle_environment_is_written_with_the_next_request() -> None:
    harness = Harness({"LIFESPAN_WRITE_EVERY": "100"})
    harness.observe(started())
    for index, second in enumerate((1, 2, 3, 40), 1):
        harness.invoke(index, at_ns=T0 + 60 * S + second * S)
    assert [record["invocations"] for record in harness.records("warm")] == [3]


def test_t12_batch_is_of_one_startup() -> None:
    harness = Harness(EVERY)
    harness.observe(started())
    for ordinal in (1, 2):
        harness.start_up(startup(ordinal=ordinal))
    for index, ordinal in enumerate((1, 1, 1, 2, 2), 1):
        harness.invoke(index, startup_ordinal=ordinal)
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 5, 0))
    batches = [(record["startup_id"], record["invocations"]) for record in harness.records("warm")]
    assert batches == [("9a1b2c3d-1", 2), ("9a1b2c3d-2", 2)]


def test_what_went_wrong_has_its_line() -> None:
    harness = harness_after([200, 200, 500, 200, 503, 200], {"LIFESPAN_WRITE_EVERY": "100"})
    assert [record["n"] for record in harness.records("invocation")] == [1, 3, 5]
    assert [record["invocations"] for record in harness.records("warm")] == [1, 1, 1]


@pytest.mark.parametrize(
    "end", [SnapshotAnnounced(T0), EnvironmentEnded(T0, 1, 0)], ids=lambda fact: type(fact).__name__
)
def test_nothing_is_left_at_the_end(end: Any) -> None:
    harness = Harness(EVERY)
    harness.observe(started())
    for index in (1, 2, 3):
        harness.invoke(index)
    harness.observe(end)
    assert harness.record("warm")["invocations"] == 2


def test_a_line_per_hundred_costs_little() -> None:
    whole, sampled = (
        harness_after([200] * 1001, environ) for environ in ({}, {"LIFESPAN_WRITE_EVERY": "100"})
    )
    sizes = [len("".join(harness.out)) for harness in (sampled, whole)]
    assert sizes[0] < sizes[1] / 10
    assert all(len(line) < 256 * 1024 for line in sampled.out)
    assert all(json.loads(line) for line in sampled.out)


@pytest.mark.parametrize("value", ["0", "101", "some"])
def test_nonsense_writes_all(value: str) -> None:
    settings = Settings.from_env({"LIFESPAN_WRITE_EVERY": value})
    assert (settings.write_every, settings.ignored) == (1, ("LIFESPAN_WRITE_EVERY",))


def test_experiments_need_every_line() -> None:
    experiment = {"LIFESPAN_EXPERIMENT": "init=50,first_invocation=50"}
    assert Settings.from_env({**EVERY, **experiment}).write_every == 1
    assert Settings.from_env(EVERY).write_every == 5


def test_keys_of_the_state_may_be_anything() -> None:
    harness = Harness(EVERY)
    harness.observe(started())
    for index in (1, 2, 3):
        harness.invoke(index, at_ns=T0 + 2 * S, touched={("a", "b"): 1})
    harness.observe(SnapshotAnnounced(T0 + 3 * S))
    assert harness.record("warm")["touched"] == {"('a', 'b')": 2}
