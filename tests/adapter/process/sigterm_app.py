"""The app whose ends the tests of SIGTERM follow: it says what happens to it."""

APP = """
import asyncio, atexit, signal, sys
from adapter import LifespanAdapter

def say(*words):
    print(*words, flush=True)

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        say("shutdown")
        await stop(send)
        return
    say("request", scope["path"])
    if scope["path"] == "/slow":
        await asyncio.sleep(0.3)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})

async def stop(send):
    await send({"type": "lifespan.shutdown.complete"})

def previous(signum, frame):
    say("previous")
"""
ADAPTER = """
handler = LifespanAdapter(app, observe=lambda fact: say(type(fact).__name__))
"""
END = ["ShutdownBegan", "shutdown", "ShutdownEnded", "EnvironmentEnded"]
