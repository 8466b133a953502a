"""Small projects, whose counts can be told by looking at them."""

from collections.abc import Mapping
from pathlib import Path

ADAPTER = """
import asyncio

from adapter.loop import run


class LifespanAdapter:
    def __init__(self, app, *, placement=None, observe=None, after_response=None):
        self.app = app
        self.observe = observe
        import adapter.late

        run(self.send({"type": "lifespan.startup.complete"}))

    def __call__(self, event, context):
        scope = {"type": "http", "method": "GET", "path": event["rawPath"], "headers": []}
        run(self.app(scope, None, self.send))
        if self.observe is not None:
            self.observe([fact for fact in ("ended",)])
        return self.response()

    async def send(self, message):
        await asyncio.sleep(0)
        self.status = message.get("status", 200)

    def response(self):
        return {"statusCode": 200}
"""
LOOP = """
import asyncio

LOOP = asyncio.new_event_loop()


def run(work):
    return LOOP.run_until_complete(work)
"""
LATE = """
from adapter.loop import run


def decorator(function):
    return function


@decorator
def late():
    pass
"""
TELEMETRY = """
class Telemetry:
    @classmethod
    def from_env(cls, environ):
        return cls()

    def traced(self, app):
        async def traced(scope, receive, send):
            await app(scope, receive, send)

        return traced

    def observe(self, fact):
        pass
"""
ONE_PLUG = """
    @property
    def hooks(self):
        return {"observe": self.observe, "after_response": None}
"""
FOUR_PLUGS = """
    after_response = None
"""
PLACEMENT = """
def placement_from(environ):
    return "init"
"""
RUNNABLE = {
    "adapter/__init__.py": '"""Front door."""\n\nfrom adapter.adapter import LifespanAdapter\n',
    "adapter/adapter.py": ADAPTER,
    "adapter/late.py": LATE,
    "adapter/loop.py": LOOP,
    "telemetry/__init__.py": '"""Nothing."""\n',
    "telemetry/pipeline.py": TELEMETRY + ONE_PLUG,
}
RUNNABLE_BEFORE = {
    **RUNNABLE,
    "adapter/adapter.py": ADAPTER.replace("placement=None", 'placement="none was given"'),
    "adapter/placement.py": PLACEMENT,
    "telemetry/pipeline.py": TELEMETRY + FOUR_PLUGS,
}


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, with these files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
