"""What users of Mangum rely on: cookies, binary bodies, attributes, and handlers of their own."""

from typing import Any

import pytest
from mangum import Mangum
from mangum.exceptions import ConfigurationError
from mangum.handlers import ALB, APIGateway, HTTPGateway, LambdaAtEdge

from adapter import LifespanAdapter
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event, rest_event
from tests.adapter.mangum_apps import APPS, COOKIES, HTTP_EVENTS, echo

pytestmark = pytest.mark.usefixtures("current_loop")


def response_of(app: str, event: str) -> dict[str, Any]:
    with LifespanAdapter(APPS[app]) as handler:
        answer: dict[str, Any] = handler(HTTP_EVENTS[event], None)
        return answer


@pytest.mark.parametrize(
    ("event", "where", "values"),
    [
        ("http-api", "cookies", COOKIES),
        ("function-url", "cookies", COOKIES),
        ("rest-api", "multiValueHeaders", {"set-cookie": COOKIES, "x-several": ["1", "2"]}),
        ("http-api-1.0", "multiValueHeaders", {"set-cookie": COOKIES, "x-several": ["1", "2"]}),
    ],
)
def test_cookies(event: str, where: str, values: Any) -> None:
    assert response_of("cookies", event)[where] == values


def test_cookies_behind_a_load_balancer() -> None:
    several = response_of("cookies", "load-balancer-multi-value")["multiValueHeaders"]
    assert several["set-cookie"] == COOKIES
    single = response_of("cookies", "load-balancer")["headers"]
    assert [single["set-cookie"], single["Set-cookie"]] == COOKIES


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_binary_is_base64(event: str) -> None:
    def encoded(app: str) -> tuple[str, bool]:
        response = response_of(app, event)
        is_base64 = response.get("bodyEncoding") == "base64" or response.get("isBase64Encoded") is True
        return response["body"], is_base64

    assert encoded("binary") == ("iVBORw0KGgoA/w==", True)
    assert encoded("compressed")[1] is True
    assert encoded("text") == ("héllo", False)


def test_same_attributes() -> None:
    with LifespanAdapter(echo, "on", "/api", None, ["image/svg"], ["X-Secret"]) as ours:
        stock = Mangum(echo, "on", "/api", None, ["image/svg"], ["X-Secret"])
        assert isinstance(ours, Mangum)
        for name in vars(stock):
            assert getattr(ours, name) == getattr(stock, name)


def test_same_refusal() -> None:
    with pytest.raises(ConfigurationError, match="Choices are: auto"):
        LifespanAdapter(echo, "maybe")  # type: ignore[arg-type] # that is the point


class Direct(APIGateway):
    """A handler for an event of our own."""

    @classmethod
    def infer(cls, event: Any, *_: Any) -> bool:
        return "direct" in event

    def __call__(self, response: Any) -> dict[str, Any]:
        return {"direct": response["status"]}


def test_custom_handler() -> None:
    with LifespanAdapter(echo, custom_handlers=[Direct]) as ours:
        assert ours({**rest_event(), "direct": True}, None) == {"direct": 207}
        assert ours(rest_event(), None)["statusCode"] == 207


@pytest.mark.parametrize("event", HTTP_EVENTS)
def test_mangums_own_handlers_can_be_custom_ones(event: str) -> None:
    expected = Mangum(echo)(HTTP_EVENTS[event], None)  # type: ignore[arg-type] # as above
    with LifespanAdapter(echo, custom_handlers=[ALB, HTTPGateway, APIGateway, LambdaAtEdge]) as ours:
        assert ours(HTTP_EVENTS[event], None) == expected


def test_custom_handlers_see_events_of_any_type_first() -> None:
    with LifespanAdapter(echo, custom_handlers=[HTTPGateway], event_path="/events") as ours:
        assert ours({"version": "2.0", **http_event()}, None)["statusCode"] == 207
        assert ours({}, None) is None


def test_app_may_be_replaced() -> None:
    first, second = Recorded(), Recorded()
    with LifespanAdapter(first) as ours:
        ours.app = second
        ours(rest_event(), None)
    assert (first.log, second.log) == ([], ["startup", "request", "shutdown"])
