import json
from pathlib import Path
from typing import Any

import pytest

from adapter import LifespanAdapter
from adapter.errors import UnknownEventError
from adapter.http.http_api import HttpApi
from tests.adapter.apps import Recorded
from tests.adapter.events import TRIGGERS, http_event, of_every_trigger, rest_event
from tests.adapter.http.seen import Seen

EVENTS = {
    name: json.loads((Path(__file__).parents[1] / "events" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("schedule", "sns", "sqs")
}
ANY = {**EVENTS, "list": [1, 2], "text": "requestContext resource", "number": 7, "nothing": None}
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/orders"
AUTHORIZERS = {
    "HTTP API, 2.0": {**http_event(), "type": "REQUEST", "routeArn": ARN, "identitySource": ["user1"]},
    "HTTP API, 1.0": {**rest_event(), "version": "1.0", "type": "REQUEST", "methodArn": ARN},
    "REST API": {**rest_event(), "type": "REQUEST", "methodArn": ARN},
    "REST API, token": {"type": "TOKEN", "methodArn": ARN, "authorizationToken": "t"},
}


@pytest.fixture(params=[None, "/events"])
def event_path(request: pytest.FixtureRequest) -> Any:
    return request.param


def assert_no_http(event: Any, event_path: str | None) -> None:
    """The event goes to `event_path`, or nothing takes it; in no case is it a request."""
    app = Seen()
    with LifespanAdapter(app, "off", event_path=event_path) as handler:
        if event_path is None:
            with pytest.raises(UnknownEventError):
                handler(event, None)
            assert app.scope == {}
        else:
            assert handler(event, None) == "ok"
            assert app.scope["path"] == event_path


@pytest.mark.parametrize("event", ANY.values(), ids=ANY.keys())
def test_unknown_event_says_what_to_set(event: Any) -> None:
    inferred = pytest.raises(RuntimeError, match="unable to infer a handler")
    with LifespanAdapter(Recorded()) as handler, inferred as caught:
        handler(event, None)
    assert type(caught.value) is UnknownEventError
    for name in ("on_event", "event_path", "warm_up", "custom_handlers"):
        assert f"`{name}`" in str(caught.value)


@pytest.mark.parametrize("event", AUTHORIZERS.values(), ids=AUTHORIZERS.keys())
def test_h10_authorizer_events_are_no_requests(event: Any, event_path: str | None) -> None:
    assert_no_http(event, event_path)


@pytest.mark.parametrize(
    "event",
    [
        {"Records": {"a": 1}},
        {"Records": [{"cf": None}]},
        {"Records": [{"cf": {"request": "GET"}}]},
        {"Records": [None]},
        {"version": "2.0", "requestContext": {}},
        {"version": "2.0", "requestContext": {"http": None}},
        {"version": "2.0", "requestContext": {"http": {"method": None}}},
        {"version": "1.0", "requestContext": {}},
        {"resource": "/", "requestContext": {}, "httpMethod": 7},
        {"resource": "/", "requestContext": None, "httpMethod": "GET"},
        {"requestContext": {"elb": {}}, "httpMethod": None},
        {"requestContext": {"serviceNetworkArn": "arn"}, "method": ["GET"]},
        {"requestContext": {"connectionId": "c", "http": {"method": "GET"}}, "version": "2.0"},
    ],
    ids=json.dumps,
)
def test_h8_what_only_looks_like_http_is_none(event: Any, event_path: str | None) -> None:
    assert_no_http(event, event_path)


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_each_trigger_is_inferred(trigger: str) -> None:
    with LifespanAdapter(Recorded()) as handler:
        inferred = handler.infer(of_every_trigger()[trigger], None)
    assert (inferred.body, inferred.scope["path"]) == (b"", "/")


def test_infer_refuses_what_is_no_http() -> None:
    with LifespanAdapter(Recorded(), event_path="/events") as handler, pytest.raises(UnknownEventError):
        handler.infer(EVENTS["sqs"], None)


class Marked(HttpApi):
    def __call__(self, response: Any) -> dict[str, Any]:
        return {**super().__call__(response), "marked": True}


class Inferring(LifespanAdapter):
    """As one overrides Mangum's method."""

    def infer(self, event: Any, context: Any) -> Any:
        inferred = super().infer(event, context)
        return Marked(event, context, self.config) if isinstance(inferred, HttpApi) else inferred


def test_infer_may_be_overridden() -> None:
    with Inferring(Recorded(), event_path="/events") as handler:
        assert handler(http_event(), None)["marked"] is True
        assert "marked" not in handler(rest_event(), None)
        assert handler(EVENTS["sqs"], None) == "ok"


class Broken(HttpApi):
    @classmethod
    def infer(cls, event: Any, *_: Any) -> bool:
        return bool(event["type"])


def test_custom_handler_that_fails_is_named_as_the_cause() -> None:
    with LifespanAdapter(Recorded(), custom_handlers=[Broken]) as handler:
        with pytest.raises(UnknownEventError) as caught:
            handler(7, None)
        assert isinstance(caught.value.__cause__, TypeError)
