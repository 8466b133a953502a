"""Notes which packages run Python code while a function serves events, by `sys.monitoring` of Python 3.12.

A package runs if one of its functions begins, goes on (a coroutine that an earlier phase began) or comes to a
jump (a loop in a thread). What an import does is no use: a module that is imported by a request runs its top
level and whatever that calls. C code is invisible.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, TypeAlias

WATCH_VARIABLE: Final = "LAB_IMPORTS_WATCH"
"""The file that takes a line of JSON after each event: what was noted of it."""
TOOL_NAME: Final = "telemetry.lab.imports"
TOOL_IDS: Final = range(6)

Handler: TypeAlias = Callable[[Any, Any], Any]


class Watch:
    """Serves events, and writes after each of them which packages have run code in it."""

    def __init__(self, handler: Handler, out: Path) -> None:
        self._handler = handler
        self._out = out
        self._loaded: list[str] = []
        self._seen: set[str] = set()
        self._monitoring: Any = getattr(sys, "monitoring", None)  # since Python 3.12
        self._tool = None if self._monitoring is None else self._free_tool()

    def __call__(self, event: Any, context: Any) -> Any:
        """Serve an event as the handler does."""
        self._loaded = self._loaded or sorted({name.partition(".")[0] for name in tuple(sys.modules)})
        self._begin()
        try:
            return self._handler(event, context)
        finally:
            self._end(context.aws_request_id)

    def _free_tool(self) -> int | None:
        """Take one of the six places for tools: coverage and profilers have others."""
        for tool in TOOL_IDS:
            if self._monitoring.get_tool(tool) is None:
                self._monitoring.use_tool_id(tool, TOOL_NAME)
                events = self._monitoring.events
                for event in (events.PY_START, events.PY_RESUME, events.JUMP):
                    self._monitoring.register_callback(tool, event, self._note)
                return tool
        return None

    def _begin(self) -> None:
        self._seen = set()
        if self._tool is not None:
            events = self._monitoring.events
            self._monitoring.restart_events()  # of the places that an earlier event came by
            self._monitoring.set_events(self._tool, events.PY_START | events.PY_RESUME | events.JUMP)

    def _end(self, request: str) -> None:
        if self._tool is not None:
            self._monitoring.set_events(self._tool, 0)  # first of all: the rest is code that runs, too
        ran = None if self._tool is None else sorted(self._seen)
        with self._out.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"request": request, "loaded": self._loaded, "ran": ran}) + "\n")

    def _note(self, code: CodeType, *_place: int) -> object:  # noqa: ARG002 # sys.monitoring's signature
        """Take a call; each place of the code is told once in an event."""
        frame = sys._getframe(1)  # noqa: SLF001 # the only way to a module of generated code
        if not self._imports(frame):
            self._seen.add(str(frame.f_globals.get("__name__", "")).partition(".")[0])
        return self._monitoring.DISABLE

    def _imports(self, frame: FrameType | None) -> bool:
        """Whether this happens inside of an import, and not only inside of the program's own module."""
        while frame is not None and frame.f_code is not Watch.__call__.__code__:
            if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") != "__main__":
                return True
            frame = frame.f_back
        return False


def watched(handler: Handler) -> Handler:
    """Return the handler, watched if the lab has asked for it."""
    out = os.environ.get(WATCH_VARIABLE)
    return handler if out is None else Watch(handler, Path(out))
