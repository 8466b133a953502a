"""What can go wrong in the adapter, on one base.

AdapterError
├── AdapterClosedError       an event came after the shutdown
├── LifespanProtocolError    raised into the app: it sent what the lifespan protocol has no place for
├── LifespanStartupError     the app must not be served
├── NestedLoopError          called inside a running event loop
└── PlacementError           no such placement
"""

from pathlib import Path

from mangum.exceptions import ConfigurationError, LifespanFailure, UnexpectedMessage

from adapter.facts import Phase


class AdapterError(Exception):
    """Base class of everything that the adapter itself raises."""


class AdapterClosedError(AdapterError):
    """An event arrived after the lifespan was shut down for good."""


class LifespanProtocolError(AdapterError, UnexpectedMessage):
    """The app sent a message that the lifespan protocol does not expect at this point."""


class NestedLoopError(AdapterError, RuntimeError):
    """The adapter was called inside a running event loop, where it cannot run its own."""


class PlacementError(AdapterError, ConfigurationError):
    """The configured placement is none that the adapter knows."""


class LifespanStartupError(AdapterError, LifespanFailure):
    """Startup failed.

    The text names phase, time, type and place, never the text of the cause, which may carry credentials:
    Lambda hands an init error to callers. The full text is in the log of the logger `adapter`.
    """

    def __init__(self, phase: Phase, wall_ns: int, cause: BaseException | None) -> None:
        self.cause_type = None if cause is None else type(cause).__name__
        reason = (
            "the app ended its lifespan without `lifespan.startup.complete`"
            if cause is None
            else _place(cause)
        )
        super().__init__(f"Startup failed in the {phase} phase after {wall_ns / 1e6:.0f} ms: {reason}")


def _place(cause: BaseException) -> str:
    """Type, file, line and function of `cause`; of a group, those of its first member."""
    name = type(cause).__name__
    trace = cause.__traceback__
    while isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
        name = f"{name} of {type(cause).__name__}"
        trace = cause.__traceback__ or trace
    if trace is None:
        return name
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return f"{name} at {Path(code.co_filename).name}:{trace.tb_lineno} in {code.co_name}"
