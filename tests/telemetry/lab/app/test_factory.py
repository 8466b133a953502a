"""Apps and factories: what uvicorn accepts, the lab accepts; all else is refused in a sentence."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from uvicorn import Config

from telemetry.lab.app.target import TargetError, find_app
from tests.telemetry.lab.conftest import Lab

FACTORIES = """
import functools
from starlette.applications import Starlette

app = Starlette()

def create_app():
    return app

def with_defaults(settings=None, *, debug=False):
    return Starlette(debug=debug)

def with_settings(settings):
    return Starlette()

def of_three(settings, database, cache):
    return Starlette()

with_partial = functools.partial(with_settings, {})

class Factory:
    def __call__(self):
        return app

    def build(self):
        return app

    @classmethod
    def default(cls):
        return app

factory = Factory()

async def create_later():
    return app

def create_coroutine():
    return create_later()

def create_nothing():
    Starlette()

def create_wrong():
    raise TypeError("the model has no weights")

async def function(scope, receive, send):
    await app(scope, receive, send)

async def any_arguments(*args):
    await app(*args)

class AppClass:
    def __init__(self, scope, receive, send):
        self.arguments = scope, receive, send

    def __await__(self):
        return app(*self.arguments).__await__()

class OldClass:
    def __init__(self, scope):
        self.scope = scope

    async def __call__(self, receive, send):
        await app(self.scope, receive, send)

def old_function(scope):
    return functools.partial(app, scope)

def old_factory():
    return OldClass

class Wsgi:
    def __call__(self, environ, start_response):
        return []

wsgi = Wsgi()
"""
ACCEPTED = [
    ("app", False),
    ("create_app", True),
    ("with_defaults", True),
    ("with_partial", True),
    ("factory", True),
    ("factory.build", True),
    ("Factory.default", True),
    ("Starlette", True),
    ("function", False),
    ("AppClass", False),
    ("OldClass", False),
    ("old_function", False),
    ("old_factory", True),
]
REFUSED = [
    ("with_settings", "it takes the argument settings; write a function without arguments that calls it"),
    ("of_three", "it takes the arguments settings, database, cache; write a function without"),
    ("create_later", "a factory must return the app, but this one is a coroutine function"),
    ("create_coroutine", "it returned an object of the type coroutine"),
    ("create_nothing", "it returned an object of the type NoneType"),
    ("wsgi", "it takes the arguments environ, start_response, as a WSGI app does; a2wsgi"),
]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "made_for_factories.py").write_text(FACTORIES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "made_for_factories", raising=False)
    return "made_for_factories"


def status(app: Any) -> int:
    """The app's answer to a request."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def ask() -> None:
        await app({"type": "http", "method": "GET", "path": "/", "headers": []}, receive, send)

    asyncio.run(ask())
    return int(sent[0]["status"])


@pytest.mark.parametrize(("attribute", "from_factory"), ACCEPTED)
def test_n4_what_uvicorn_accepts_is_accepted(module: str, attribute: str, *, from_factory: bool) -> None:
    target = f"{module}:{attribute}"
    uvicorn = Config(target, proxy_headers=False)
    uvicorn.load()
    found = find_app(target)
    assert found.from_factory is from_factory
    assert status(found.app) == status(uvicorn.loaded_app) == 404


def test_n4_any_number_of_arguments(module: str) -> None:
    """Which uvicorn would call as a factory."""
    assert find_app(f"{module}:any_arguments").from_factory is False


@pytest.mark.parametrize(("attribute", "reason"), REFUSED)
def test_n4_what_is_no_factory(module: str, attribute: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason) as refused:
        find_app(f"{module}:{attribute}")
    assert f"--app {module}:{attribute}" in str(refused.value)


def test_n4_factory_in_the_lab(lab: Lab, here: Path) -> None:
    (here / "shop.py").write_text(
        "from starlette.applications import Starlette\n"
        "from starlette.responses import PlainTextResponse\n"
        "from starlette.routing import Route\n"
        "def create_app():\n"
        "    return Starlette(routes=[Route('/', lambda request: PlainTextResponse('hello'))])\n",
        encoding="utf-8",
    )
    run = lab("--app", "shop:create_app", "--environments", 1, "--invocations", 2)
    assert run.code == 0, run.stderr
    assert [line["status"] for line in run.records("invocation")] == [200] * 2
    assert run.stderr.startswith("lab: shop:create_app is a factory: it is called in each process")


@pytest.mark.parametrize(
    ("attribute", "reasons"),
    [
        ("create_wrong", ("TypeError: the model has no weights", "the factory raised", "in create_wrong")),
        ("with_settings", ("it takes the argument settings",)),
        ("absent", ("module made_for_factories has no attribute absent",)),
    ],
)
def test_n4_failing_factory_in_the_lab(
    lab: Lab, here: Path, module: str, attribute: str, reasons: tuple[str, ...]
) -> None:
    run = lab("--app", f"{module}:{attribute}", "--app-dir", here, "--environments", 1)
    assert run.code == 2
    assert [reason for reason in reasons if reason not in run.stderr] == []
    assert not run.out.exists()
