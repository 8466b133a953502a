"""Sources of functions: a small app with holes, into which a row puts its fault."""

APP = """
import asyncio, os, signal, sys, time
from adapter import LifespanAdapter

def say(*words):
    print(*words, flush=True)

def term():
    os.kill(os.getpid(), signal.SIGTERM)

async def start(state):
    pass

async def serve(scope, receive, send):
    pass

async def stop():
    pass

async def respond(send, body=b"ok", headers=()):
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        say("app: startup")
        await start(scope["state"])
        await send({"type": "lifespan.startup.complete"})
        try:
            await receive()
        except GeneratorExit:
            say("app: lost")
        say("app: shutdown")
        await stop()
        await send({"type": "lifespan.shutdown.complete"})
    elif scope["path"] == "/":
        await respond(send)
    else:
        say("app: request")
        await serve(scope, receive, send)
"""
STARLETTE = """
import contextlib
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

@contextlib.asynccontextmanager
async def lifespan(app):
    say("app: startup")
    await start({})
    yield {}
    say("app: shutdown")
    await stop()

async def ok(request):
    return PlainTextResponse("ok")

app = Starlette(routes=[Route("/", ok)], lifespan=lifespan)
"""
DYING = """
ends = []

async def app(scope, receive, send):
    if scope["type"] != "lifespan":
        if scope["path"] == "/die":
            ends[-1].set()
            await asyncio.sleep(0.01)
        await respond(send)
        return
    await receive()
    say("app: startup")
    await start({})
    ends.append(asyncio.Event())
    await send({"type": "lifespan.startup.complete"})
    stop, end = asyncio.create_task(receive()), asyncio.create_task(ends[-1].wait())
    await asyncio.wait({stop, end}, return_when=asyncio.FIRST_COMPLETED)
    if end.done():
        raise OSError("canary-5f2c")
    say("app: shutdown")
    await send({"type": "lifespan.shutdown.complete"})
"""
TELEMETRY = """
from telemetry import Telemetry

telemetry = Telemetry.from_env(os.environ)
handler = LifespanAdapter(telemetry.traced(app), **telemetry.hooks)
"""
BROKEN_SINK = """
from {module} import {sink}

def boom(fact):
    raise ValueError("canary-5f2c")

handlers = {sink}.handlers
{sink}.handlers = lambda self: dict.fromkeys(handlers(self), boom)
"""
BROKEN_EXPORTER = """
from telemetry.export.udp import XRayDaemon

def boom(self, spans, deadline):
    raise ValueError("canary-5f2c")

XRayDaemon.export = boom
"""
BROKEN_STDOUT = """
import telemetry.pipeline

def boom(line):
    raise BrokenPipeError("canary-5f2c")

telemetry.pipeline.Telemetry.__init__.__kwdefaults__["write"] = boom
telemetry.pipeline.Telemetry.from_env.__func__.__kwdefaults__["write"] = boom
"""
SERVICE = "from service.handler import handler\n"
COLLECTED = "app: lost"
"""The app says so when its lifespan is collected as garbage."""
CANARY = "canary-5f2c"
MARKS = ("app: {}", '"record":"{}"')
"""How a startup or a shutdown shows in the log: the small app's own words, or telemetry's record."""


class Name(str):
    """An argument that is a name in the function's module."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def function(*parts: str, **arguments: object) -> str:
    """The app with its fault, and the adapter around it, with these arguments."""
    given = "".join(f", {name}={value!r}" for name, value in arguments.items())
    return "".join((APP, *parts, f"\nhandler = LifespanAdapter(app{given})\n"))


def starting(code: str, *parts: str, **arguments: object) -> str:
    """A function whose startup runs `code`."""
    return function(f"async def start(state):\n    {code}\n", *parts, **arguments)


def serving(code: str, **arguments: object) -> str:
    """A function that answers `/` as ever, and every other path by `code`."""
    return function(f"async def serve(scope, receive, send):\n    {code}\n", **arguments)


def stopping(code: str, **arguments: object) -> str:
    """A function whose shutdown runs `code`."""
    return function(f"async def stop():\n    {code}\n", **arguments)


def observed(*parts: str) -> str:
    """The app with the whole of telemetry around it."""
    return "".join((APP, *parts, TELEMETRY))


def count(output: str, event: str) -> int:
    """How often a startup or a shutdown shows in the log."""
    return max(output.count(mark.format(event)) for mark in MARKS)
