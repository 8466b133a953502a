"""Whatever the service puts into a line, the line is JSON, and the request goes on."""

import enum
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn
from uuid import UUID

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from telemetry.logs.rendering import DEEPEST, LONGEST_REPR, rendered
from tests.telemetry.facts import started
from tests.telemetry.harness import Harness

KEY = UUID("12345678123456781234567812345678")


class Raising:
    def __repr__(self) -> NoReturn:
        raise RuntimeError("no")

    __str__ = __repr__


class Long:
    def __repr__(self) -> str:
        return "x" * (LONGEST_REPR + 1)


class RaisingStructlog:
    def __structlog__(self) -> NoReturn:
        raise RuntimeError("no")


class RaisingMapping(dict[str, Any]):
    def items(self) -> NoReturn:
        raise RuntimeError("no")


class RaisingList(list[Any]):
    def __iter__(self) -> NoReturn:
        raise RuntimeError("no")


class Colour(enum.Enum):
    RED = 1


class Number(int, enum.Enum):
    ONE = 1


@dataclass
class Seat:
    row: str


def circular() -> dict[str, Any]:
    loop: dict[str, Any] = {"a": 1}
    loop["self"] = [loop]
    return loop


def deep(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


def void(_: object) -> None:
    """Take what is of no use."""


def logged(harness: Harness, log: Callable[[Any], object]) -> tuple[dict[str, Any], list[str]]:
    """The line that `log` writes inside an invocation, and the faults that telemetry recorded."""
    harness.observe(started())
    harness.invoke(inside=lambda: void(log(structlog.get_logger())))
    [line] = [line for line in harness.lines if "record" not in line]
    assert line["request_id"] == harness.record("invocation")["request_id"]
    assert (line["service"], line["start"], line["placement"]) == ("tickets", "cold", "init")
    assert harness.out[0].count("\n") == 1
    return line, [fault["sink"] for fault in harness.records("fault")]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({KEY: 1}, {repr(KEY): 1}),
        ({("a", 1): {b"k": KEY}}, {"('a', 1)": {"b'k'": repr(KEY)}}),
        ({"kept": 1, "lost": Raising()}, {"kept": 1, "lost": "<unprintable Raising>"}),
        ([RaisingList([1]), 1], ["[1]", 1]),
        (10**5000, "<unprintable int>"),
        ({10**5000: 1}, {"<unprintable int>": 1}),
        (circular(), {"a": 1, "self": ["{'a': 1, 'self': [{...}]}"]}),
    ],
    ids=["key", "keys", "repr", "list", "digits", "digits of a key", "circular"],
)
def test_t4_what_json_has_no_form_for_is_its_repr_and_a_fault(
    harness: Harness, value: object, written: object
) -> None:
    line, faults = logged(harness, lambda log: log.info("x", value=value, seats=2))
    assert (line["value"], line["seats"], line["message"]) == (written, 2, "x")
    assert faults == ["logs"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ([math.nan, {"a": math.inf}, -math.inf], [None, {"a": None}, None]),
        (Number.ONE, 1),
        (Colour.RED, "<Colour.RED: 1>"),
        (Seat("A"), "Seat(row='A')"),
        ({1}, "{1}"),
        (b"\xff", "b'\\xff'"),
        ("\ud800", "\ud800"),
        (Decimal("1.5"), "Decimal('1.5')"),
        (Fraction(1, 2), 0.5),
        ([RaisingMapping(a=1), 1], [{"a": 1}, 1]),
        ({1: 2, None: 3, False: 4}, {"1": 2, "null": 3, "false": 4}),
    ],
    ids=str,
)
def test_t4_odd_values_that_can_be_told_are_no_fault(
    harness: Harness, value: object, written: object
) -> None:
    line, faults = logged(harness, lambda log: log.info("x", value=value))
    assert (line["value"], faults) == (written, [])


def test_t4_numbers_of_numpy_are_numbers(harness: Harness) -> None:
    numpy = pytest.importorskip("numpy")
    values = [numpy.int64(7), numpy.float32(0.5), numpy.float64("nan")]
    line, faults = logged(harness, lambda log: log.info("x", value=values))
    assert (line["value"], faults) == ([7, 0.5, None], [])


def test_t4_nesting_is_bounded(harness: Harness) -> None:
    line, faults = logged(harness, lambda log: log.info("x", value=deep(100_000)))
    value, levels = line["value"], 0
    while isinstance(value, list):
        value, levels = value[0], levels + 1
    assert (value, levels, faults) == ("<unprintable list>", DEEPEST - 1, ["logs"])


@pytest.mark.parametrize("value", [{"a": Long()}, {KEY: Long()}], ids=["at first", "rebuilt"])
def test_t4_a_repr_is_bounded(value: object) -> None:
    [text] = json.loads(rendered({"value": value}, lambda _: None))["value"].values()
    assert text == "x" * LONGEST_REPR + "…"


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.binary()
    | st.uuids()
    | st.dates()
    | st.decimals()
    | st.complex_numbers()
    | st.sampled_from([Raising, RaisingStructlog, Long, object]).map(lambda kind: kind())
    | st.sampled_from([Raising, Number.ONE, Colour.RED])
    | st.integers(5000, 6000).map(lambda digits: 10**digits)
)
KEYS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.uuids() | st.tuples(st.binary())
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.builds(RaisingList, st.lists(inner, max_size=2))
        | st.dictionaries(st.text(), inner, max_size=2).map(RaisingMapping)
    ),
    max_leaves=12,
)


NAMES = st.text() | st.sampled_from(
    ["level", "message", "service", "start", "request_id", "exc_info", "event"]
)


@given(message=VALUES, arguments=st.lists(VALUES, max_size=2), fields=st.dictionaries(NAMES, VALUES))
def test_t4_any_call_writes_one_line_of_json(
    message: Any, arguments: list[Any], fields: dict[str, Any]
) -> None:
    def refuse(constant: str) -> NoReturn:
        raise ValueError(constant)

    harness = Harness()
    harness.observe(started())
    harness.invoke(inside=lambda: structlog.get_logger().info(message, *arguments, **fields))
    [text] = [text for text in harness.out if '"record":' not in text]
    line = json.loads(text, parse_constant=refuse)
    assert text.isascii()
    assert text.index("\n") == len(text) - 1
    record = harness.record("invocation")
    for key in ("request_id", "trace_id", "start", "placement", "service"):
        assert line[key] == record[key]
    assert (line["level"], "message" in line) == ("INFO", True)
