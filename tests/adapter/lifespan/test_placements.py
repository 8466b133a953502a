import asyncio
import time
import weakref
from typing import Any, Literal

import pytest

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.errors import LifespanStartupError
from adapter.facts import (
    Fact,
    InvocationBegan,
    InvocationEnded,
    PlacementChanged,
    ShutdownBegan,
    ShutdownEnded,
    StartupBegan,
    StartupEnded,
)
from adapter.placement import Placement
from tests.adapter.apps import respond
from tests.adapter.events import http_event


class Flaky:
    """An app of which only the startups numbered in `good` succeed; a request answers who serves it."""

    def __init__(self, *good: int, refuse: Literal["failed", "silent"] = "failed") -> None:
        self.good = good
        self.refuse = refuse
        self.started = 0
        self.log: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send, scope["state"].get("name", "nobody").encode())
            return
        await receive()
        self.started += 1
        name = str(self.started)
        if self.started not in self.good:
            self.log.append(f"refuse {name}")
            if self.refuse == "failed":
                await send({"type": "lifespan.startup.failed"})
            raise RuntimeError
        scope["state"]["name"] = name
        self.log.append(f"start {name}")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.log.append(f"stop {name}")
        await send({"type": "lifespan.shutdown.complete"})


def serve(app: ASGIApp, times: int, placement: Placement, facts: list[Fact] | None = None) -> list[str]:
    """Who served each of so many events; `failed` for an invocation that failed."""
    served = []
    with LifespanAdapter(
        app, placement=placement, observe=None if facts is None else facts.append
    ) as handler:
        for _ in range(times):
            try:
                served.append(handler(http_event(), None)["body"])
            except LifespanStartupError:
                served.append("failed")
    return served


def names(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def test_every_invocation_keeps_a_net() -> None:
    app = Flaky(1, 2, 3, 4)
    with LifespanAdapter(app, placement="every_invocation") as handler:
        handler(http_event(), None)
        assert app.log == ["start 1"]
        handler(http_event(), None)
        assert app.log == ["start 1", "start 2", "stop 2", "stop 1"]
        handler(http_event(), None)
        handler(http_event(), None)
        assert app.log[4:] == ["start 3", "stop 3", "start 4", "stop 4"]
    assert len(app.log) == 8


def test_net_is_shut_down_in_the_end() -> None:
    app = Flaky(1)
    serve(app, 1, "every_invocation")
    assert app.log == ["start 1", "stop 1"]


def test_each_event_has_its_own_state() -> None:
    assert serve(Flaky(1, 2, 3), 3, "every_invocation") == ["1", "2", "3"]


@pytest.mark.parametrize("refuse", ["failed", "silent"])
def test_net_serves_when_second_fails(refuse: Literal["failed", "silent"]) -> None:
    app = Flaky(1, refuse=refuse)
    facts: list[Fact] = []
    assert serve(app, 4, "every_invocation", facts) == ["1", "1", "1", "1"]
    assert app.log == ["start 1", "refuse 2", "stop 1"]
    changes = [fact for fact in facts if isinstance(fact, PlacementChanged)]
    assert [(change.assigned, change.in_force, change.reason, change.error) for change in changes] == [
        ("every_invocation", "init", "a repeated startup failed", "RuntimeError")
    ]


def test_later_failure_starts_one_to_keep() -> None:
    app = Flaky(1, 2, 4)
    facts: list[Fact] = []
    assert serve(app, 5, "every_invocation", facts) == ["1", "2", "4", "4", "4"]
    assert app.log == ["start 1", "start 2", "stop 2", "stop 1", "refuse 3", "start 4", "stop 4"]
    assert names(facts).count("PlacementChanged") == 1


def test_later_failure_twice_fails_the_event() -> None:
    app = Flaky(1, 2, 6)
    facts: list[Fact] = []
    assert serve(app, 6, "every_invocation", facts) == ["1", "2", "failed", "failed", "6", "6"]
    assert app.log[4:] == ["refuse 3", "refuse 4", "refuse 5", "start 6", "stop 6"]
    assert names(facts).count("PlacementChanged") == 1


def test_first_failure_is_tried_again() -> None:
    app = Flaky(2, 3)
    facts: list[Fact] = []
    assert serve(app, 3, "every_invocation", facts) == ["failed", "2", "3"]
    assert "PlacementChanged" not in names(facts)


def serving(facts: list[Fact]) -> list[int | None]:
    """Ordinal of the startup that each event was served by."""
    return [fact.startup_ordinal for fact in facts if isinstance(fact, InvocationEnded)]


@pytest.mark.parametrize(
    ("placement", "good", "ordinals"),
    [
        ("init", (1,), [1, 1, 1]),
        ("first_invocation", (1,), [1, 1, 1]),
        ("every_invocation", (1, 2, 3), [1, 2, 3]),
        ("every_invocation", (1,), [1, 1, 1]),  # the second fails, and the first is kept
        ("init", (2,), [None, 2, 2]),
    ],
)
def test_t12_event_names_its_startup(
    placement: Placement, good: tuple[int, ...], ordinals: list[int | None]
) -> None:
    facts: list[Fact] = []
    serve(Flaky(*good), 3, placement, facts)
    assert serving(facts) == ordinals


def test_t12_without_lifespan_there_is_no_startup() -> None:
    facts: list[Fact] = []
    with LifespanAdapter(Flaky(1), lifespan="off", observe=facts.append) as handler:
        handler(http_event(), None)
    assert serving(facts) == [None]


def test_app_without_lifespan_every_invocation() -> None:
    app = Flaky(refuse="silent")
    facts: list[Fact] = []
    assert serve(app, 3, "every_invocation", facts) == ["nobody"] * 3
    outcomes = [fact.outcome for fact in facts if isinstance(fact, StartupEnded)]
    assert outcomes == ["unsupported"] * 3
    assert "PlacementChanged" not in names(facts)


def test_repeats_lie_inside_their_invocation() -> None:
    facts: list[Fact] = []
    serve(Flaky(1, 2, 3), 3, "every_invocation", facts)
    around = ["StartupBegan", "StartupEnded"]
    stop = ["ShutdownBegan", "ShutdownEnded"]
    assert names(facts) == [
        "EnvironmentStarted",
        *["InvocationBegan", *around, "InvocationEnded"],
        *["InvocationBegan", *around, *stop, *stop, "InvocationEnded"],
        *["InvocationBegan", *around, *stop, "InvocationEnded"],
        "EnvironmentEnded",
    ]
    starts = [(fact.ordinal, fact.phase) for fact in facts if isinstance(fact, StartupBegan)]
    stops = [(fact.ordinal, fact.phase) for fact in facts if isinstance(fact, ShutdownBegan)]
    assert starts == [(1, "invocation"), (2, "invocation"), (3, "invocation")]
    assert stops == [(2, "invocation"), (1, "invocation"), (3, "invocation")]


def test_what_observing_takes_is_waited_for_but_no_startup() -> None:
    """Else the repeats would not explain what an experiment sees."""
    facts: list[Fact] = []

    def observe(fact: Fact) -> None:
        facts.append(fact)
        if isinstance(fact, StartupEnded | ShutdownEnded):
            time.sleep(0.05)

    with LifespanAdapter(Flaky(1, 2), placement="every_invocation", observe=observe) as handler:
        handler(http_event(), None)
        handler(http_event(), None)
    _, ended = (fact for fact in facts if isinstance(fact, InvocationEnded))
    _, startup = (fact for fact in facts if isinstance(fact, StartupEnded))
    shutdowns = [fact.wall_ns for fact in facts if isinstance(fact, ShutdownEnded)]
    assert ended.startup_ns - startup.wall_ns >= 50_000_000
    assert ended.shutdown_ns - sum(shutdowns) >= 2 * 50_000_000
    assert ended.wall_ns > ended.startup_ns + ended.shutdown_ns


def test_time_inside_the_invocation_is_told() -> None:
    facts: list[Fact] = []
    serve(Flaky(1, 2, 3), 3, "every_invocation", facts)
    ended = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    startups = [fact.wall_ns for fact in facts if isinstance(fact, StartupEnded)]
    assert all(fact.startup_ns > own for fact, own in zip(ended, startups, strict=True))
    assert [fact.shutdown_ns > 0 for fact in ended] == [False, True, True]
    assert all(fact.wall_ns > fact.startup_ns + fact.shutdown_ns for fact in ended)


def test_failed_event_is_shut_down_too() -> None:
    app = Flaky(1, 2, 3)

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            raise LookupError
        await app(scope, receive, send)

    with LifespanAdapter(failing, placement="every_invocation", raise_app_exceptions=True) as handler:
        for _ in range(3):
            with pytest.raises(LookupError):
                handler(http_event(), None)
    assert app.log == ["start 1", "start 2", "stop 2", "stop 1", "start 3", "stop 3"]


def test_state_is_freed_after_its_event() -> None:
    class Model:
        pass

    models: list[weakref.ref[Model]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await respond(send)
            return
        await receive()
        scope["state"]["model"] = Model()
        models.append(weakref.ref(scope["state"]["model"]))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    with LifespanAdapter(app, placement="every_invocation") as handler:
        for _ in range(3):
            handler(http_event(), None)
        assert [model() for model in models] == [None, None, None]


def test_shutdown_may_take_the_rest_of_the_event() -> None:
    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 60_000

    app = Flaky(1, 2)

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        async def slowly() -> Any:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await asyncio.sleep(0.05)
            return message

        await app(scope, slowly, send)

    with LifespanAdapter(slow, placement="every_invocation", shutdown_timeout=0.001) as handler:
        handler(http_event(), None)
        handler(http_event(), Context())
    assert app.log == ["start 1", "start 2", "stop 2", "stop 1"]


def test_request_ids_tell_invocations_apart() -> None:
    facts: list[Fact] = []
    serve(Flaky(1, 2, 3), 3, "every_invocation", facts)
    began = [fact for fact in facts if isinstance(fact, InvocationBegan)]
    assert [fact.index for fact in began] == [1, 2, 3]
    assert len({fact.request_id for fact in began}) == 3
