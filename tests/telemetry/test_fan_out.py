from collections.abc import Callable
from functools import partial
from typing import get_args

from adapter.facts import EnvironmentEnded, Fact, InvocationBegan
from telemetry.fan_out import FanOut, Handlers
from tests.telemetry.made import answered, invoked, shut_down, started, startup


def hearing_all(handle: Callable[[Fact], None]) -> Handlers:
    return dict.fromkeys(get_args(Fact), handle)


def _visit(visits: list[str], name: str, _: Fact) -> None:
    visits.append(name)


def test_ends_visit_in_reverse() -> None:
    visits: list[str] = []
    sinks = [(name, hearing_all(partial(_visit, visits, name))) for name in "abc"]
    fan_out = FanOut(sinks, lambda *_: None)
    began = invoked()
    for fact in (started(), began, answered(began), startup(), shut_down().began, shut_down()):
        fan_out.observe(fact)
    orders = ["".join(visits[first : first + 3]) for first in range(0, len(visits), 3)]
    assert orders == ["abc", "abc", "cba", "cba", "abc", "cba"]


def test_raising_sink_stops_no_other() -> None:
    seen: list[Fact] = []
    faults: list[tuple[str, str]] = []

    def broken(fact: Fact) -> None:
        raise LookupError("a value of the state")

    sinks = [
        (name, hearing_all(handle))
        for name, handle in (("a", seen.append), ("b", broken), ("c", seen.append))
    ]
    fan_out = FanOut(sinks, lambda name, error: faults.append((name, type(error).__name__)))
    fact = started()
    fan_out.observe(fact)
    assert seen == [fact, fact]
    assert faults == [("b", "LookupError")]


def test_sinks_hear_what_they_name() -> None:
    seen: list[Fact] = []
    fan_out = FanOut([("a", {InvocationBegan: seen.append})], lambda *_: None)
    began = invoked()
    for fact in (started(), began, answered(began), EnvironmentEnded(0, 0, 0)):
        fan_out.observe(fact)
    assert seen == [began]
