"""The response of an app, as Mangum's own cycle leaves it."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from mangum.protocols import HTTPCycle

from adapter import LifespanAdapter
from adapter.asgi import ASGIApp, Message, Receive, Scope, Send
from adapter.errors import AppExitError, SettingError
from adapter.facts import InvocationEnded
from adapter.http.request import Request
from adapter.process.loop import EventLoop
from tests.adapter.apps import Recorded
from tests.adapter.events import http_event, of_every_trigger

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/"}
START = {"type": "http.response.start", "status": 201, "headers": [(b"a", b"1")]}
BARE_START = {"type": "http.response.start", "status": 204}
PART = {"type": "http.response.body", "body": b"part", "more_body": True}
END = {"type": "http.response.body", "body": b"end"}
EMPTY = {"type": "http.response.body"}
ODD = {"type": "http.response.debug"}
FAILED = {
    "status": 500,
    "headers": [[b"content-type", b"text/plain; charset=utf-8"]],
    "body": b"Internal Server Error",
}


def sends(messages: Sequence[Any], error: BaseException | None = None) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)
        if error is not None:
            raise error

    return app


def ours(app: ASGIApp, body: bytes = b"") -> dict[str, Any]:
    loop = EventLoop()
    try:
        return Request(app).response(dict(SCOPE), body, loop)
    finally:
        loop.close()


def mangums(app: ASGIApp) -> dict[str, Any]:
    """What Mangum's cycle knows of the response: not all of it, if the app has not sent all."""

    async def run() -> dict[str, Any]:
        cycle = HTTPCycle(dict(SCOPE), b"")  # its queue wants a running loop
        await cycle.run(app)
        return {name: getattr(cycle, name) for name in FAILED if hasattr(cycle, name)}

    return asyncio.run(run())


@pytest.mark.parametrize("error", [None, RuntimeError(), SystemExit(), asyncio.CancelledError()])
@pytest.mark.parametrize(
    "messages",
    [
        [],
        [START],
        [START, END],
        [BARE_START, EMPTY],
        [START, PART, PART, END],
        [START, PART],
        [START, START],
        [END],
        [ODD],
        [START, ODD],
        [START, END, END],
        [START, END, START],
    ],
    ids=repr,
)
def test_response_is_mangums_or_a_500(messages: list[Any], error: BaseException | None) -> None:
    app = sends(messages, error)
    theirs = mangums(app)
    assert ours(app) == (theirs if "body" in theirs else FAILED)


def test_app_hears_request_then_disconnect() -> None:
    heard: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(await receive())
        leaving = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        assert not leaving.done()
        await send(START)
        await send(END)
        heard.append(await leaving)
        heard.append(await receive())

    assert ours(app, b"asked")["body"] == b"end"
    assert heard == [
        {"type": "http.request", "body": b"asked", "more_body": False},
        {"type": "http.disconnect"},
        {"type": "http.disconnect"},
    ]


def test_parts_may_be_used_again() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        part = bytearray(b"0")
        await send(START)
        for number in range(1000):
            part[:] = str(number).encode()
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send(END)

    assert ours(app) == mangums(app)
    assert type(ours(app)["body"]) is bytes


def handled(on_event: Any, app: ASGIApp | None = None, **options: Any) -> tuple[Any, list[Any]]:
    """The result of an event that is not HTTP, and how its invocation ended."""
    facts: list[Any] = []
    with LifespanAdapter(app or Recorded(), on_event=on_event, observe=facts.append, **options) as handler:
        result = handler({"Records": []}, "context")
    return result, [fact for fact in facts if isinstance(fact, InvocationEnded)]


def test_on_event_gets_event_context_and_state() -> None:
    seen: list[Any] = []
    app = Recorded(pool="p")

    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> Any:
        seen.append((event, context, dict(state)))
        state["added"] = 1
        return {"batchItemFailures": []}

    result, [ended] = handled(on_event, app)
    assert result == {"batchItemFailures": []}
    assert seen == [({"Records": []}, "context", {"pool": "p"})]
    assert (ended.status, ended.error, ended.posted, ended.touched) == (200, None, True, {"pool": 1})
    assert app.log == ["startup", "shutdown"]
    assert app.state == {"pool": "p"}


def test_on_event_shares_the_loop_of_the_lifespan() -> None:
    loops: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        loops.append(asyncio.get_running_loop())
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()

    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> None:
        loops.append(asyncio.get_running_loop())

    assert handled(on_event, app)[0] is None
    assert loops[0] is loops[1]


def test_on_event_without_a_lifespan() -> None:
    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> Any:
        return state

    assert handled(on_event, lifespan="off")[0] == {}


@pytest.mark.parametrize(
    ("error", "raised"),
    [(LookupError, LookupError), (SystemExit, AppExitError), (asyncio.CancelledError, AppExitError)],
)
def test_exception_of_on_event_fails_the_invocation(
    error: type[BaseException], raised: type[Exception]
) -> None:
    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> None:
        raise error

    facts: list[Any] = []
    with LifespanAdapter(Recorded(), on_event=on_event, observe=facts.append) as handler:
        with pytest.raises(raised):
            handler([], None)
        assert handler(http_event(), None)["statusCode"] == 200
    ends = [fact for fact in facts if isinstance(fact, InvocationEnded)]
    assert [(end.status, end.error, end.posted) for end in ends] == [
        (None, raised.__name__, True),
        (200, None, False),
    ]


def test_on_event_is_no_way_in_for_callers() -> None:
    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> None:
        raise AssertionError

    with LifespanAdapter(Recorded(), on_event=on_event) as handler:
        for event in of_every_trigger().values():
            handler(event, None)
        assert handler({}, None) is None  # a ping


def test_on_event_or_event_path() -> None:
    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> None: ...

    with pytest.raises(SettingError, match="set one of them"):
        LifespanAdapter(Recorded(), on_event=on_event, event_path="/events")


@pytest.mark.parametrize("trigger", of_every_trigger())
def test_t5_no_line_is_logged_for_a_request(trigger: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with LifespanAdapter(sends([START, END]), "off") as handler:
        handler(of_every_trigger()[trigger], None)
    assert [record for record in caplog.records if record.name != "asyncio"] == []
