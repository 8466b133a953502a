from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Receive, Scope, Send
from adapter.facts import Fact, InvocationEnded
from adapter.state import RequestState
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


def test_request_gets_an_equal_copy() -> None:
    app = Stateful(pool="p")
    serve(app)
    assert app.request_states[0] == app.lifespan_state == {"pool": "p"}
    assert app.request_states[0] is not app.lifespan_state


def test_added_key_stays_in_its_request() -> None:
    seen: list[dict[str, Any]] = []

    def use(state: Any) -> None:
        seen.append(dict(state))
        state["user"] = "ann"

    app = Stateful(use, pool="p")
    serve(app, 2)
    assert seen == [{"pool": "p"}, {"pool": "p"}]
    assert app.lifespan_state == {"pool": "p"}


def test_copy_is_shallow() -> None:
    app = Stateful(lambda state: state["list"].append(1), list=[])
    serve(app, 2)
    assert app.lifespan_state == {"list": [1, 1]}


def test_later_keys_reach_later_requests() -> None:
    app = Stateful()
    app.use = lambda _: app.lifespan_state.update(late=True)
    serve(app, 2)
    assert [dict(state) for state in app.request_states] == [{}, {"late": True}]


def test_two_adapters_share_nothing() -> None:
    one, two = Stateful(name="one"), Stateful(name="two")
    with LifespanAdapter(one) as first, LifespanAdapter(two) as second:
        first(http_event(), None)
        second(http_event(), None)
        first(http_event(), None)
    assert [state["name"] for state in one.request_states + two.request_states] == ["one", "one", "two"]


def test_rebound_state_is_lost() -> None:
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


def test_replaced_scope_keeps_the_namespace() -> None:
    inner = Stateful(lambda state: state["pool"], pool="p")

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(dict(scope), receive, send)

    assert serve(middleware)[0].touched == {"pool": 1}


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
    assert state.touched({"pool": "p", "absent": None}) == {}


def test_adapter_adds_no_key() -> None:
    app = Recorded()
    seen: list[dict[str, Any]] = []

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            seen.append(dict(scope["state"]))
        await app(scope, receive, send)

    serve(outer, 2)
    assert seen == [{}, {}]
