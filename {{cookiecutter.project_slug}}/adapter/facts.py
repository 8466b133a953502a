"""What the adapter states about one execution environment: its whole contract with the outside.

Instants are Unix time in nanoseconds (`*_ns` ending in `at_ns` or `began_ns`), durations are nanoseconds of a
monotonic clock (`wall_ns`) or of process CPU time (`cpu_ns`). No fact carries a header, a body, a query
string, a state value or the text of an exception; errors are named by type.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

VERSION: Final = "0.1.0"
"""Of the adapter that states the facts."""

Placement: TypeAlias = Literal["init", "first_invocation", "every_invocation"]
"""When the lifespan's startup runs."""

Phase: TypeAlias = Literal["init", "invocation"]
"""Lambda's phase in which something ran."""

Outcome: TypeAlias = Literal["complete", "unsupported", "failed"]
"""How a startup or a shutdown ended; `unsupported` is an app without lifespan, served all the same."""


@dataclass(frozen=True, slots=True)
class Environment:
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


@dataclass(frozen=True, slots=True)
class MemoryDelta:
    """Growth of the process over some work, in three independent views; each may be negative."""

    rss_bytes: int
    native_bytes: int | None
    """glibc's `mallinfo2`: memory handed out by malloc; None where the C library has no such call."""
    python_blocks: int
    """Blocks of CPython's allocator (`sys.getallocatedblocks`)."""


@dataclass(frozen=True, slots=True)
class EnvironmentStarted:
    """The first fact of every process, and of every restored snapshot."""

    at_ns: int
    environment: Environment
    placement: Placement
    """As assigned."""


@dataclass(frozen=True, slots=True)
class StartupBegan:
    """A lifespan was asked to start."""

    at_ns: int
    ordinal: int
    """1 for the first startup of the process, then 2, 3, …"""
    phase: Phase


@dataclass(frozen=True, slots=True)
class ResourceLoaded:
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


@dataclass(frozen=True, slots=True)
class StartupEnded:
    """A lifespan has started, or has not."""

    began: StartupBegan
    wall_ns: int
    cpu_ns: int
    outcome: Outcome
    memory: MemoryDelta
    resources: tuple[ResourceLoaded, ...]
    state_keys: tuple[str, ...]
    """Names, never values, of what the lifespan put into its state."""
    error: str | None
    """Type of the exception behind a failure."""


@dataclass(frozen=True, slots=True)
class InvocationBegan:
    """An event arrived."""

    at_ns: int
    request_id: str
    function_arn: str
    index: int
    """1 for the first invocation of the process."""
    trace_context: Mapping[str, str]
    """`traceparent`, `tracestate`, `baggage`, `x-amzn-trace-id`: from the event's headers or, failing that,
    from the context's `w3c()`. Nothing else of either."""


@dataclass(frozen=True, slots=True)
class InvocationEnded:
    """An event was answered, or failed."""

    began: InvocationBegan
    wall_ns: int
    """From event to response, startup and shutdown inside the invocation included, observers excluded."""
    cpu_ns: int
    status: int | None
    """HTTP status; None when no response was made."""
    error: str | None
    """Type of the exception that left the app or failed the invocation."""
    touched: Mapping[str, int]
    """How often the request read each key of the lifespan's state."""
    startup_ns: int
    """Wall time of the startup that ran inside this invocation, else 0."""
    shutdown_ns: int
    """Wall time of the shutdown that ran inside this invocation, else 0."""


@dataclass(frozen=True, slots=True)
class PlacementChanged:
    """The placement in force is no longer the assigned one, for the rest of the process."""

    at_ns: int
    assigned: Placement
    in_force: Placement
    reason: str
    """A fixed phrase, such as `a repeated startup failed`."""
    error: str | None


@dataclass(frozen=True, slots=True)
class ShutdownBegan:
    """A lifespan was told to stop."""

    at_ns: int
    ordinal: int
    """Ordinal of the startup that this shutdown undoes."""
    phase: Literal["invocation", "shutdown"]


@dataclass(frozen=True, slots=True)
class ShutdownEnded:
    """A lifespan has stopped, or was cut."""

    began: ShutdownBegan
    wall_ns: int
    outcome: Outcome
    error: str | None


@dataclass(frozen=True, slots=True)
class EnvironmentEnded:
    """The last fact of a process that was told to end; sinks flush here."""

    at_ns: int
    invocations: int
    faults: int
    """Exceptions of observers that the adapter swallowed."""


Began: TypeAlias = StartupBegan | InvocationBegan | ShutdownBegan
Ended: TypeAlias = StartupEnded | InvocationEnded | ShutdownEnded
Fact: TypeAlias = EnvironmentStarted | Began | Ended | PlacementChanged | EnvironmentEnded
Observe: TypeAlias = Callable[[Fact], None]
"""Receives each fact as it happens, in order. What it raises is swallowed and counted; no request sees it."""
