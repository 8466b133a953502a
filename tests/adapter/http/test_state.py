import asyncio
from collections.abc import Callable
from copy import copy
from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.facts import Fact, InvocationEnded
from adapter.http.request import RequestState
from tests.adapter.apps import Recorded, respond, with_startup
from tests.adapter.events import http_event


class Stateful:
    """An app whose lifespan state is at hand, and which hands each request's state to `use`."""

    def __init__(self, use: Any = None, **state: Any) -> None:
        self.initial = state
        self.lifespan_state: Any = None
        self.request_states: list[Any] = []
        self.use = use

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self.lifespan_state = scope["state"]
            await receive()
            scope["state"].update(self.initial)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        self.request_states.append(scope["state"])
        if self.use is not None:
            self.use(scope["state"])
        await respond(send)


def serve(app: ASGIApp, times: int = 1) -> list[InvocationEnded]:
    facts: list[Fact] = []
    with LifespanAdapter(app, observe=facts.append) as handler:
        for _ in range(times):
            handler(http_event(), None)
    return [fact for fact in facts if isinstance(fact, InvocationEnded)]


@pytest.mark.conformance("C19")
def test_request_gets_an_equal_copy() -> None:
    app = Stateful(pool="p")
    serve(app)
    assert app.request_states[0] == app.lifespan_state == {"pool": "p"}
    assert app.request_states[0] is not app.lifespan_state


@pytest.mark.conformance("C20")
def test_added_key_stays_in_its_request() -> None:
    seen: list[dict[str, Any]] = []

    def use(state: Any) -> None:
        seen.append(dict(state))
        state["user"] = "ann"

    app = Stateful(use, pool="p")
    serve(app, 2)
    assert seen == [{"pool": "p"}, {"pool": "p"}]
    assert app.lifespan_state == {"pool": "p"}


@pytest.mark.conformance("C21")
def test_copy_is_shallow() -> None:
    app = Stateful(lambda state: state["list"].append(1), list=[])
    serve(app, 2)
    assert app.lifespan_state == {"list": [1, 1]}


@pytest.mark.conformance("C22")
def test_later_keys_reach_later_requests() -> None:
    seen = []
    asked = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            seen.append(dict(scope["state"]))
            asked.set()
            await asyncio.sleep(0)
            await respond(send)
            return

        async def refresh() -> None:
            await asked.wait()
            scope["state"]["by a task"] = True

        await receive()
        task = asyncio.create_task(refresh())
        await send({"type": "lifespan.startup.complete"})
        scope["state"]["after complete"] = True
        await receive()
        await task

    serve(app, 2)
    assert seen == [{"after complete": True}, {"after complete": True, "by a task": True}]


@pytest.mark.conformance("C23")
def test_two_adapters_share_nothing() -> None:
    one, two = Stateful(name="one"), Stateful(name="two")
    with LifespanAdapter(one) as first, LifespanAdapter(two) as second:
        first(http_event(), None)
        second(http_event(), None)
        first(http_event(), None)
    assert [state["name"] for state in one.request_states + two.request_states] == ["one", "one", "two"]


@pytest.mark.conformance("C24")
def test_rebound_state_is_lost() -> None:
    # As with every other server: a request's copy is of the namespace that the lifespan was given.
    states = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await receive()
            scope["state"] = {"pool": "p"}
            await send({"type": "lifespan.startup.complete"})
        else:
            states.append(dict(scope["state"]))
            await respond(send)

    serve(app)
    assert states == [{}]


@pytest.mark.conformance("C25")
def test_unsupported_lifespan_gives_empty_state() -> None:
    states = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope["state"]["half"] = "open"
            raise NotImplementedError
        states.append(dict(scope["state"]))
        await respond(send)

    serve(app)
    assert states == [{}]


@pytest.mark.conformance("C26")
def test_replaced_scope_keeps_the_namespace() -> None:
    inner = Stateful(lambda state: state["pool"], pool="p")
    outer: list[Any] = []

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        outer.append(scope["state"])
        await inner({**scope, "app": inner}, receive, send)

    assert serve(middleware)[0].touched == {"pool": 1}
    assert outer == [inner.lifespan_state, *inner.request_states]
    assert outer[0] is inner.lifespan_state
    assert outer[1] is inner.request_states[0]


def test_touched_counts_reads() -> None:
    def use(state: Any) -> None:
        _ = state["pool"], state["pool"], state.get("model"), state.get("absent")
        state["mine"] = 1
        _ = state["mine"]

    app = Stateful(use, pool="p", model="m", unused="u")
    assert serve(app)[0].touched == {"pool": 2, "model": 1}


def test_touched_is_of_its_request() -> None:
    app = Stateful(pool="p")
    app.use = lambda state: state["pool"] if len(app.request_states) == 1 else None
    assert [ended.touched for ended in serve(app, 2)] == [{"pool": 1}, {}]


def test_touched_without_lifespan() -> None:
    facts: list[Fact] = []
    with LifespanAdapter(with_startup(), "off", observe=facts.append) as handler:
        handler(http_event(), None)
    ended = facts[-2]
    assert isinstance(ended, InvocationEnded)
    assert ended.touched == {}


def test_state_behaves_like_a_dict() -> None:
    state = RequestState({"pool": "p"})
    assert state == {"pool": "p"}
    assert dict(state) == {**state} == {"pool": "p"}
    assert state.get("absent", 1) == 1
    with pytest.raises(KeyError):
        state["absent"]
    assert state.touched({"pool": "p", "absent": None}) == {"pool": 2}  # two copies


@pytest.mark.conformance("C27")
def test_adapter_adds_no_key() -> None:
    app = Recorded()
    seen: list[dict[str, Any]] = []

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            seen.append(dict(scope["state"]))
        await app(scope, receive, send)

    serve(outer, 2)
    assert seen == [{}, {}]


@pytest.mark.parametrize(
    "read",
    [
        dict,
        copy,
        lambda state: {**state},
        lambda state: state.copy(),
        lambda state: state | {},
        lambda state: {} | state,
        lambda state: list(state.items()),
        lambda state: list(state.values()),
    ],
)
def test_a_copy_reads_all(read: Callable[[RequestState], object]) -> None:
    lifespan_state = {"pool": "p", "model": "m"}
    state = RequestState(lifespan_state)
    read(state)
    assert state.touched(lifespan_state) == {"pool": 1, "model": 1}


@pytest.mark.parametrize(
    "look", [list, len, lambda state: "pool" in state, lambda state: state.get("absent")]
)
def test_a_look_at_the_keys_reads_nothing(look: Callable[[RequestState], object]) -> None:
    lifespan_state = {"pool": "p", "model": "m"}
    state = RequestState(lifespan_state)
    look(state)
    assert state.touched(lifespan_state) == {}


def test_taking_out_is_reading() -> None:
    state = RequestState({"pool": 1, "model": 2})
    assert state.pop("pool") == 1
    assert state.pop("absent", 3) == 3
    with pytest.raises(KeyError):
        state.pop("absent")
    assert state.touched({"pool": 1, "model": 2}) == {"pool": 1}
