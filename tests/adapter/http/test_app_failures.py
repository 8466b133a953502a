import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import AppExitError
from adapter.facts import Fact, InvocationEnded
from tests.adapter.apps import respond
from tests.adapter.events import http_event, rest_event
from tests.adapter.runtime_api import Function

START = {"type": "http.response.start", "status": 200, "headers": []}
PART = {"type": "http.response.body", "body": b"half", "more_body": True}


def breaking(*messages: Message, error: BaseException | None = None) -> ASGIApp:
    """An app that sends `messages` and then raises `error` or returns."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if error is not None:
            raise error

    return app


@pytest.mark.parametrize(
    ("messages", "missing"),
    [((), "a response"), ((START,), "the end of its response"), ((START, PART), "the end of its response")],
)
@pytest.mark.parametrize("event", [http_event(), rest_event()], ids=["http", "rest"])
def test_missing_response_is_a_500(
    messages: tuple[Message, ...], missing: str, event: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with LifespanAdapter(breaking(*messages), "off") as handler:
        response = handler(event, None)
    assert (response["statusCode"], response["body"]) == (500, "Internal Server Error")
    lines = [line.getMessage() for line in caplog.records if line.name != "asyncio"]
    assert lines == [f"The app ended a request without {missing}: answered with status 500."]


@pytest.mark.parametrize(
    "messages", [(), (START,), (START, PART), (START, {"type": "http.response.body", "body": b"whole"})]
)
def test_exception_fails_the_invocation(messages: tuple[Message, ...]) -> None:
    facts: list[Fact] = []
    app = breaking(*messages, error=LookupError("gone"))
    with LifespanAdapter(app, "off", raise_app_exceptions=True, observe=facts.append) as handler:
        for _ in range(2):
            with pytest.raises(LookupError, match="gone"):
                handler(http_event(), None)
    ended = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert [fact.error for fact in ended] == ["LookupError", "LookupError"]


def test_exception_that_the_framework_answered() -> None:
    """Starlette sends a 500 of its own before it raises."""
    app = FastAPI()

    @app.get("/")
    def fail() -> None:
        raise LookupError("gone")

    with LifespanAdapter(app) as handler:
        assert handler(http_event(), None)["statusCode"] == 500
    with LifespanAdapter(app, raise_app_exceptions=True) as handler, pytest.raises(LookupError):
        handler(http_event(), None)


@pytest.mark.parametrize(
    "error", [SystemExit("canary"), asyncio.CancelledError("canary"), KeyboardInterrupt()]
)
def test_exit_becomes_an_error(error: BaseException) -> None:
    left = pytest.raises(AppExitError, match=rf"by {type(error).__name__} at test_app_failures\.py")
    with LifespanAdapter(breaking(error=error), "off", raise_app_exceptions=True) as handler, left as caught:
        handler(http_event(), None)
    assert caught.value.__cause__ is error
    assert "canary" not in str(caught.value)


def test_success_stays_a_success() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await respond(send)

    with LifespanAdapter(app, "off", raise_app_exceptions=True) as handler:
        assert handler(http_event(), None)["statusCode"] == 200


def test_failure_under_the_runtime_client(tmp_path: Path) -> None:
    source = """
from adapter import LifespanAdapter

async def app(scope, receive, send):
    if scope["path"] == "/exit":
        raise SystemExit(3)
    raise LookupError("gone")

handler = LifespanAdapter(app, "off", raise_app_exceptions=True)
"""
    with Function(source, tmp_path) as function:
        kind, error = function.invoke(http_event())
        assert (kind, error["errorType"], error["errorMessage"]) == ("error", "LookupError", "gone")
        kind, error = function.invoke(http_event("/exit"))
        assert (kind, error["errorType"]) == ("error", "AppExitError")
        function.ready()
