"""The service's log: structlog, joined to the records by request and trace."""

import sys

from adapter.facts import EnvironmentStarted, InvocationBegan, InvocationEnded
from telemetry.bound import BOUND, Bound
from telemetry.current import Current
from telemetry.fan_out import Handlers
from telemetry.faults import OnFault
from telemetry.on_import import on_import
from telemetry.settings import Settings
from telemetry.stdout import Write


class Logs:
    """Binds to each line of an invocation what the invocation's record has too."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._placement: str | None = None

    def handlers(self) -> Handlers:
        """Bind as an invocation begins, unbind as it ends."""
        return {
            EnvironmentStarted: self._environment_started,
            InvocationBegan: self._begin,
            InvocationEnded: self._end,
        }

    def _environment_started(self, fact: EnvironmentStarted) -> None:
        self._placement = fact.placement

    def _begin(self, fact: InvocationBegan) -> None:
        current = self._current
        BOUND.set(Bound(fact.request_id, current.trace_id, current.start, self._placement))

    def _end(self, _: InvocationEnded) -> None:
        BOUND.set(None)


def configure_logs(settings: Settings, write: Write, on_fault: OnFault) -> None:
    """Have structlog write the service's lines, from the moment on that the service imports it."""

    def configure() -> None:
        from telemetry import log_lines  # noqa: PLC0415 - see there

        log_lines.configure(settings, write, on_fault)

    if settings.ignored:
        import structlog  # noqa: F401, PLC0415 - there is something to say
    if "structlog" in sys.modules:
        configure()
    else:
        on_import("structlog", configure, on_fault)
    if settings.ignored:
        from telemetry.log_lines import warn_of_ignored  # noqa: PLC0415 - as above

        warn_of_ignored(settings)
