"""Pings that keep a function warm: they start the app, and are no requests."""

from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from adapter.errors import LifespanStartupError, UnknownEventError
from adapter.facts import Fact, InvocationEnded
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event
from tests.adapter.http.test_triggers import EVENTS
from tests.adapter.runtime_api import Function


@pytest.mark.parametrize(
    ("event", "warm_up"),
    [
        ({}, None),
        ({}, {"source": "warmer"}),
        ({"source": "warmer", "concurrency": 3}, {"source": "warmer"}),
        ({"source": "warmer", "list": []}, {"source": "warmer", "list": []}),
    ],
)
@pytest.mark.parametrize("event_path", [None, "/events"])
def test_t13_ping_only_starts_the_app(event: Any, warm_up: Any, event_path: str | None) -> None:
    app = Recorded()
    facts: list[Fact] = []
    with LifespanAdapter(app, warm_up=warm_up, event_path=event_path, observe=facts.append) as handler:
        assert handler(event, None) is None
        assert app.log == ["startup"]
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.status, ended.error, ended.posted) == (None, None, False)
    assert (ended.ping, ended.startup_ordinal) == (True, 1)


def test_t13_ping_whose_startup_fails_is_a_ping() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError

    facts: list[Fact] = []
    with (
        LifespanAdapter(app, lifespan="on", observe=facts.append) as handler,
        pytest.raises(LifespanStartupError),
    ):
        handler({}, None)
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.ping, ended.startup_ordinal, ended.error) == (True, None, "LifespanStartupError")


def test_t13_request_in_the_shape_of_a_ping_is_a_request() -> None:
    event = http_event()
    facts: list[Fact] = []
    with LifespanAdapter(Recorded(), warm_up={"version": "2.0"}, observe=facts.append) as handler:
        assert event["version"] == "2.0"
        assert handler(event, None)["statusCode"] == 200
    [ended] = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert (ended.ping, ended.status) == (False, 200)


@pytest.mark.parametrize("event", [{"source": "other"}, {"other": 1}, [], "", None, 0])
def test_no_ping(event: Any) -> None:
    with (
        LifespanAdapter(Recorded(), warm_up={"source": "warmer"}) as handler,
        pytest.raises(UnknownEventError),
    ):
        handler(event, None)


def test_ping_under_the_runtime_client(tmp_path: Any) -> None:
    source = """
from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
handler = LifespanAdapter(Recorded(), event_path="/events")
"""
    with Function(source, tmp_path) as function:
        assert function.invoke({}) == ("response", None)
        assert function.invoke(EVENTS["schedule"]) == ("response", "ok")
        assert function.invoke(http_event())[1]["body"] == "ok"
