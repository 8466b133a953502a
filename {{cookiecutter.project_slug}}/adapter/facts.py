"""What the adapter states about one execution environment: its whole contract with the outside.

Instants are Unix time in nanoseconds (`*_ns` ending in `at_ns` or `began_ns`), durations are nanoseconds of a
monotonic clock (`wall_ns`) or of process CPU time (`cpu_ns`). No fact carries a header, a body, a query
string, a state value or the text of an exception; errors are named by type.

They are named tuples, since a dozen frozen dataclasses cost 4 ms more of every INIT; match them by class.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from adapter.placement import Placement

VERSION: Final = "0.2.0"
"""Of the adapter that states the facts, and of the template; the one place where it is written."""

Phase: TypeAlias = Literal["init", "invocation"]
"""Lambda's phase in which something ran."""

Outcome: TypeAlias = Literal["complete", "unsupported", "failed"]
"""How a startup or a shutdown ended; `unsupported` is an app without lifespan, served all the same."""

OnDeath: TypeAlias = Literal["restart", "fail", "exit"]
"""What becomes of events once a lifespan has died: served by a new one, refused, or the process ends."""


class Environment(NamedTuple):
    """Identity of the process that states the facts."""

    id: str
    """12 hex digits of the log stream's hash, the same after a re-init; random without a log stream."""
    process: str
    """8 hex digits, new for every process."""
    init_type: str
    """`AWS_LAMBDA_INITIALIZATION_TYPE`."""
    memory_mb: int | None
    process_began_ns: int
    """When the operating system started the process."""


class MemoryDelta(NamedTuple):
    """Growth of the process over some work, in three independent views; each may be negative."""

    rss_bytes: int
    native_bytes: int | None
    """glibc's `mallinfo2`: memory handed out by malloc; None where the C library has no such call."""
    python_blocks: int
    """Blocks of CPython's allocator (`sys.getallocatedblocks`)."""


class EnvironmentStarted(NamedTuple):
    """The first fact of every process, stated again with a new identity by every restored snapshot."""

    at_ns: int
    environment: Environment
    placement: Placement
    """As assigned."""
    reinit: bool = False
    """An earlier process of the same execution environment has ended: Lambda began anew, and since it mostly
    does so inside an invocation, the function's timeout holds instead of INIT's 10 seconds."""
    restore_ns: int | None = None
    """Wall time of the app's `after_restore`; None for a process that was started, not restored."""


class StartupBegan(NamedTuple):
    """A lifespan was asked to start."""

    at_ns: int
    ordinal: int
    """1 for the first startup of the process, then 2, 3, …"""
    phase: Phase


class StartupDeferred(NamedTuple):
    """INIT's budget or an invocation's time is used up; the next invocation goes on with the startup."""

    at_ns: int
    began: StartupBegan


class ResourceLoaded(NamedTuple):
    """One `preload` block of a startup; travels in `StartupEnded.resources`."""

    name: str
    began_ns: int
    wall_ns: int
    cpu_ns: int
    memory: MemoryDelta
    modules: int
    """Modules newly imported while it loaded."""
    overlapped: bool
    """Another resource loaded at the same time: CPU, memory and modules are shared with it."""
    error: str | None
    """Type of the exception that left the block."""


class StartupEnded(NamedTuple):
    """A lifespan has started, or has not."""

    began: StartupBegan
    wall_ns: int
    """Without the pauses of a startup that was deferred; `cpu_ns` as well."""
    cpu_ns: int
    outcome: Outcome
    memory: MemoryDelta
    resources: tuple[ResourceLoaded, ...]
    state_keys: tuple[str, ...]
    """Names, never values, of what the lifespan put into its state."""
    error: str | None
    """Type of the exception behind a failure: `CancelledError` when the process ended first."""
    deferred: bool = False
    """It did not end in the INIT or the invocation that it began in, but in a later invocation."""


class InvocationBegan(NamedTuple):
    """An event arrived."""

    at_ns: int
    request_id: str
    function_arn: str
    index: int  # type: ignore[assignment] # `tuple.index` is of no use here
    """1 for the first invocation of the process."""
    trace_context: Mapping[str, str]
    """`traceparent`, `tracestate`, `baggage`, `x-amzn-trace-id`: from the event's headers or, failing that,
    from the context's `w3c()`. Nothing else of either."""


class InvocationEnded(NamedTuple):
    """An event was answered, or failed."""

    began: InvocationBegan
    wall_ns: int
    """From event to response, startup and shutdown inside the invocation included."""
    cpu_ns: int
    status: int | None
    """HTTP status; None when no response was made."""
    error: str | None
    """Type of the exception that left the app or failed the invocation."""
    touched: Mapping[str, int]
    """How often the request read each key of the lifespan's state."""
    startup_ns: int
    """Waited for a startup inside this invocation: its wall time, and what observing it took; else 0."""
    shutdown_ns: int
    """The same of a shutdown."""
    posted: bool = False
    """The event is not HTTP, and was posted to the adapter's `event_path`; `status` is the app's answer."""


class PlacementChanged(NamedTuple):
    """The placement in force is no longer the assigned one, for the rest of the process."""

    at_ns: int
    assigned: Placement
    in_force: Placement
    reason: str
    """A fixed phrase, such as `a repeated startup failed`."""
    error: str | None


class LifespanDied(NamedTuple):
    """A lifespan has ended by itself, after it had started; stated before anything is served without it."""

    at_ns: int
    """When it ended."""
    ordinal: int
    error: str | None
    """Type of the exception that ended it; None when it just returned, or said that it failed."""


class SnapshotAnnounced(NamedTuple):
    """A snapshot of this process comes next; sinks flush, or every copy of it repeats what they hold."""

    at_ns: int


class ShutdownBegan(NamedTuple):
    """A lifespan was told to stop."""

    at_ns: int
    ordinal: int
    """Ordinal of the startup that this shutdown undoes."""
    phase: Literal["invocation", "shutdown"]


class ShutdownEnded(NamedTuple):
    """A lifespan has stopped, or was cut."""

    began: ShutdownBegan
    wall_ns: int
    outcome: Outcome
    error: str | None


class EnvironmentEnded(NamedTuple):
    """The last fact of a process that was told to end; sinks flush here."""

    at_ns: int
    invocations: int
    faults: int
    """Exceptions of observers that the adapter swallowed."""


Began: TypeAlias = StartupBegan | InvocationBegan | ShutdownBegan
Ended: TypeAlias = StartupEnded | InvocationEnded | ShutdownEnded
Fact: TypeAlias = (
    EnvironmentStarted
    | Began
    | StartupDeferred
    | Ended
    | LifespanDied
    | PlacementChanged
    | SnapshotAnnounced
    | EnvironmentEnded
)
Observe: TypeAlias = Callable[[Fact], None]
"""Receives each fact as it happens, in order. What it raises is swallowed and counted; no request sees it."""
