"""How structlog writes here: one line of JSON per event. Imported when structlog is, which takes 7 ms."""

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, WrappedLogger

from telemetry import schema
from telemetry.bound import BOUND
from telemetry.faults import OnFault
from telemetry.settings import Settings
from telemetry.stdout import Write


def configure(settings: Settings, write: Write, on_fault: OnFault) -> None:
    """Configure structlog for this process; `logging` and the handlers of Lambda's runtime stay."""
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            _Shape(settings.service),
            structlog.processors.JSONRenderer(separators=(",", ":")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=lambda *_: _Lines(write, on_fault),
        cache_logger_on_first_use=False,  # a cached logger is deaf to structlog's `capture_logs`
    )


def warn_of_ignored(settings: Settings) -> None:
    """Name the settings that made no sense, without their values."""
    for variable in settings.ignored:
        structlog.get_logger().warning("setting ignored, its default is used", variable=variable)


class _Shape:
    """The last word on a line's keys: those that Lambda reads, and none that make a record of it."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["level"] = str(event["level"]).upper()
        if schema.RECORD in event:
            event[f"{schema.RECORD}_"] = event.pop(schema.RECORD)
        bound = BOUND.get()
        known = {schema.SERVICE: self._service, **(bound._asdict() if bound else {})}
        return {**{key: value for key, value in known.items() if value is not None}, **event}


class _Lines:
    """What structlog writes to: every level alike."""

    def __init__(self, write: Write, on_fault: OnFault) -> None:
        self._write = write
        self._on_fault = on_fault

    def msg(self, message: str) -> None:
        """Write a line; a broken stdout is no reason for the service to fail."""
        try:
            self._write(message + "\n")
        except (OSError, ValueError) as error:
            self._on_fault("logs", error)

    debug = info = warning = error = critical = exception = fatal = log = msg
