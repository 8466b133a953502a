"""Whatever an app does to its task and to the loop: a whole response is sent, and the process lives."""

import asyncio
from pathlib import Path

import pytest

from adapter import LifespanAdapter
from adapter.asgi import Receive, Scope, Send
from tests.adapter.apps import respond
from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

STARLETTE = """
import asyncio, contextlib, sys
from adapter import LifespanAdapter
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def cancel_all():
    for task in asyncio.all_tasks():
        task.cancel()

async def exit_beside():
    sys.exit(3)

async def interrupt_beside():
    raise KeyboardInterrupt

async def end(request):
    {code}
    return PlainTextResponse("done")

async def ok(request):
    return PlainTextResponse("ok")

@contextlib.asynccontextmanager
async def lifespan(app):
    print("startup", flush=True)
    yield
    print("shutdown", flush=True)

app = Starlette(routes=[Route("/end", end), Route("/", ok)], lifespan=lifespan)
handler = LifespanAdapter(app)
"""
WHOLE = {
    "cancels itself": "asyncio.current_task().cancel()",
    "cancels itself, and not": "asyncio.current_task().cancel(); asyncio.current_task().uncancel()",
    "cancels itself twice": "asyncio.current_task().cancel(); asyncio.current_task().cancel()",
    "cancels all tasks": "cancel_all()",
    "stops the loop": "asyncio.get_running_loop().stop()",
    "stops the loop, and goes on": "asyncio.get_running_loop().stop(); await asyncio.sleep(0.01)",
    "stops the loop often": "[(asyncio.get_running_loop().stop(), await asyncio.sleep(0)) for _ in range(9)]",
    "exits in a task": "task = asyncio.create_task(exit_beside()); await asyncio.sleep(0.01)",
    "exits in a task, late": "task = asyncio.create_task(exit_beside())",
    "interrupts in a task": "task = asyncio.create_task(interrupt_beside()); await asyncio.sleep(0.01)",
    "exits in a callback": "asyncio.get_running_loop().call_soon(sys.exit); await asyncio.sleep(0.01)",
}
BROKEN = {
    "cancels itself, and waits": "asyncio.current_task().cancel(); await asyncio.sleep(0)",
    "cancels all tasks, and waits": "cancel_all(); await asyncio.sleep(0)",
    "closes the loop": "asyncio.get_running_loop().close()",
}


@pytest.mark.parametrize("code", WHOLE.values(), ids=WHOLE)
def test_l5_whole_response_is_sent(tmp_path: Path, code: str) -> None:
    lives_on(tmp_path, code, (200, "done"))


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
def test_l5_else_it_is_a_500(tmp_path: Path, code: str) -> None:
    lives_on(tmp_path, code, (500, "Internal Server Error"))


def lives_on(folder: Path, code: str, expected: tuple[int, str]) -> None:
    with Function(STARLETTE.replace("{code}", code), folder) as function:
        answers = []
        for path in ("/", "/end", "/end", "/"):
            kind, response = function.invoke(http_event(path))
            answers.append((kind, response.get("statusCode"), response.get("body")))
        assert answers == [("response", *each) for each in ((200, "ok"), expected, expected, (200, "ok"))]
        function.ready()
        function.sigterm()
        assert function.wait() == 0
        deaths = 2 if code.startswith("cancel_all") else 0  # the lifespan has a task, too
        assert function.output().count("startup\n") == 1 + deaths
        assert function.output().count("shutdown\n") == 1


def test_l5_ctrl_c_still_ends_a_process_outside_lambda() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def interrupt() -> None:
            raise KeyboardInterrupt

        task = asyncio.create_task(interrupt())
        await asyncio.sleep(1)
        await respond(send)
        await task

    with LifespanAdapter(app, "off") as handler, pytest.raises(KeyboardInterrupt):
        handler(http_event(), None)
