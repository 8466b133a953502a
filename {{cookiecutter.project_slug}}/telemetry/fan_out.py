"""One observer made of several sinks, none of which can harm another or the service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from adapter.facts import Ended, Fact, InvocationEnded, ShutdownEnded, StartupEnded

Handlers: TypeAlias = Mapping[type[Fact], Callable[[Any], None]]
"""A sink: what it does with each kind of fact. Kinds that it does not name cost it nothing."""

OnFault: TypeAlias = Callable[[str, Exception], None]
"""Takes the name of the part of telemetry that failed, and the exception that it raised."""

_ENDED: Final[tuple[type[Ended], ...]] = (InvocationEnded, StartupEnded, ShutdownEnded)


class FanOut:
    """Passes each fact to every sink: in order, but in reverse for an end, as nested contexts exit."""

    def __init__(self, sinks: Sequence[tuple[str, Handlers]], on_fault: OnFault) -> None:
        self._on_fault = on_fault
        self._routes: dict[type[Fact], tuple[tuple[str, Callable[[Any], None]], ...]] = {}
        for kind in {kind for _, handlers in sinks for kind in handlers}:
            route = [(name, handlers[kind]) for name, handlers in sinks if kind in handlers]
            self._routes[kind] = tuple(reversed(route) if kind in _ENDED else route)

    def observe(self, fact: Fact) -> None:
        """Pass `fact` on; what a sink raises goes to `on_fault` under the sink's name, and no further."""
        for name, handle in self._routes.get(type(fact), ()):
            try:
                handle(fact)
            except Exception as error:  # noqa: BLE001 - whatever a sink raises, the service goes on
                self._on_fault(name, error)


class Faults:
    """Counts the exceptions of telemetry's own parts, and reports the first of each part and type."""

    def __init__(self, report: Callable[[str, str], None]) -> None:
        self._report = report
        self._reported: set[tuple[str, str]] = set()
        self.total = 0

    def add(self, part: str, error: Exception) -> None:
        """Count a fault; never raises, even where its report cannot be written."""
        self.total += 1
        kind = (part, type(error).__name__)
        if kind in self._reported:
            return
        self._reported.add(kind)
        try:
            self._report(*kind)
        except Exception:  # noqa: BLE001 - stdout is gone: only the total in the last record can still tell
            self.total += 1
