"""The log context: what every line of an invocation's log says about that invocation."""

import json
import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Final, TypeAlias

from adapter.facts import EnvironmentStarted, InvocationBegan, InvocationEnded, StartupEnded
from telemetry import schema
from telemetry.fan_out import Handlers, OnFault
from telemetry.invocation_context import InvocationContext
from telemetry.output import Write
from telemetry.settings import TRACE_CALLERS, Settings

LOG_CONTEXT: Final[ContextVar[Mapping[str, str | None] | None]] = ContextVar("telemetry_logs", default=None)
"""Fields of the invocation in progress, under the names that its record has for them."""

Emit: TypeAlias = Callable[[logging.LogRecord], None]

_CLIENTS: Final = frozenset({"awslambdaric", "bootstrap"})
"""The package of the runtime client, and the module that older runtimes had in its place."""

IGNORED: Final = "setting ignored, its default is used"
UNTRUSTED: Final = "setting ignored, callers are not trusted"


class Logs:
    """The sink that sets the log context, and has structlog write lines of JSON.

    structlog takes 7 ms to import, and many services do not use it. So it is configured when the handler asks
    for that, or when it is found among the imported modules: at construction, and in `configure_if_imported`.
    """

    def __init__(
        self, settings: Settings, context: InvocationContext, write: Write, on_fault: OnFault
    ) -> None:
        self._settings = settings
        self._context = context
        self._write = write
        self._on_fault = on_fault
        self._placement: str | None = None
        self._configured = False
        self._protect_runtime_handlers()
        if sys.modules.get("structlog") is not None:
            self.configure()
        self._warn_of_ignored()

    def handlers(self) -> Handlers:
        """Set the context as an invocation begins, clear it as the invocation ends."""
        return {
            EnvironmentStarted: self._environment_started,
            StartupEnded: self._startup_ended,
            InvocationBegan: self._on_start,
            InvocationEnded: self._on_end,
        }

    def configure(self, *, override: bool = True) -> None:
        """Import structlog and configure it, now; never raises.

        Args:
            override: Also if the service has configured it already.
        """
        self._configured = True
        self._protect_runtime_handlers()
        try:
            from telemetry.logs.setup import configure  # noqa: PLC0415 - imports structlog

            configure(self._settings, self._write, self._on_fault, override=override)
        except Exception as error:  # noqa: BLE001 - a service without its log is still a service
            self._on_fault("logs", error)

    def configure_if_imported(self) -> None:
        """Configure structlog, once it has been imported, unless the service has done that by itself."""
        if not self._configured and sys.modules.get("structlog") is not None:
            self.configure(override=False)

    def _protect_runtime_handlers(self) -> None:
        """Keep lines that the runtime client cannot render from failing the request."""
        try:
            protect_runtime_handlers(partial(self._on_fault, "logs"))
        except Exception as error:  # noqa: BLE001 - as above
            self._on_fault("logs", error)

    def _environment_started(self, fact: EnvironmentStarted) -> None:
        self._placement = fact.placement

    def _startup_ended(self, _: StartupEnded) -> None:
        self.configure_if_imported()

    def _on_start(self, fact: InvocationBegan) -> None:
        if not self._configured:
            self.configure_if_imported()
        context = self._context
        LOG_CONTEXT.set(
            {
                schema.REQUEST_ID: fact.request_id,
                schema.TRACE_ID: context.trace_id,
                schema.START: context.start,
                schema.PLACEMENT: self._placement,
            }
        )

    def _on_end(self, _: InvocationEnded) -> None:
        LOG_CONTEXT.set(None)

    def _warn_of_ignored(self) -> None:
        """Name the variables that could not be read, without their values."""
        for variable in self._settings.ignored if self._settings.log_level <= logging.WARNING else ():
            line = {
                schema.SERVICE: self._settings.service,
                "variable": variable,
                "level": "WARNING",
                "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "message": UNTRUSTED if variable == TRACE_CALLERS else IGNORED,
            }
            try:
                self._write(json.dumps(line, separators=(",", ":")) + "\n")
            except Exception as error:  # noqa: BLE001 - a broken stdout must not fail the service
                self._on_fault("logs", error)


def protect_runtime_handlers(on_fault: Callable[[Exception], None]) -> None:
    """Have the runtime client's handlers of the root logger log what they can, and raise nothing.

    Those of the standard library catch what formatting and writing raise; the runtime client's do not.
    Nothing else of `logging` changes, and no handler of the service. May be called again: the latest
    `on_fault` takes what would have been raised.
    """
    for handler in logging.getLogger().handlers:
        if type(handler).__module__.partition(".")[0] in _CLIENTS:
            emit = handler.emit
            unprotected = emit.unprotected if isinstance(emit, _Protected) else emit
            handler.emit = _Protected(unprotected, on_fault)  # type: ignore[method-assign]


class _Protected:
    """An `emit` that raises nothing: a record that cannot be emitted is, as far as it can be."""

    def __init__(self, unprotected: Emit, on_fault: Callable[[Exception], None]) -> None:
        self.unprotected = unprotected
        self._on_fault = on_fault

    def __call__(self, record: logging.LogRecord) -> None:
        try:
            self.unprotected(record)
        except Exception as error:  # noqa: BLE001 - a line must not fail a request
            self._emit_anyway(record, error)

    def _emit_anyway(self, record: logging.LogRecord, failure: Exception) -> None:
        try:
            self._on_fault(failure)
            from telemetry.logs.runtime_handler import renderable  # noqa: PLC0415 - seldom needed

            self.unprotected(renderable(record))
        except Exception:  # noqa: BLE001 - there is no place left to tell it
            return
