"""The record of an invocation: its fields, whatever is in them, and what pings leave out."""

import enum
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.facts import EnvironmentEnded, InvocationEnded
from telemetry import schema
from telemetry.invocation_context import InvocationContext
from telemetry.records.invocations import InvocationLine
from tests.telemetry.facts import MS, T0, S, answered, invoked, resource, started, startup
from tests.telemetry.harness import Harness

COMMON = {"v": 1, "service": "tickets", "environment": "3f0c12345678", "placement": "init"}
IDENTIFIER = "8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f"


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
        "function": "tickets-api",
        "version": "7",
        "memory_mb": 512,
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
    counted = [point for point in harness.points() if point[0] == "InvocationCut"]
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
    kept = record.get("touched", {})
    assert kept.items() <= touched.items()
    assert len(kept) + record.get("touched_more", 0) == len(touched)
    assert len(json.dumps(kept)) <= 512 + 2 * len(kept) + 2
    assert abs(record["InvocationDuration"] - wall_ns / MS) <= 0.0006
    assert record["at"] == record["_aws"]["Timestamp"] == at_ns // MS


def test_t21_many_state_keys_are_counted(harness: Harness) -> None:
    harness.observe(started())
    harness.start_up(startup(resources=(resource("model"), resource("tickets"))))
    keys = [f"key_{number}" for number in range(5000)]
    harness.invoke(1)
    harness.invoke(2, touched=dict.fromkeys([*keys, "model", "tickets"], 1))
    line = harness.out[-1]
    record = json.loads(line)
    assert [*record["touched"]][:2] == ["model", "tickets"]
    assert len(record["touched"]) + record["touched_more"] == 5002
    assert len(line) <= 700 + 512


def test_t21_long_state_key_is_left_out_whole(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(touched={"k" * 600: 3, "model": 1})
    record = harness.record("invocation")
    assert (record["touched"], record["touched_more"]) == ({"model": 1}, 1)


@pytest.mark.parametrize("environ", [{}, {"LIFESPAN_WRITE_EVERY": "100"}], ids=["each", "sampled"])
def test_t13_ping_is_marked_and_no_request(environ: dict[str, str]) -> None:
    harness = Harness(environ)
    harness.observe(started())
    harness.invoke(1, ping=True, status=None, startup_ordinal=1)
    harness.invoke(2, startup_ordinal=1)
    harness.invoke(3, ping=True, status=None, startup_ordinal=1)
    harness.observe(EnvironmentEnded(T0 + 3600 * S, 3, 0))
    pings = [record for record in harness.records("invocation") if record.get("ping")]
    assert [(ping["n"], ping["start"]) for ping in pings] == [(1, "cold"), (3, "warm")]
    assert all(ping.keys().isdisjoint({"_aws", "ColdStart", "status", "touched"}) for ping in pings)
    assert [ping["InvocationDuration"] for ping in pings] == [4.2, 4.2]
    assert pings[0]["gap_ms"] == 1000
    assert (pings[0]["version"], "version" in pings[1]) == ("7", False)
    [request] = [line for line in harness.lines if line["record"] != "end" and not line.get("ping")]
    assert (request["start"], request.get("request_ids", [""])) in [("warm", [""]), ("warm", [IDENTIFIER])]
    assert {(name, value) for name, _, _, value in harness.points()} == {
        ("ColdStart", 0),
        ("InvocationDuration", 4.2),
    }


def test_t13_failed_ping_says_why(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(ping=True, status=None, error="LifespanStartupError", startup_ns=90 * MS)
    record = harness.record("invocation")
    assert (record["error"], record["startup_ms"]) == ("LifespanStartupError", 90)
    assert "startup_id" not in record


def test_state_key_of_any_type_is_written(harness: Harness) -> None:
    harness.observe(started())
    harness.invoke(touched={7: 1})  # an app may use any key
    assert harness.record("invocation")["touched"] == {"7": 1}
