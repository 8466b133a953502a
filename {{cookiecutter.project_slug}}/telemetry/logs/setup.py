"""How structlog is set up: one line of JSON per event. Imports structlog, which takes 7 ms."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import format_exc_info
from structlog.typing import EventDict, Processor, WrappedLogger

from telemetry import schema
from telemetry.fan_out import OnFault
from telemetry.logs.calls import keep_apart, unfailing_logger
from telemetry.logs.context import LOG_CONTEXT
from telemetry.logs.rendering import OnLogFault, rendered
from telemetry.output import Write
from telemetry.settings import Settings

RESERVED: Final = frozenset(
    {
        "_aws",
        "level",
        "message",
        schema.PLACEMENT,
        schema.RECORD,
        schema.REQUEST_ID,
        schema.SERVICE,
        schema.START,
        "timestamp",
        schema.TRACE_ID,
    }
)
"""What the line itself says, or CloudWatch would read; the service's field of such a name gets a `_`."""
_RENDERED: Final = {"exc_info": "exception", "stack_info": "stack"}
"""What structlog renders, and the name that it gives to the text."""


def configure(settings: Settings, write: Write, on_fault: OnFault, *, override: bool) -> None:
    """Configure structlog for this process; `logging` and the runtime's handlers stay as they are."""
    if structlog.is_configured() and not override:
        return
    on_log_fault = partial(on_fault, "logs")
    structlog.configure(
        processors=[_Line(settings.service, on_log_fault)],
        wrapper_class=unfailing_logger(settings.log_level, on_log_fault),
        logger_factory=lambda *_: _LineLogger(write, on_log_fault),
        cache_logger_on_first_use=False,  # structlog's `capture_logs` cannot reach a cached logger
    )


class _Line:
    """The processor that makes one line of an event; a step that fails is left out."""

    def __init__(self, service: str, on_fault: OnLogFault) -> None:
        self._service = service
        self._on_fault = on_fault
        self._steps: Sequence[Processor] = (
            merge_contextvars,
            _renamed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(additional_ignores=["telemetry.logs"]),
            _exception,
        )

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        for step in self._steps:
            try:
                event = step(logger, method, event)  # type: ignore[assignment] # none of these ends in a text
            except Exception as error:  # noqa: BLE001 - the line is worth more than what one step adds
                self._on_fault(error)
        event["level"] = method.upper()
        known = {schema.SERVICE: self._service, **(LOG_CONTEXT.get() or {})}
        line = {**{key: value for key, value in known.items() if value is not None}, **event}
        return rendered(line, self._on_fault)


def _renamed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the service's fields apart from the line's own, and the line from records."""
    if not RESERVED.isdisjoint(event):
        keep_apart(event, sorted(RESERVED & event.keys()))
    for option, name in _RENDERED.items():
        if name in event and option in event:
            keep_apart(event, (name,))
    event["message"] = event.pop("event", None)
    return event


def _exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """As structlog renders it; of an exception that cannot be rendered, its type."""
    told, current = event.get("exc_info"), sys.exc_info()[1]
    try:
        return format_exc_info(logger, method, event)
    except Exception:
        event.pop("exc_info", None)
        error = told[1] if isinstance(told, tuple) and len(told) == 3 else told
        event["exception"] = type(error if isinstance(error, BaseException) else current).__name__
        raise


class _LineLogger:
    """The logger below structlog's processor: writes every level's lines alike."""

    def __init__(self, write: Write, on_fault: OnLogFault) -> None:
        self._write = write
        self._on_fault = on_fault

    def msg(self, message: str) -> None:
        """Write a line; a broken stdout must not fail the service."""
        try:
            self._write(message + "\n")
        except Exception as error:  # noqa: BLE001 - stdout may be anything that the service has put there
            self._on_fault(error)

    debug = info = warning = error = critical = exception = fatal = log = msg
