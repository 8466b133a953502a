import copy
import pickle
import time
from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupError
from adapter.facts import (
    EnvironmentEnded,
    EnvironmentStarted,
    Fact,
    InvocationBegan,
    InvocationEnded,
    MemoryDelta,
    PlacementChanged,
    ShutdownBegan,
    StartupBegan,
    StartupEnded,
)
from tests.adapter.apps import Recorded, respond, with_startup
from tests.adapter.events import http_event

CANARY = "canary-5f2c"


def names(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def ended(facts: list[Fact]) -> InvocationEnded:
    return next(fact for fact in facts if isinstance(fact, InvocationEnded))


def test_order_of_init(inside_lambda: None) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(pool=1), observe=facts.append) as handler:
        assert names(facts) == ["EnvironmentStarted", "StartupBegan", "StartupEnded"]
        handler(http_event(), None)
        handler(http_event(), None)
    assert names(facts)[3:] == [
        *["InvocationBegan", "InvocationEnded"] * 2,
        *["ShutdownBegan", "ShutdownEnded", "EnvironmentEnded"],
    ]
    began = facts[1]
    assert isinstance(began, StartupBegan)
    assert (began.ordinal, began.phase) == (1, "init")
    last = facts[-1]
    assert isinstance(last, EnvironmentEnded)
    assert (last.invocations, last.faults) == (2, 0)


def test_order_of_first_invocation(inside_lambda: None) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), placement="first_invocation", observe=facts.append) as handler:
        assert names(facts) == ["EnvironmentStarted"]
        handler(http_event(), None)
    assert names(facts)[1:5] == ["InvocationBegan", "StartupBegan", "StartupEnded", "InvocationEnded"]


def test_order_outside_lambda() -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), observe=facts.append) as handler:
        assert facts == []
        handler(http_event(), None)
    assert names(facts)[:4] == ["EnvironmentStarted", "InvocationBegan", "StartupBegan", "StartupEnded"]
    began = facts[2]
    assert isinstance(began, StartupBegan)
    assert began.phase == "invocation"


def test_facts_cannot_be_changed() -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), observe=facts.append) as handler:
        handler(http_event(), None)
    for fact in facts:
        for name in fact._fields:
            with pytest.raises(AttributeError):
                setattr(fact, name, None)


def test_environment_names_its_placement(inside_lambda: None) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), placement="every_invocation", observe=facts.append):
        pass
    first = facts[0]
    assert isinstance(first, EnvironmentStarted)
    assert first.placement == "every_invocation"


def test_startup_names_keys_only(inside_lambda: None) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(pool=CANARY, model=CANARY), observe=facts.append):
        pass
    startup = facts[2]
    assert isinstance(startup, StartupEnded)
    assert startup.state_keys == ("pool", "model")
    assert (startup.outcome, startup.error) == ("complete", None)
    assert CANARY not in repr(facts)


def test_failed_init_is_stated_and_closed(inside_lambda: None) -> None:
    facts: list[Fact] = []
    app = with_startup({"type": "lifespan.startup.failed", "message": CANARY}, then=OSError(CANARY))
    with pytest.raises(LifespanStartupError) as caught:
        LifespanAdapter(app, observe=facts.append)
    assert names(facts) == ["EnvironmentStarted", "StartupBegan", "StartupEnded", "EnvironmentEnded"]
    startup = facts[2]
    assert isinstance(startup, StartupEnded)
    assert (startup.outcome, startup.error, startup.state_keys) == ("failed", "OSError", ())
    assert CANARY not in repr(facts)
    assert CANARY not in str(caught.value)


def test_nothing_private_in_facts() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(CANARY)

    event = http_event(f"/{CANARY}", "POST", headers={"authorization": CANARY}, body=CANARY)
    event["rawQueryString"] = f"q={CANARY}"
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        assert handler(event, None)["statusCode"] == 500
    assert CANARY not in repr(facts)


def test_swallowed_exception_is_named() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise LookupError

    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        handler(http_event(), None)
    assert (ended(facts).status, ended(facts).error) == (500, "LookupError")


def test_exception_after_response_is_named() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send, status=201)
        raise LookupError

    facts: list[Fact] = []
    with LifespanAdapter(app, "off", observe=facts.append) as handler:
        assert handler(http_event(), None)["statusCode"] == 201
    assert (ended(facts).status, ended(facts).error) == (201, "LookupError")


def test_uninferable_event_is_stated() -> None:
    app = Recorded()
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        with pytest.raises(RuntimeError, match="unable to infer"):
            handler({"Records": [{"eventSource": "aws:sqs"}]}, None)
        handler(http_event(), None)
    assert names(facts)[:3] == ["EnvironmentStarted", "InvocationBegan", "InvocationEnded"]
    assert (ended(facts).status, ended(facts).error, ended(facts).startup_ns) == (
        None,
        "UnknownEventError",
        0,
    )
    assert app.log == ["startup", "request", "shutdown"]


def test_missing_response_is_stated() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        return

    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        handler(http_event(), None)
    assert (ended(facts).status, ended(facts).error) == (500, None)


def test_failed_lazy_startup_is_stated() -> None:
    facts: list[Fact] = []
    app = with_startup({"type": "lifespan.startup.failed"})
    with LifespanAdapter(app, observe=facts.append) as handler, pytest.raises(LifespanStartupError):
        handler(http_event(), None)
    assert ended(facts).error == "LifespanStartupError"
    assert ended(facts).startup_ns > 0


def test_context_is_told() -> None:
    class Context:
        aws_request_id = "8f5"
        invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f"

    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), observe=facts.append) as handler:
        handler(http_event(), Context())
    began = next(fact for fact in facts if isinstance(fact, InvocationBegan))
    assert (began.request_id, began.function_arn) == ("8f5", Context.invoked_function_arn)


@pytest.mark.parametrize("context", [None, object()])
def test_any_context_will_do(context: Any) -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), placement="every_invocation", observe=facts.append) as handler:
        assert handler(http_event(), context)["statusCode"] == 200
        assert handler(http_event(), context)["statusCode"] == 200
    began = next(fact for fact in facts if isinstance(fact, InvocationBegan))
    assert len(began.request_id) == 36
    assert began.function_arn == ""


def test_broken_observer_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    facts: list[Fact] = []

    def observe(fact: Fact) -> None:
        facts.append(fact)
        raise RuntimeError("sink is broken")

    with LifespanAdapter(Recorded(), observe=observe) as handler:
        assert handler(http_event(), None)["statusCode"] == 200
    last = facts[-1]
    assert isinstance(last, EnvironmentEnded)
    assert last.faults == len(facts) - 1
    assert len([record for record in caplog.records if record.name == "adapter"]) == 1


def test_slow_observer_is_not_measured() -> None:
    facts: list[Fact] = []

    def observe(fact: Fact) -> None:
        facts.append(fact)
        time.sleep(0.05)
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass

    with LifespanAdapter(Recorded(), observe=observe) as handler:
        handler(http_event(), None)
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        handler(http_event(), None)
        wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    second = [fact for fact in facts if isinstance(fact, InvocationEnded)][-1]
    assert wall - second.wall_ns >= 2 * 50_000_000
    assert cpu - second.cpu_ns >= 2 * 20_000_000


def test_fact_is_made_by_position_and_by_name() -> None:
    by_name = ShutdownBegan(ordinal=1, phase="shutdown", at_ns=7)
    assert ShutdownBegan(7, 1, "shutdown") == by_name == ShutdownBegan(7, phase="shutdown", ordinal=1)
    assert by_name._asdict() == {"at_ns": 7, "ordinal": 1, "phase": "shutdown"}
    assert by_name._replace(ordinal=2) == ShutdownBegan(7, 2, "shutdown")
    assert repr(by_name) == "ShutdownBegan(at_ns=7, ordinal=1, phase='shutdown')"


def test_fact_is_matched_and_taken_apart() -> None:
    at_ns, *rest = fact = PlacementChanged(7, "every_invocation", "init", "a repeated startup failed", None)
    assert (at_ns, rest[0]) == (7, "every_invocation")
    match fact:
        case PlacementChanged(_, assigned, in_force, error=None):
            assert (assigned, in_force) == ("every_invocation", "init")
        case _:
            raise AssertionError(fact)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        ((7, 1), {}),
        ((7, 1, "shutdown", None), {}),
        ((7, 1, "shutdown"), {"at_ns": 7}),
        ((7, 1), {"at_ns": 7}),
        ((7, 1), {"phases": "shutdown"}),
    ],
)
def test_fact_takes_each_field_once(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="ShutdownBegan takes at_ns, ordinal, phase"):
        ShutdownBegan(*values, **named)


def test_fact_can_be_copied_and_kept() -> None:
    fact = PlacementChanged(7, "every_invocation", "init", "a repeated startup failed", None)
    for other in (copy.deepcopy(fact), pickle.loads(pickle.dumps(fact))):  # noqa: S301 - our own
        assert other == fact
        assert type(other) is PlacementChanged


@pytest.mark.parametrize(
    ("rss", "native", "growth"),
    [
        (10, None, (10, "rss")),
        (10, 4, (10, "rss")),
        (10, 30, (30, "mallinfo2")),
        (-10, -4, (0, "mallinfo2")),
        (-10, None, (0, "rss")),
    ],
)
def test_growth_is_that_of_the_larger_view(rss: int, native: int | None, growth: tuple[int, str]) -> None:
    assert MemoryDelta(rss, native, 0).growth() == growth
