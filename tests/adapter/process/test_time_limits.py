"""A request that would outlive the function's timeout is cut, and the process lives on."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from adapter import LifespanAdapter
from adapter.errors import EventFailedError, EventTimeoutError, SettingError
from adapter.facts import Fact, InvocationEnded, StartupBegan
from tests.adapter.events import http_event
from tests.faults.faulty_function import TIMEOUT_S, FaultyFunction

MARGIN_S = 0.2


class Context:
    """Of an invocation that has so many seconds, margin excluded."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds + MARGIN_S

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._ends - time.monotonic()) * 1000))


class Endless:
    """An app with a lifespan and ways not to end, each at a path of its own; it logs what was unwound."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.release = asyncio.Event()

    def app(self) -> Starlette:
        ways = (self.waits, self.streams, self.works_on, self.refuses, self.ends, self.threads)
        return Starlette(
            routes=[Route(f"/{way.__name__}", way, methods=["GET", "POST"]) for way in ways],
            lifespan=self.lifespan,
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[dict[str, Any]]:
        self.log.append("startup")
        yield {"sessions": self}
        self.log.append("shutdown")

    async def waits(self, _: Request) -> PlainTextResponse:
        try:
            await asyncio.sleep(60)
        finally:
            self.log.append("unwound")
        return PlainTextResponse("never")

    async def streams(self, _: Request) -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"data: ping\n\n"
                    await asyncio.sleep(0.01)
            finally:
                self.log.append("unwound")

        return StreamingResponse(events(), media_type="text/event-stream")

    async def works_on(self, _: Request) -> PlainTextResponse:
        return PlainTextResponse("whole", background=BackgroundTask(asyncio.sleep, 60))

    async def refuses(self, _: Request) -> PlainTextResponse:
        while not self.release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.release.wait()
        self.log.append("released")
        return PlainTextResponse("too late")

    async def ends(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok" if request.state.sessions is self else "another")

    def threads(self, _: Request) -> PlainTextResponse:
        time.sleep(0.5)
        self.log.append("thread ended")
        return PlainTextResponse("too late")


def serve(endless: Endless, *paths: str, **options: Any) -> tuple[list[tuple[int, str]], list[Fact]]:
    """Responses to one request after the other, with a deadline in 50 ms each, and the facts."""
    facts: list[Fact] = []
    responses = []
    arguments = {"deadline_guard": MARGIN_S, "observe": facts.append, **options}
    with LifespanAdapter(endless.app(), **arguments) as handler:
        for path in paths:
            response = handler(http_event(path), Context(0.05))
            responses.append((response["statusCode"], response["body"]))
    return responses, facts


def cut(facts: list[Fact]) -> list[bool]:
    return [fact.cut for fact in facts if isinstance(fact, InvocationEnded)]


@pytest.mark.parametrize("way", ["waits", "streams", "threads"])
def test_l9_endless_response_is_cut_and_the_lifespan_kept(way: str) -> None:
    endless = Endless()
    responses, facts = serve(endless, f"/{way}", "/ends", f"/{way}", "/ends")
    assert responses == [(504, "Gateway Timeout"), (200, "ok")] * 2
    assert cut(facts) == [True, False, True, False]
    assert [fact.ordinal for fact in facts if isinstance(fact, StartupBegan)] == [1]
    if way != "threads":
        assert endless.log == ["startup", "unwound", "unwound", "shutdown"]


def test_l9_whole_response_is_sent_though_its_work_is_cut() -> None:
    responses, facts = serve(Endless(), "/works_on", "/ends")
    assert responses == [(200, "whole"), (200, "ok")]
    assert cut(facts) == [True, False]


def test_l9_request_that_refuses_to_end_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    endless = Endless()
    handler = LifespanAdapter(endless.app(), deadline_guard=MARGIN_S)
    assert handler(http_event("/refuses"), Context(0.05))["statusCode"] == 504
    endless.release.set()
    assert handler(http_event("/ends"), Context(0.05))["body"] == "ok"
    handler.shutdown()
    assert endless.log == ["startup", "released", "shutdown"]
    assert "is left behind" in caplog.text


def test_l9_cut_request_is_no_failure_of_the_app() -> None:
    responses, _ = serve(Endless(), "/waits", raise_app_exceptions=True)
    assert responses == [(504, "Gateway Timeout")]


def test_l9_posted_event_fails_so_that_its_source_tries_again() -> None:
    facts: list[Fact] = []
    handler = LifespanAdapter(
        Endless().app(), deadline_guard=MARGIN_S, event_path="/waits", observe=facts.append
    )
    with handler, pytest.raises(EventFailedError, match="504"):
        handler({"Records": [{"eventSource": "aws:sqs"}]}, Context(0.05))
    assert cut(facts) == [True]


@pytest.mark.parametrize("refuses", [False, True], ids=["ends", "refuses to end"])
def test_l9_event_of_on_event_fails_so_that_its_source_tries_again(*, refuses: bool) -> None:
    facts: list[Fact] = []

    async def on_event(event: Any, context: Any, state: dict[str, Any]) -> str:
        while True:
            try:
                await asyncio.sleep(0 if event == {"quick": True} else 60)
            except asyncio.CancelledError:
                if not refuses:
                    raise
            else:
                return "done"

    handler = LifespanAdapter(
        Endless().app(), deadline_guard=MARGIN_S, on_event=on_event, observe=facts.append
    )
    with handler:
        with pytest.raises(EventTimeoutError, match="cut"):
            handler({"Records": [{"eventSource": "aws:sqs"}]}, Context(0.05))
        assert handler({"quick": True}, Context(1)) == "done"
    assert cut(facts) == [True, False]


def test_l9_time_counts_from_the_invocation_that_runs() -> None:
    """The timer was set in an earlier one, and came due in this, which has more time."""
    with LifespanAdapter(Endless().app(), deadline_guard=MARGIN_S) as handler:
        assert handler(http_event("/ends"), Context(0.1))["statusCode"] == 200
        time.sleep(0.05)
        began = time.monotonic()
        assert handler(http_event("/waits"), Context(0.2))["statusCode"] == 504
        assert time.monotonic() - began >= 0.2


def test_l9_invocation_that_has_no_time_left() -> None:
    with LifespanAdapter(Endless().app(), deadline_guard=MARGIN_S) as handler:
        assert handler(http_event("/ends"), Context(-1))["body"] == "ok"
        assert handler(http_event("/waits"), Context(-1))["statusCode"] == 504


@pytest.mark.parametrize("context", [None, object()])
def test_l9_nobody_tells_the_time(context: object) -> None:
    with LifespanAdapter(Endless().app(), deadline_guard=MARGIN_S) as handler:
        assert handler(http_event("/ends"), context)["body"] == "ok"


@pytest.mark.parametrize("options", [{}, {"deadline_guard": 0}])
def test_l9_guard_is_off_outside_lambda_and_at_zero(options: dict[str, Any]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.15)
        await PlainTextResponse("late")(scope, receive, send)

    with LifespanAdapter(app, "off", **options) as handler:
        assert handler(http_event(), Context(-MARGIN_S))["body"] == "late"


def test_l9_is_on_inside_lambda(tmp_path: Path) -> None:
    source = (
        "from adapter import LifespanAdapter\n"
        "from tests.adapter.process.test_time_limits import Endless\n"
        "endless = Endless()\n"
        "handler = LifespanAdapter(endless.app(){})\n"
    )
    with FaultyFunction(source.format(""), tmp_path, {}) as function:
        for path in ("/streams", "/ends", "/waits", "/ends"):
            function.send({**http_event(path), TIMEOUT_S: 1.0})
            function.receive_response()
        assert function.responses == ["504", "200", "504", "200"]
        assert "would not have ended 0.5 s before the function's timeout" in function.output()


@pytest.mark.parametrize("margin", [-1, float("nan"), "1", True])
def test_margin_is_a_number_of_seconds(margin: Any) -> None:
    with pytest.raises(SettingError, match="deadline_guard must be a number of seconds"):
        LifespanAdapter(Endless().app(), deadline_guard=margin)


def test_l9_cut_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "adapter"):
        serve(Endless(), "/waits")
    assert "A request was cut: it would not have ended 0.2 s before" in caplog.text
