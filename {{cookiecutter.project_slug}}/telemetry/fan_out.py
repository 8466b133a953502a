"""One observer made of several sinks, none of which can harm another or the service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from adapter.facts import Ended, Fact, InvocationEnded, ShutdownEnded, StartupEnded
from telemetry.faults import OnFault

Handlers: TypeAlias = Mapping[type[Fact], Callable[[Any], None]]
"""A sink: what it does with each kind of fact. Those that it does not name pass it by, at no cost."""

_ENDED: Final[tuple[type[Ended], ...]] = (InvocationEnded, StartupEnded, ShutdownEnded)


class FanOut:
    """Hands each fact to every sink: in order, but an end in reverse, as nested contexts unwind."""

    def __init__(self, sinks: Sequence[tuple[str, Handlers]], on_fault: OnFault) -> None:
        self._on_fault = on_fault
        self._routes: dict[type[Fact], tuple[tuple[str, Callable[[Any], None]], ...]] = {}
        for kind in {kind for _, handlers in sinks for kind in handlers}:
            route = [(name, handlers[kind]) for name, handlers in sinks if kind in handlers]
            self._routes[kind] = tuple(reversed(route) if kind in _ENDED else route)

    def observe(self, fact: Fact) -> None:
        """Never raises: what a sink raises goes to `on_fault`, by the sink's name."""
        for name, handle in self._routes.get(type(fact), ()):
            try:
                handle(fact)
            except Exception as error:  # noqa: BLE001 - whatever a sink raises, the service goes on
                self._on_fault(name, error)
