"""How structlog is set up: one line of JSON per event. Imports structlog, which takes 7 ms."""

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, WrappedLogger

from telemetry import schema
from telemetry.fan_out import OnFault
from telemetry.logs.context import LOG_CONTEXT
from telemetry.output import Write
from telemetry.settings import Settings


def configure(settings: Settings, write: Write, on_fault: OnFault, *, override: bool) -> None:
    """Configure structlog for this process; `logging` and the runtime's handlers stay as they are."""
    if structlog.is_configured() and not override:
        return
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            _LineFields(settings.service),
            structlog.processors.JSONRenderer(separators=(",", ":")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=lambda *_: _LineLogger(write, on_fault),
        cache_logger_on_first_use=False,  # structlog's `capture_logs` cannot reach a cached logger
    )


class _LineFields:
    """The processor that names a line's fields as Lambda reads them, and keeps it apart from records."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["level"] = str(event["level"]).upper()
        if schema.RECORD in event:
            event[f"{schema.RECORD}_"] = event.pop(schema.RECORD)
        known = {schema.SERVICE: self._service, **(LOG_CONTEXT.get() or {})}
        return {**{key: value for key, value in known.items() if value is not None}, **event}


class _LineLogger:
    """The logger below structlog's processors: writes every level's lines alike."""

    def __init__(self, write: Write, on_fault: OnFault) -> None:
        self._write = write
        self._on_fault = on_fault

    def msg(self, message: str) -> None:
        """Write a line; a broken stdout must not fail the service."""
        try:
            self._write(message + "\n")
        except (OSError, ValueError) as error:
            self._on_fault("logs", error)

    debug = info = warning = error = critical = exception = fatal = log = msg
