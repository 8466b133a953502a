"""Functions that use the libraries, under the real runtime client."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.adapter.libraries.server import await_true
from tests.adapter.runtime_api import ROOT, Function

PYTHON = ROOT / ".venv-libraries" / "bin" / "python"
SOURCE = """
import time
from pathlib import Path

from adapter import LifespanAdapter
from adapter.facts import ShutdownEnded, StartupEnded
from tests.adapter.libraries.apps.{module} import {name} as app

def observe(fact):
    if isinstance(fact, StartupEnded | ShutdownEnded):
        print(type(fact).__name__, fact.outcome, flush=True)
    # The process goes on until the test has looked at the server: what is closed now, the app has closed.
    ends = time.monotonic() + 10
    while isinstance(fact, ShutdownEnded) and not Path("looked").exists() and time.monotonic() < ends:
        time.sleep(0.01)

handler = LifespanAdapter(app, observe=observe)
"""
STARTED, STOPPED = "StartupEnded complete", "ShutdownEnded complete"
AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


def python() -> str:
    """Interpreter of the environment that holds the libraries; skip the test where it was not made."""
    if not PYTHON.exists():
        pytest.skip("needs the libraries: make .venv-libraries/.installed")
    return str(PYTHON)


class FunctionWithLibraries(Function):
    """The function of a source that uses the libraries."""

    def __init__(self, source: str, folder: Path, **environ: str) -> None:
        super().__init__(source, folder, python=python(), environ=environ)

    def ready(self) -> None:
        """Wait until it is idle; fail with its output when it ends instead, as INIT may."""
        await_true(
            lambda: not self.calls.polls.empty() or self._process.poll() is not None, "neither idle nor ended"
        )
        if self.calls.polls.empty():
            raise AssertionError(self.output())
        super().ready()

    def request(self, event: Mapping[str, Any]) -> Any:
        """What Lambda gets for this event, once the function is idle again; fail when that is an error."""
        self.send(event)
        kind, content = self.answer()
        assert kind == "response", content
        self.ready()
        return content


class KeptFunction(FunctionWithLibraries):
    """The function of one app of `tests.adapter.libraries.apps`: `module`, or `module:name`."""

    def __init__(self, app: str, server: str, folder: Path) -> None:
        module, _, name = app.partition(":")
        super().__init__(SOURCE.format(module=module, name=name or "app"), folder, SERVER=server, **AWS)
        self._folder = folder

    def let_end(self) -> None:
        """Tell it that the server has been looked at."""
        (self._folder / "looked").touch()
