import enum
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts import EnvironmentEnded, InvocationEnded, SnapshotAnnounced
from telemetry import schema
from telemetry.invocation_context import InvocationContext
from telemetry.records.invocations import InvocationLine
from telemetry.settings import Settings
from tests.telemetry.facts import MS, T0, S, answered, invoked, started
from tests.telemetry.harness import Harness

COMMON = {"v": 1, "service": "tickets", "environment": "3f0c12345678", "placement": "init"}


def test_first_invocation_has_all_fields(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(status=201, touched={"model": 1, "tickets": 2}, startup_ns=800 * MS, shutdown_ns=25 * MS)
    record = harness.record("invocation")
    directives = record.pop("_aws")
    trace_id = record.pop("trace_id")
    assert len(trace_id) == 32
    assert int(trace_id, 16)
    assert record == {
        "record": "invocation",
        "v": 1,
        "at": (T0 + 1400 * MS) // MS,
        "service": "tickets",
        "environment": "3f0c12345678",
        "process": "9a1b2c3d",
        "placement": "init",
        "n": 1,
        "request_id": "8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f",
        "start": "cold",
        "ColdStart": 1,
        "InvocationDuration": 4.2,
        "cpu_ms": 3.9,
        "status": 201,
        "touched": {"model": 1, "tickets": 2},
        "gap_ms": 1000,
        "startup_ms": 800,
        "shutdown_ms": 25,
    }
    assert directives["Timestamp"] == record["at"]


def test_warm_line_is_small() -> None:
    harness = Harness(
        {"POWERTOOLS_SERVICE_NAME": "ticket-reservations", "POWERTOOLS_METRICS_NAMESPACE": "Ticketing"}
    )
    harness.observe(started(placement="every_invocation"))
    harness.invoke(1)
    harness.invoke(
        12_345,
        touched={"model": 1, "tickets": 12, "exporter": 3},
        startup_ns=123_456_789,
        shutdown_ns=9_876_543,
    )
    assert len(harness.out[-1].encode()) <= 700


def test_values_keep_microseconds() -> None:
    line = InvocationLine("Tickets", COMMON)
    fact = InvocationEnded(invoked(), 4_200_499, 999, 200, None, {}, 0, 0)
    record = json.loads(line.filled(fact, InvocationContext()))
    assert (record["InvocationDuration"], record["cpu_ms"]) == (4.2, 0.001)


def test_absent_values_are_left_out() -> None:
    line = InvocationLine("Tickets", COMMON)
    record = json.loads(line.filled(answered(invoked(2), status=None), InvocationContext()))
    assert record.keys().isdisjoint(
        {"status", "error", "touched", "gap_ms", "startup_ms", "shutdown_ms", "trace_id"}
    )


@pytest.mark.parametrize("environ", [{}, {"LIFESPAN_WRITE_EVERY": "100"}], ids=["each", "sampled"])
@pytest.mark.parametrize("error", [None, "CancelledError"])
def test_invocation_that_was_cut_is_counted(environ: dict[str, str], error: str | None) -> None:
    """Whatever came of it: a response may have been whole, and what left the app may be nothing."""
    harness = Harness(environ)
    harness.observe(started())
    for index, cut in enumerate((False, False, True, False), 1):
        harness.invoke(index, cut=cut, error=error if cut else None)
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 4, 0))
    [record] = [record for record in harness.records("invocation") if record["n"] == 3]
    assert (record["cut"], record.get("error")) == (True, error)
    counted = [point for point in points(harness) if point[0] == "InvocationCut"]
    assert [(dimensions, value) for _, dimensions, _, value in counted] == [(("tickets",), 1)]
    others = [record for record in harness.records("invocation") if record["n"] != 3]
    assert all(record.keys().isdisjoint({"cut", "InvocationCut"}) for record in others)


class Status(int, enum.Enum):
    """Its text is its name, which is no JSON."""

    TEAPOT = 418


class Formatted(int):
    """A number that is written as something else."""

    def __str__(self) -> str:
        return "four hundred"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return "four hundred"


STATUSES = st.integers(100, 999)


@given(
    text=st.text(),
    status=st.none() | STATUSES | STATUSES.map(Formatted) | st.sampled_from([Status.TEAPOT, True]),
    touched=st.dictionaries(st.text(), st.integers(0)),
    error=st.none() | st.text(min_size=1),
    wall_ns=st.integers(0, 10**15),
    gap_ns=st.none() | st.integers(0, 10**18),
    at_ns=st.integers(0, 4 * 10**18),
)
def test_t6_line_is_json_whatever_is_in_it(
    text: str,
    status: int | None,
    touched: dict[str, int],
    error: str | None,
    wall_ns: int,
    gap_ns: int | None,
    at_ns: int,
) -> None:
    line = InvocationLine(text, {**COMMON, schema.SERVICE: text})
    began = invoked(3, at_ns, request_id=text)
    fact = InvocationEnded(began, wall_ns, wall_ns, status, error, touched, 0, 0)
    context = InvocationContext()
    context.reset("cold", gap_ns)
    context.trace_id = "0" * 32
    written = line.filled(fact, context)
    assert written.isascii()
    assert written.count("\n") == 1
    record = json.loads(written)
    assert (record["service"], record["request_id"]) == (text, text)
    assert record.get("status") == status
    assert type(record.get("status", 0)) is int
    assert record.get("error") == error
    assert record.get("touched", {}) == touched
    assert abs(record["InvocationDuration"] - wall_ns / MS) <= 0.0006
    assert record["at"] == record["_aws"]["Timestamp"] == at_ns // MS


def test_state_key_of_any_type_is_written(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(touched={7: 1})  # an app may use any key
    assert harness.record("invocation")["touched"] == {"7": 1}


EVERY = {"LIFESPAN_WRITE_EVERY": "5"}
MINUTE = 60 * S


def harness_after(statuses: Iterable[int], environ: dict[str, str], step_ns: int = 10 * MS) -> Harness:
    harness = Harness(environ)
    harness.observe(started())
    for index, status in enumerate(statuses, 1):
        harness.invoke(
            index, at_ns=T0 + 2 * S + index * step_ns, status=status, touched={"model": 1, "db": 2}
        )
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 1, 0))
    return harness


def points(harness: Harness) -> Iterator[tuple[str, tuple[str, ...], int, float]]:
    """What CloudWatch makes of the lines: metric, dimensions' values, minute, and each value."""
    for line in harness.lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric, dimensions in (
                (metric["Name"], names)
                for metric in directive["Metrics"]
                for names in directive["Dimensions"]
            ):
                values = line[metric] if isinstance(line[metric], list) else [line[metric]]
                for value in values:
                    minute = line["_aws"]["Timestamp"] * MS // MINUTE
                    yield metric, tuple(line[name] for name in dimensions), minute, value


@given(
    statuses=st.lists(st.sampled_from([200, 200, 200, 404, 503]), max_size=60),
    every=st.integers(2, 100),
    step_ns=st.sampled_from([10 * MS, 7 * S, 45 * S]),
)
def test_metrics_are_those_of_all_lines(statuses: list[int], every: int, step_ns: int) -> None:
    whole = harness_after(statuses, {}, step_ns)
    sampled = harness_after(statuses, {"LIFESPAN_WRITE_EVERY": str(every)}, step_ns)
    assert Counter(points(sampled)) == Counter(points(whole))
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
