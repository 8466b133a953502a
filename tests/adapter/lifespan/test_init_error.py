from pathlib import Path
from typing import Any

import pytest

from tests.adapter.events import http_event
from tests.adapter.runtime_api import Function

CANARY = "canary-5f2c"
STARLETTE = """
import asyncio, contextlib
from starlette.applications import Starlette
from adapter import LifespanAdapter

secret = "-".join(("canary", "5f2c"))

@contextlib.asynccontextmanager
async def lifespan(app):
    {statement}
    yield

handler = LifespanAdapter(Starlette(lifespan=lifespan){arguments})
"""
PLAIN = """
import asyncio
from adapter import LifespanAdapter

secret = "-".join(("canary", "5f2c"))

async def exits():
    raise SystemExit(secret)

async def app(scope, receive, send):
    await receive()
    {statement}

handler = LifespanAdapter(app)
"""
FAILURES = {
    "RuntimeError": "raise RuntimeError(secret)",
    "CancelledError": "raise asyncio.CancelledError(secret)",
    "SystemExit": "raise SystemExit(secret)",
    "KeyboardInterrupt": "raise KeyboardInterrupt(secret)",
    "BaseExceptionGroup of SystemExit": "raise BaseExceptionGroup(secret, [SystemExit(secret)])",
    "ImportError": "raise ImportError(secret)",
    "ModuleNotFoundError": "import missing_module",
}


def only_init_error(source: str, folder: Path) -> tuple[dict[str, Any], str]:
    """The one init error of a function that must not come up, and its log."""
    with Function(source, folder) as function:
        assert function.wait() == 1
        assert len(function.calls.init_errors) == 1
        header, error = function.calls.init_errors[0]
    assert header == error["errorType"] == "LifespanStartupError"
    return error, function.output()


@pytest.mark.conformance("C15")
@pytest.mark.parametrize(("name", "statement"), FAILURES.items(), ids=FAILURES.keys())
def test_every_failure_is_one_init_error(tmp_path: Path, name: str, statement: str) -> None:
    error, log = only_init_error(STARLETTE.format(statement=statement, arguments=""), tmp_path)
    assert error["errorMessage"].startswith("Startup failed in the init phase after ")
    assert f": {name} at function.py:" in error["errorMessage"]
    assert error["errorMessage"].partition(". ")[0].endswith(" in lifespan")
    assert any("function.py" in line for line in error["stackTrace"])
    assert CANARY not in str(error)
    assert CANARY in log or "missing_module" in log


@pytest.mark.conformance("C16")
def test_import_error_keeps_its_name_and_stack(tmp_path: Path) -> None:
    # Left alone, it would be reported as `Runtime.ImportModuleError`, without a stack.
    error, log = only_init_error(STARLETTE.format(statement="import missing_module", arguments=""), tmp_path)
    assert ": ModuleNotFoundError at function.py:" in error["errorMessage"]
    assert any("function.py" in line for line in error["stackTrace"])
    assert "No module named 'missing_module'" in log


@pytest.mark.conformance("C47")
@pytest.mark.parametrize("message", ["message", "no message"])
def test_refusal_is_one_init_error(tmp_path: Path, message: str) -> None:
    fields = '"type": "lifespan.startup.failed"' + ', "message": secret' * (message == "message")
    error, log = only_init_error(PLAIN.format(statement=f"await send({{{fields}}})"), tmp_path)
    assert error["errorMessage"].startswith("Startup failed in the init phase after ")
    assert CANARY not in str(error)
    assert (CANARY in log) is (message == "message")


@pytest.mark.parametrize("name", ["CancelledError", "SystemExit", "KeyboardInterrupt"])
def test_plain_app_that_exits(tmp_path: Path, name: str) -> None:
    error, _ = only_init_error(PLAIN.format(statement=FAILURES[name]), tmp_path)
    assert f": {name} at function.py:" in error["errorMessage"]
    assert CANARY not in str(error)


def test_task_of_the_app_that_exits(tmp_path: Path) -> None:
    error, _ = only_init_error(PLAIN.format(statement="await asyncio.gather(exits())"), tmp_path)
    assert ": SystemExit at function.py:" in error["errorMessage"]
    assert CANARY not in str(error)


def test_failure_in_the_first_invocation(tmp_path: Path) -> None:
    source = STARLETTE.format(statement=FAILURES["SystemExit"], arguments=', placement="first_invocation"')
    with Function(source, tmp_path) as function:
        for _ in range(2):
            kind, error = function.invoke(http_event())
            assert (kind, error["errorType"]) == ("error", "LifespanStartupError")
            assert "in the invocation phase" in error["errorMessage"]
            assert CANARY not in str(error)


MAIN = """
from adapter import LifespanAdapter

async def app(scope, receive, send):
    await receive()
    raise RuntimeError("no database")

{handler}
"""
CLASSES = """
from adapter import LifespanAdapter

class Own(LifespanAdapter):
    def __init__(self, app):
        super().__init__(app, "on")
"""
WAYS = {
    "itself": "handler = LifespanAdapter(app, 'on')",
    "a class of another module": "from classes import Own\nhandler = Own(app)",
    "a function": "def make():\n    return LifespanAdapter(app, 'on')\nhandler = make()",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_l3_error_names_who_made_the_adapter_beside_the_handler(tmp_path: Path, way: str) -> None:
    """A worker that imports the app from the API's module starts the API, as a re-export would have to."""
    (tmp_path / "classes.py").write_text(CLASSES)
    (tmp_path / "main.py").write_text(MAIN.format(handler=way))
    error, _ = only_init_error("from main import app\ndef handler(event, context): pass\n", tmp_path)
    assert error["errorMessage"].endswith(
        ". The module main made the adapter, and Lambda asked for the handler function.handler"
    )
