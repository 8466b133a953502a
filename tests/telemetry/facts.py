"""Facts made by hand, with known numbers, as the adapter would state them."""

from adapter.facts import (
    Environment,
    EnvironmentStarted,
    InvocationBegan,
    InvocationEnded,
    MemoryDelta,
    Outcome,
    Phase,
    ResourceLoaded,
    ShutdownBegan,
    ShutdownEnded,
    StartupBegan,
    StartupEnded,
)
from adapter.placement import Placement

MS = 1_000_000
S = 1000 * MS
T0 = 1_767_225_600 * S
"""When the process began."""

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:tickets-api"
NO_GROWTH = MemoryDelta(0, 0, 0)


def started(
    at_ns: int = T0 + 400 * MS,
    init_type: str = "on-demand",
    placement: Placement = "init",
    memory_mb: int | None = 512,
) -> EnvironmentStarted:
    environment = Environment(
        "3f0c12345678", "9a1b2c3d", init_type, memory_mb, T0, function="tickets-api", version="7"
    )
    return EnvironmentStarted(at_ns, environment, placement)


def startup(
    at_ns: int = T0 + 500 * MS,
    ordinal: int = 1,
    phase: Phase = "init",
    outcome: Outcome = "complete",
    memory: MemoryDelta = NO_GROWTH,
    resources: tuple[ResourceLoaded, ...] = (),
    error: str | None = None,
) -> StartupEnded:
    """One of 800 ms wall and 600 ms CPU."""
    keys = tuple(resource.name for resource in resources)
    began = StartupBegan(at_ns, ordinal, phase)
    return StartupEnded(began, 800 * MS, 600 * MS, outcome, memory, resources, keys, error)


def resource(
    name: str = "model", memory: MemoryDelta = NO_GROWTH, error: str | None = None
) -> ResourceLoaded:
    """One of 300 ms wall and 200 ms CPU, 50 ms into the startup."""
    return ResourceLoaded(name, T0 + 550 * MS, 300 * MS, 200 * MS, memory, 131, overlapped=False, error=error)


def invoked(
    index: int = 1,
    at_ns: int = T0 + 1400 * MS,
    trace_context: dict[str, str] | None = None,
    request_id: str = "8f3c1c6e-4b0a-4a53-9a7f-0a1b2c3d4e5f",
    arn: str = ARN,
) -> InvocationBegan:
    return InvocationBegan(at_ns, request_id, arn, index, trace_context or {})


def answered(
    began: InvocationBegan,
    status: int | None = 200,
    error: str | None = None,
    touched: dict[str, int] | None = None,
    startup_ns: int = 0,
    shutdown_ns: int = 0,
    *,
    cut: bool = False,
    ping: bool = False,
    startup_ordinal: int | None = None,
) -> InvocationEnded:
    """After 4.2 ms wall and 3.9 ms CPU."""
    ended = InvocationEnded(
        began, 4200 * 1000, 3900 * 1000, status, error, touched or {}, startup_ns, shutdown_ns
    )
    return ended._replace(cut=cut, ping=ping, startup_ordinal=startup_ordinal)


def shut_down(
    ordinal: int = 1, at_ns: int = T0 + 60 * S, outcome: Outcome = "complete", error: str | None = None
) -> ShutdownEnded:
    """After 25 ms, as the process ends."""
    return ShutdownEnded(ShutdownBegan(at_ns, ordinal, "shutdown"), 25 * MS, outcome, error)
