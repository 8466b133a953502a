"""The process whose calls are counted: `python bench/calls_child.py PROJECT PARTS APP EVENT RESULT`.

It composes a handler as a project's `service/handler.py` does, of the adapter alone or of adapter and
telemetry (PARTS), serves an event a few times, and writes what it saw into the file RESULT, as JSON: modules
that INIT added, and the project's own functions that the startup and one warm request called, in order.
"""

# The process is to import what is in every INIT first, then the parts that are counted, and little else.
# ruff: noqa: E402, PLC0415

import importlib
import json
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

# Libraries look for these two, which are not part of an artifact.
sys.modules["rich"] = sys.modules["psutil"] = None  # type: ignore[assignment] # Python's way to say: not there

import awslambdaric.bootstrap  # noqa: F401 - is in every INIT
import mangum  # noqa: F401 - as above

from bench.apps import APPS

WARMED_BY = 3
"""Requests before the one that is recorded."""
FUNCTION = 0x1  # `inspect.CO_OPTIMIZED`: what the body of a module or of a class has not


class Calls:
    """Calls of the project's own functions in this thread, each with the depth of such calls around it.

    What runs while a file of the project is imported is not among them, nor are comprehensions, which newer
    Pythons do not call.
    """

    def __init__(self, project: str) -> None:
        self._project = f"{project}/"
        self._seen: dict[int, FrameType] = {}
        """By identity, and kept: a coroutine that goes on is no new call."""
        self.made: list[tuple[str, str, int]] = []
        """File, qualified name, depth from 1 on."""
        self.before_app: int | None = None
        """How many there had been when the app was called for the first time."""

    def record(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returns."""
        sys.setprofile(self._profile)
        try:
            return work()
        finally:
            sys.setprofile(None)

    def app_called(self) -> None:
        """Remember that the app's turn has come."""
        if self.before_app is None:
            self.before_app = len(self.made)

    def as_json(self) -> dict[str, Any]:
        """For the parent."""
        before = len(self.made) if self.before_app is None else self.before_app
        return {"calls": self.made, "before_app": before}

    def _profile(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and self._counts(frame) and id(frame) not in self._seen:
            self._seen[id(frame)] = frame
            depth = self._depth(frame)
            if depth is not None:
                code = frame.f_code
                self.made.append((code.co_filename.removeprefix(self._project), code.co_qualname, depth))

    def _owns(self, frame: FrameType) -> bool:
        return frame.f_code.co_filename.startswith(self._project)

    def _counts(self, frame: FrameType) -> bool:
        name = frame.f_code.co_name
        is_function = frame.f_code.co_flags & FUNCTION and (name == "<lambda>" or not name.startswith("<"))
        return bool(is_function) and self._owns(frame)

    def _depth(self, frame: FrameType) -> int | None:
        """None while a file of the project is imported."""
        depth = 0
        caller: FrameType | None = frame
        while caller is not None:
            if caller.f_code.co_name == "<module>" and self._owns(caller):
                return None
            depth += self._counts(caller)
            caller = caller.f_back
        return depth


def loaded() -> set[str]:
    """Names of all modules that are there."""
    return {name for name, module in sys.modules.items() if module is not None}


def adapter_alone() -> Callable[[Any], Any]:
    """Import; return what makes a handler of an app."""
    from adapter import LifespanAdapter

    return lambda app: LifespanAdapter(app, **placement(LifespanAdapter))


def with_telemetry() -> Callable[[Any], Any]:
    """Import; return what makes a handler of an app."""
    from adapter import LifespanAdapter

    modules = map(importlib.import_module, ("telemetry", "telemetry.pipeline"))
    Telemetry = next(module.Telemetry for module in modules if hasattr(module, "Telemetry"))  # noqa: N806

    def build(app: Any) -> Any:
        telemetry = Telemetry.from_env(os.environ)
        return LifespanAdapter(telemetry.traced(app), **{**placement(LifespanAdapter), **hooks_of(telemetry)})

    return build


def placement(adapter: Any) -> dict[str, Any]:
    """Nothing, where the adapter reads its placement from the environment itself."""
    if adapter.__init__.__kwdefaults__["placement"] is None:
        return {}
    from adapter.placement import placement_from

    return {"placement": placement_from(os.environ)}


def hooks_of(telemetry: Any) -> dict[str, Any]:
    """Arguments for the adapter: in one piece, or one by one, as handlers had to write before."""
    try:
        hooks = telemetry.hooks
    except AttributeError:
        return {"observe": telemetry.observe, "after_response": telemetry.after_response}
    return {**hooks}


PARTS = {"adapter": adapter_alone, "telemetry": with_telemetry}


def main(project: str, parts: str, app_name: str, event_file: str, result: str) -> None:
    """Start, serve, and write down what was called."""
    served = APPS[app_name]()
    startup, request = Calls(project), Calls(project)
    current = startup

    async def app(scope: Any, receive: Any, send: Any) -> None:
        current.app_called()
        await served(scope, receive, send)

    before = loaded()
    build = PARTS[parts]()
    handler = startup.record(lambda: build(app))
    modules = sorted(loaded() - before)
    from bench.child import Context

    with open(event_file, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is no module of the base
        event = json.load(file)
    for number in range(WARMED_BY):
        handler(event, Context(number))
    current = request
    answer = request.record(lambda: handler(event, Context(WARMED_BY)))
    if answer["statusCode"] != 200:
        raise RuntimeError(f"the app answered with status {answer['statusCode']}")
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - as above
        json.dump({"modules": modules, "startup": startup.as_json(), "request": request.as_json()}, file)
    os._exit(0)  # the shutdown is not counted


if __name__ == "__main__":
    main(*sys.argv[1:])
