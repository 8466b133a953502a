"""What the adapter states about one execution environment: its whole contract with the outside.

Instants are Unix time in nanoseconds (`*_ns` ending in `at_ns` or `began_ns`), durations are nanoseconds of a
monotonic clock (`wall_ns`) or of process CPU time (`cpu_ns`). No fact carries a header, a body, a query
string, a state value or the text of an exception; errors are named by type.

All facts are named tuples: match them by class. The two of each request are `NamedTuple`, which is faster to
make and to read; the others are `Struct`, which is faster to define.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, ClassVar, Final, Literal, NamedTuple, Self, TypeAlias, dataclass_transform

from adapter.placement import Placement

VERSION: Final = "0.2.0"
"""Of the adapter that states the facts, and of the template; the one place where it is written."""

Phase: TypeAlias = Literal["init", "invocation"]
"""Lambda's phase in which something ran."""

Outcome: TypeAlias = Literal["complete", "unsupported", "failed"]
"""How a startup or a shutdown ended; `unsupported` is an app without lifespan, served all the same."""

OnDeath: TypeAlias = Literal["restart", "fail", "exit"]
"""What becomes of events once a lifespan has died: served by a new one, refused, or the process ends."""


@dataclass_transform(frozen_default=True)
class Struct(tuple[Any, ...]):
    """A named tuple that takes 9 µs to define; `NamedTuple` takes 54, a frozen dataclass 460.

    A subclass annotates its fields, those with a default last.
    """

    __slots__ = ()
    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[Mapping[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        """Turn the annotations into fields."""
        cls._fields = tuple(cls.__annotations__)
        cls.__match_args__ = cls._fields  # type: ignore[attr-defined,misc] # mypy derives it by itself
        cls._defaults = {name: cls.__dict__[name] for name in cls._fields if name in cls.__dict__}
        for position, name in enumerate(cls._fields):
            setattr(cls, name, property(itemgetter(position)))

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Make one.

        Raises:
            TypeError: A field has no value, or a value has no field.
        """
        fields = cls._fields
        if len(values) != len(fields) or named:
            given = {**cls._defaults, **dict(zip(fields, values, strict=False)), **named}
            if len(values) + len(named) > len(fields) or given.keys() != {*fields}:
                raise TypeError(f"{cls.__name__} takes {', '.join(fields)}; got {len(values)} and {[*named]}")
            values = tuple([given[name] for name in fields])
        return tuple.__new__(cls, values)

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{type(self).__name__}({values})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self)

    def _asdict(self) -> dict[str, Any]:
        """Its values by field."""
        return dict(zip(self._fields, self, strict=True))

    def _replace(self, **named: Any) -> Self:
        """Copy it, with other values for some fields."""
        return type(self)(**{**self._asdict(), **named})


class Environment(Struct):
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
    function: str | None = None
    """`AWS_LAMBDA_FUNCTION_NAME`."""
    version: str | None = None
    """`AWS_LAMBDA_FUNCTION_VERSION`: of what was published, or `$LATEST`."""


class MemoryDelta(Struct):
    """Growth of the process over some work, in three independent views; each may be negative."""

    rss_bytes: int
    native_bytes: int | None
    """glibc's `mallinfo2`: memory handed out by malloc; None where the C library has no such call."""
    python_blocks: int
    """Blocks of CPython's allocator (`sys.getallocatedblocks`)."""

    def growth(self) -> tuple[int, Literal["mallinfo2", "rss"]]:
        """Bytes that the work left behind, and the view that saw more of them.

        Neither view sees all: an allocation from memory that was free already grows no RSS, and `mallinfo2`
        does not count the arenas of CPython's allocator. Where both shrank it is 0.
        """
        if self.native_bytes is not None and self.native_bytes > self.rss_bytes:
            return max(0, self.native_bytes), "mallinfo2"
        return max(0, self.rss_bytes), "rss"


class EnvironmentStarted(Struct):
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


class StartupBegan(Struct):
    """A lifespan was asked to start."""

    at_ns: int
    ordinal: int
    """1 for the first startup of the process, then 2, 3, …"""
    phase: Phase


class StartupDeferred(Struct):
    """INIT's budget or an invocation's time is used up; the next invocation goes on with the startup."""

    at_ns: int
    began: StartupBegan


class ResourceLoaded(Struct):
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


class StartupEnded(Struct):
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
    """The event is not HTTP: `status` is what the app answered at `event_path`, or 200 after `on_event`."""
    cut: bool = False
    """The adapter has cut the request, which would have outlived the function's timeout."""
    ping: bool = False
    """The event only keeps the environment warm: the app was started for it, but did not see it."""
    startup_ordinal: int | None = None
    """Of the lifespan that the event was served by. A restored snapshot goes on with the ordinals of the
    process that it was taken of. None without a lifespan, and where no startup came to an end."""


class PlacementChanged(Struct):
    """The placement in force is no longer the assigned one, for the rest of the process."""

    at_ns: int
    assigned: Placement
    in_force: Placement
    reason: str
    """A fixed phrase, such as `a repeated startup failed`."""
    error: str | None


class LifespanDied(Struct):
    """A lifespan has ended by itself, after it had started; stated before anything is served without it."""

    at_ns: int
    """When it ended."""
    ordinal: int
    error: str | None
    """Type of the exception that ended it; None when it just returned, or said that it failed."""


class SnapshotAnnounced(Struct):
    """A snapshot of this process comes next; sinks flush, or every copy of it repeats what they hold."""

    at_ns: int


class ShutdownBegan(Struct):
    """A lifespan was told to stop."""

    at_ns: int
    ordinal: int
    """Ordinal of the startup that this shutdown undoes."""
    phase: Literal["invocation", "shutdown"]


class ShutdownEnded(Struct):
    """A lifespan has stopped, or was cut."""

    began: ShutdownBegan
    wall_ns: int
    outcome: Outcome
    error: str | None


class EnvironmentEnded(Struct):
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
