import json

from hypothesis import given
from hypothesis import strategies as st

from adapter.facts import InvocationEnded
from telemetry import schema
from telemetry.current import Current
from telemetry.invocation_line import InvocationLine
from tests.telemetry.house import House
from tests.telemetry.made import MS, T0, answered, invoked, started

COMMON = {"v": 1, "service": "tickets", "environment": "3f0c12345678", "placement": "init"}


def test_first_invocation_tells_all(house: House) -> None:
    house.observe(started())
    house.invoke(status=201, touched={"model": 1, "tickets": 2}, startup_ns=800 * MS, shutdown_ns=25 * MS)
    record = house.record("invocation")
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
    house = House(
        {"POWERTOOLS_SERVICE_NAME": "ticket-reservations", "POWERTOOLS_METRICS_NAMESPACE": "Ticketing"}
    )
    house.observe(started(placement="every_invocation"))
    house.invoke(1)
    house.invoke(
        12_345,
        touched={"model": 1, "tickets": 12, "exporter": 3},
        startup_ns=123_456_789,
        shutdown_ns=9_876_543,
    )
    assert len(house.out[-1].encode()) <= 700


def test_values_keep_microseconds() -> None:
    line = InvocationLine("Tickets", COMMON)
    fact = InvocationEnded(invoked(), 4_200_499, 999, 200, None, {}, 0, 0)
    record = json.loads(line.filled(fact, Current()))
    assert (record["InvocationDuration"], record["cpu_ms"]) == (4.2, 0.001)


def test_absent_values_are_left_out() -> None:
    line = InvocationLine("Tickets", COMMON)
    record = json.loads(line.filled(answered(invoked(2), status=None), Current()))
    assert record.keys().isdisjoint(
        {"status", "error", "touched", "gap_ms", "startup_ms", "shutdown_ms", "trace_id"}
    )


@given(
    text=st.text(),
    status=st.none() | st.integers(100, 999),
    touched=st.dictionaries(st.text(), st.integers(0)),
    error=st.none() | st.text(min_size=1),
    wall_ns=st.integers(0, 10**15),
    gap_ns=st.none() | st.integers(0, 10**18),
    at_ns=st.integers(0, 4 * 10**18),
)
def test_line_is_json_whatever_is_in_it(
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
    current = Current()
    current.begin("cold", gap_ns)
    current.trace_id = "0" * 32
    written = line.filled(fact, current)
    assert written.isascii()
    assert written.count("\n") == 1
    record = json.loads(written)
    assert (record["service"], record["request_id"]) == (text, text)
    assert record.get("status") == status
    assert record.get("error") == error
    assert record.get("touched", {}) == touched
    assert abs(record["InvocationDuration"] - wall_ns / MS) <= 0.0006
    assert record["at"] == record["_aws"]["Timestamp"] == at_ns // MS


def test_state_key_of_any_type_is_written(house: House) -> None:
    house.observe(started())
    house.invoke(touched={7: 1})  # an app may use any key
    assert house.record("invocation")["touched"] == {"7": 1}
