"""What the report reads from a line, typed; one struct per kind of record, named by `telemetry.schema`."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, TypeAlias, final

import msgspec

from adapter.placement import Placement
from telemetry import schema
from telemetry.report.read.platform.figures import Megabytes, Milliseconds

OWN_NAME: Final = "lab"
"""Name of the function in a lab run, unless the run was told another one."""
SNAP_START: Final = "snap-start"
PROVISIONED: Final = "provisioned-concurrency"
"""Init types, as Lambda names them."""
EXPERIMENT = r"^\s*\w+\s*=\s*\d[\d.]*\s*(,\s*\w+\s*=\s*\d[\d.]*\s*)+$"
Place: TypeAlias = Literal["lab", "lambda", "loopback"]
"""Where a run was measured: on this machine, on Lambda, or at an address that is none of AWS's."""
Counted: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Version: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=schema.VERSION)]
"""Of the schema; what a later one means is not known."""


class Common(msgspec.Struct, frozen=True, tag_field=schema.RECORD, gc=False):
    """What every record of an execution environment carries."""

    v: Version
    at: float
    service: str
    environment: str
    process: str


class Assigned(Common, frozen=True, tag=schema.ENVIRONMENT_RECORD):
    """An experiment assigned the environment its arm, before any startup."""

    placement: Placement
    experiment: Annotated[str, msgspec.Meta(pattern=EXPERIMENT)]
    planned: Counted | None = None
    function: str | None = None
    version: str | None = None
    memory_mb: Megabytes | None = None


class Startup(Common, frozen=True, tag=schema.STARTUP, rename={
    "duration_ms": schema.STARTUP_DURATION.name,
    "state_bytes": schema.STATE_SIZE.name,
    "state_share": schema.STATE_SHARE_OF_MEMORY.name,
}):  # fmt: skip
    """One startup: the first of its process, or a repeat."""

    placement: Placement
    ordinal: Counted
    phase: Literal["init", "invocation"]
    outcome: Literal["complete", "unsupported", "failed"]
    duration_ms: Milliseconds
    init_ms: Milliseconds | None = None
    cpu_ms: Milliseconds | None = None
    init_type: str | None = None
    state_keys: tuple[str, ...] = ()
    state_bytes: float | None = None
    state_share: float | None = None
    state_method: str | None = None
    rss_bytes: float | None = None
    native_bytes: float | None = None
    py_blocks: float | None = None
    function: str | None = None
    version: str | None = None
    memory_mb: Megabytes | None = None
    python: str | None = None
    adapter: str | None = None
    reinit: bool = False
    startup_id: str | None = None


class Resource(
    Common, frozen=True, tag=schema.RESOURCE, rename={"duration_ms": schema.RESOURCE_DURATION.name}
):
    """One resource of one startup."""

    placement: Placement
    ordinal: Counted
    resource: str
    duration_ms: Milliseconds
    cpu_ms: Milliseconds | None = None
    rss_bytes: float | None = None
    native_bytes: float | None = None
    py_blocks: float | None = None
    modules: int | None = None
    overlapped: bool = False
    error: str | None = None


class Invocation(
    Common, frozen=True, tag=schema.INVOCATION, rename={"duration_ms": schema.INVOCATION_DURATION.name}
):
    """One request, as the adapter saw it."""

    placement: Placement
    n: Counted
    request_id: str
    start: schema.Start
    duration_ms: Milliseconds
    status: int | None = None
    touched: dict[str, int] = {}  # msgspec gives each struct a dict of its own
    startup_ms: Milliseconds = 0.0
    shutdown_ms: Milliseconds = 0.0
    gap_ms: float | None = None
    ping: bool = False
    function: str | None = None
    version: str | None = None
    memory_mb: Megabytes | None = None
    startup_id: str | None = None


class Warm(
    Common,
    frozen=True,
    tag=schema.WARM,
    rename={"durations_ms": schema.INVOCATION_DURATION.name},
):
    """Several warm requests, none of which failed or has a record of its own."""

    placement: Placement
    request_ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    durations_ms: tuple[Milliseconds, ...]
    touched: dict[str, int] = {}
    """How many of them read each state key."""

    def __post_init__(self) -> None:
        """Refuse a record that does not give each request its duration."""
        if len(self.request_ids) != len(self.durations_ms):
            raise ValueError("as many request_ids as durations are needed")


class Shutdown(Common, frozen=True, tag=schema.SHUTDOWN):
    """One shutdown, inside an invocation or at the end."""

    ordinal: Counted
    phase: Literal["invocation", "shutdown"]
    duration_ms: Milliseconds


class Fallback(Common, frozen=True, tag=schema.FALLBACK):
    """The environment left its arm's placement; it is analysed as assigned."""

    placement: Placement
    in_force: Placement


class Failure(Common, frozen=True, tag=schema.FAILURE):
    """A startup or shutdown failed."""

    error: str | None = None


class Death(Common, frozen=True, tag=schema.DEATH):
    """The lifespan task died."""

    error: str | None = None


class Fault(msgspec.Struct, frozen=True, tag_field=schema.RECORD, tag=schema.FAULT):
    """A sink failed, perhaps before the environment was known."""

    v: Version
    service: str


class End(Common, frozen=True, tag=schema.END):
    """The last record of a process that was told to end."""

    dropped_spans: int = 0


class Host(msgspec.Struct, frozen=True):
    """The machine of a lab run."""

    system: str | None = None
    cpu: str | None = None
    cores: int | None = None
    memory_mb: float | None = None
    python: str | None = None


class Imported(msgspec.Struct, frozen=True):
    """One package that the function imports before its startup."""

    package: str
    ms: Milliseconds
    modules: int = 0


class LabCpu(msgspec.Struct, frozen=True):
    """How much CPU requests had in a lab run."""

    mode: str = "full"
    """`lambda`, the share of the memory size, as on Lambda; else as much as INIT had."""


class LabLoad(msgspec.Struct, frozen=True):
    """Traffic that a lab run made, of which its pool of environments made cold starts."""

    arrivals: str
    """`poisson:3/s`, or `recorded`."""
    time_lapse: Annotated[float, msgspec.Meta(ge=1)] = 1.0
    """How many times faster than stated arrivals came and idle environments were ended."""


class Sent(msgspec.Struct, frozen=True):
    """What the lab sent to the environments of one placement."""

    environments: int
    invocations: int
    starts: dict[str, int] = {}


@final
class Lab(msgspec.Struct, frozen=True, tag_field=schema.RECORD, tag=schema.LAB):
    """What a lab run was, written when it begins and again when it ends."""

    v: Version
    run: str = ""
    where: Place = "lab"
    """The local lab does not say it."""
    app: str | None = None
    """What it ran: an app, or else a handler."""
    function: str | None = None
    """Name that it gave the function; None in runs that always gave it `OWN_NAME`."""
    host: Host = Host()
    cpu: LabCpu = LabCpu()
    sent: dict[str, Sent] = {}
    """By placement; under another name those whose placement the lab never learnt."""
    complete: bool = True
    init_type: str | None = None
    """As on `Startup`; None where the run had several."""
    init_types: tuple[str, ...] = ()
    """All of them; nothing where the run had one."""
    memory_mb: tuple[Megabytes, ...] = ()
    """The sizes of the run; nothing where it does not say them."""
    region: str | None = None
    architecture: str | None = None
    """As AWS names both; None where the lab measured this machine."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Of the function, as the lab was told."""
    imports: tuple[Imported, ...] = ()
    """The packages whose imports take longest."""
    load: LabLoad | None = None
    """None where each environment was sent a number of requests."""
    invocations_by_arm: dict[str, int] = {}
    """Requests of each environment, by placement; nothing in runs that sent all arms the same number."""


Record: TypeAlias = (
    Assigned
    | Startup
    | Resource
    | Invocation
    | Warm
    | Shutdown
    | Fallback
    | Failure
    | Death
    | Fault
    | End
    | Lab
)
KINDS: Mapping[str, type[Record]] = {
    schema.ENVIRONMENT_RECORD: Assigned,
    schema.STARTUP: Startup,
    schema.RESOURCE: Resource,
    schema.INVOCATION: Invocation,
    schema.WARM: Warm,
    schema.SHUTDOWN: Shutdown,
    schema.FALLBACK: Fallback,
    schema.FAILURE: Failure,
    schema.DEATH: Death,
    schema.FAULT: Fault,
    schema.END: End,
    schema.LAB: Lab,
}


def request_ids_of(record: Common) -> tuple[str, ...]:
    """Return whose requests a record is; nothing of most kinds."""
    if isinstance(record, Warm):
        return record.request_ids
    return (record.request_id,) if isinstance(record, Invocation) else ()


def place_of(labs: Sequence[Lab]) -> Place:
    """Return where records were written: on Lambda, unless a lab says otherwise."""
    return labs[-1].where if labs else "lambda"
