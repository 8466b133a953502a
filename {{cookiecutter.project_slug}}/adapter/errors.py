"""What can go wrong in the adapter, on one base.

AdapterError
├── AdapterClosedError               an event came after the shutdown
├── AppExitError                     the app left a request by SystemExit or the like
├── EventFailedError                 the app did not accept an event that is not HTTP
├── EventTimeoutError                such an event was cut shortly before the function's timeout
├── LifespanDiedError                the lifespan has ended by itself, so the event is not served
│   └── LifespanLostError            the same for all events to come, so the process ends
├── LifespanProtocolError            raised into the app: it sent what the lifespan protocol has no place for
├── LifespanStartupError             the app must not be served
│   └── LifespanStartupTimeoutError  the app is not ready in time
├── NestedLoopError                  called inside a running event loop
├── SettingError                     a parameter has a value that the adapter does not know
├── SnapshotHookError                `before_snapshot` or `after_restore` failed
└── UnknownEventError                an event that is not HTTP, with nothing configured for it

Lambda hands the text of an error to callers. So no text quotes another exception, which may carry
credentials: it names type and place. The full text is in the log of the logger `adapter`.
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


class SettingError(AdapterError, ConfigurationError):
    """A parameter has none of the values that the adapter knows."""


class LifespanStartupError(AdapterError, LifespanFailure):
    """Startup failed, by an exception or by what the app said."""

    def __init__(
        self, phase: Phase, wall_ns: int, cause: BaseException | None, said: str | None = None
    ) -> None:
        self.cause_type = None if cause is None else type(cause).__name__
        if cause is not None:
            reason = place(cause)
        elif said is not None:
            reason = f"the app sent `{said}`"
        else:
            reason = "the app ended its lifespan without `lifespan.startup.complete`"
        super().__init__(f"Startup failed in the {phase} phase after {wall_ns / 1e6:.0f} ms: {reason}")

    def made_by(self, module: str, handler: str | None) -> None:
        """Name the module that made the adapter, and the handler that Lambda asked for."""
        asked = "" if handler is None else f", and Lambda asked for the handler {handler}"
        self.args = (f"{self}. The module {module} made the adapter{asked}",)


class LifespanStartupTimeoutError(LifespanStartupError):
    """Startup takes too long; it was cancelled, or goes on in the next invocation."""

    def __init__(self, phase: Phase, wall_ns: int, *, goes_on: bool = False) -> None:
        super().__init__(phase, wall_ns, TimeoutError())
        fate = "goes on in the next invocation" if goes_on else "was cancelled"
        self.args = (f"Startup, begun in the {phase} phase, has taken {wall_ns / 1e6:.0f} ms and {fate}",)


class LifespanDiedError(AdapterError, LifespanFailure):
    """The lifespan has ended by itself, and with it, it must be feared, what it had opened."""

    def __init__(self, cause: BaseException | None, sequel: str = "") -> None:
        reason = "by itself" if cause is None else f"with {place(cause)}"
        super().__init__(f"The lifespan ended {reason}, so no event is served{sequel}")


class LifespanLostError(LifespanDiedError):
    """The lifespan has ended by itself, and this process cannot or must not start another."""


class SnapshotHookError(AdapterError):
    """A hook of the app failed; Lambda gives up the snapshot, or this copy of it."""

    def __init__(self, name: str, cause: BaseException) -> None:
        super().__init__(f"{name} failed: {place(cause)}")


class AppExitError(AdapterError):
    """The app left a request by an exception that would end the process."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"The app left a request by {place(cause)}")


class UnknownEventError(AdapterError, RuntimeError):
    """The event is not HTTP, and nothing is configured for it."""

    def __init__(self) -> None:
        super().__init__(
            "The event comes from no HTTP source, so the adapter was unable to infer a handler for it. "
            "Set `on_event` to an async function for such events, `event_path` to have them posted to a "
            "path of the app, `warm_up` if it is a ping that keeps the function warm, or add a class to "
            "`custom_handlers`"
        )


class EventFailedError(AdapterError, RuntimeError):
    """The app did not accept an event that is not HTTP; raised, so that Lambda tries again or keeps it."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"The app answered the event with status {status}, at {path}")


class EventTimeoutError(AdapterError, TimeoutError):
    """An event that is not HTTP was cut; raised, so that Lambda tries again or keeps it."""

    def __init__(self) -> None:
        super().__init__(
            "The event was cut: it would not have been handled before the function's timeout. "
            "Give the function more time, or the event less work"
        )


def place(cause: BaseException) -> str:
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
