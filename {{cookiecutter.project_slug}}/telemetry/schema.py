"""Names of everything a record holds: written by the sinks, read by the report, plotted by the dashboard.

A record is one JSON object on one line of stdout. `RECORD` says which kind it is. Times of day are Unix
milliseconds, durations milliseconds, sizes bytes. Metrics are named in CamelCase, as CloudWatch does; all
else in snake_case. A field without a value is left out.
"""

from typing import Final, Literal, NamedTuple, TypeAlias

VERSION: Final = 1

Start: TypeAlias = Literal["cold", "proactive", "provisioned", "snapstart", "warm"]
STARTS: Final[tuple[Start, ...]] = ("cold", "proactive", "provisioned", "snapstart", "warm")

# Fields of every record
RECORD: Final = "record"
SCHEMA: Final = "v"
AT: Final = "at"
SERVICE: Final = "service"
ENVIRONMENT: Final = "environment"
PROCESS: Final = "process"
PLACEMENT: Final = "placement"
"""As assigned to the environment, even if another one is in force: arms are analysed as assigned."""

# Kinds of records
ENVIRONMENT_RECORD: Final = "environment"
"""While an experiment runs: the assignment, stated before any startup."""
STARTUP: Final = "startup"
RESOURCE: Final = "resource"
INVOCATION: Final = "invocation"
WARM: Final = "warm"
"""Several warm invocations at once, none of which has a record of its own: only with LIFESPAN_WRITE_EVERY."""
SHUTDOWN: Final = "shutdown"
FAILURE: Final = "failure"
DEATH: Final = "death"
FAULT: Final = "fault"
FALLBACK: Final = "fallback"
END: Final = "end"
LAB: Final = "lab"
"""Written by the lab, once a run: where and what it measured, and what it sent."""

KINDS: Final = (
    ENVIRONMENT_RECORD,
    STARTUP,
    RESOURCE,
    INVOCATION,
    WARM,
    SHUTDOWN,
    FAILURE,
    DEATH,
    FALLBACK,
    FAULT,
    END,
    LAB,
)

# Constants of an environment: on startup and environment records, and on the first invocation of a process
FUNCTION: Final = "function"
"""The function's name. No dimension of a metric."""
FUNCTION_VERSION: Final = "version"
"""The function's published version, or `$LATEST`."""
MEMORY_MB: Final = "memory_mb"

# environment; EXPERIMENT also on startup
EXPERIMENT: Final = "experiment"
"""The arms' weights, as declared; absent when no experiment runs."""
PLANNED: Final = "planned"
"""Environments per arm at which the experiment ends, as declared."""

# startup; ORDINAL, CPU and ERROR also on others
ORDINAL: Final = "ordinal"
"""1 for the first startup of the process; repeats carry no metric."""
STARTUP_ID: Final = "startup_id"
"""The process that began the startup, and its ordinal, such as `1a2b3c4d-1`; on an invocation, of the startup
that it was served by. It is the only field by which an invocation of a restored snapshot is joined with the
startup that was stored in that snapshot: environment and process are new after each restore.
"""
PHASE: Final = "phase"
OUTCOME: Final = "outcome"
INIT_TYPE: Final = "init_type"
INIT_MS: Final = "init_ms"
"""From the start of the process to the start of the startup, in the INIT phase: imports, mostly. Lambda's own
`initDurationMs` holds the startup too.
"""
CPU_MS: Final = "cpu_ms"
RESOURCES: Final = "resources"
STATE_KEYS: Final = "state_keys"
STATE_KEYS_MORE: Final = "state_keys_more"
"""How many further keys the state has, which `state_keys` has no room for."""
STATE_METHOD: Final = "state_method"
"""`rss` or `mallinfo2`: whichever view grew more gave the state's size."""
RSS_BYTES: Final = "rss_bytes"
NATIVE_BYTES: Final = "native_bytes"
PYTHON_BLOCKS: Final = "py_blocks"
PYTHON: Final = "python"
ADAPTER: Final = "adapter"
TRACE_ID: Final = "trace_id"
DEFERRED: Final = "deferred"
"""True for a startup that outlasted INIT, or its invocation, and ended in a later one."""
REINIT: Final = "reinit"
"""True for a startup of a process that Lambda started in place of one that had ended."""
ERROR: Final = "error"

# resource
RESOURCE_NAME: Final = "resource"
MODULES: Final = "modules"
OVERLAPPED: Final = "overlapped"

# invocation
INDEX: Final = "n"
REQUEST_ID: Final = "request_id"
START: Final = "start"
STATUS: Final = "status"
PING: Final = "ping"
"""True for an event that only keeps the environment warm. That is no request: its record declares no metric,
has no `ColdStart`, and `InvocationDuration` is a plain field there.
"""
ROUTE: Final = "route"
"""The template of the route that answered, such as `/tickets/{id}`; never a path."""
TOUCHED: Final = "touched"
"""How often each state key was read; on a warm record, by how many of its requests."""
TOUCHED_MORE: Final = "touched_more"
"""How many further state keys were read, which `touched` has no room for."""
STARTUP_MS: Final = "startup_ms"
SHUTDOWN_MS: Final = "shutdown_ms"
GAP_MS: Final = "gap_ms"
"""First invocation only: from the end of the first startup in INIT, or of imports, to the invocation."""
RESTORE_MS: Final = "restore_ms"
"""First invocation of a restored snapshot only: what the app's `after_restore` took."""
CUT: Final = "cut"
"""True for a request that the adapter cut, since it would have outlived the function's timeout."""

# warm, as far as it is not on an invocation
REQUEST_IDS: Final = "request_ids"
ROUTES: Final = "routes"
"""How many of the requests each route answered."""

# shutdown, end, fault, fallback
DURATION_MS: Final = "duration_ms"
INVOCATIONS: Final = "invocations"
FAULTS: Final = "faults"
DROPPED_SPANS: Final = "dropped_spans"
SINK: Final = "sink"
IN_FORCE: Final = "in_force"
REASON: Final = "reason"


class Metric(NamedTuple):
    """A CloudWatch metric, the record that carries it, and the dimension sets it is published under."""

    name: str
    unit: Literal["Milliseconds", "Bytes", "Percent", "Count"]
    record: str
    dimensions: tuple[tuple[str, ...], ...] = ((SERVICE,),)
    in_experiment: tuple[tuple[str, ...], ...] = ()
    """Further dimension sets, while an experiment runs."""


STARTUP_DURATION: Final = Metric("StartupDuration", "Milliseconds", STARTUP)
STATE_SIZE: Final = Metric("StateSize", "Bytes", STARTUP)
STATE_SHARE_OF_MEMORY: Final = Metric("StateShareOfMemory", "Percent", STARTUP)
RESOURCE_DURATION: Final = Metric("ResourceDuration", "Milliseconds", RESOURCE, ((SERVICE, RESOURCE_NAME),))
BY_ARM: Final = ((SERVICE, PLACEMENT),)
COLD_START: Final = Metric("ColdStart", "Count", INVOCATION, ((SERVICE,), (SERVICE, START)), BY_ARM)
INVOCATION_DURATION: Final = Metric(
    "InvocationDuration", "Milliseconds", INVOCATION, ((SERVICE,), (SERVICE, START)), BY_ARM
)
INVOCATION_CUT: Final = Metric("InvocationCut", "Count", INVOCATION)
"""Only on records of invocations that were cut."""
LIFESPAN_FAILURE: Final = Metric("LifespanFailure", "Count", FAILURE, in_experiment=BY_ARM)
LIFESPAN_DEATH: Final = Metric("LifespanDeath", "Count", DEATH)
TELEMETRY_FAULT: Final = Metric("TelemetryFault", "Count", FAULT)

METRICS: Final[tuple[Metric, ...]] = (
    STARTUP_DURATION,
    STATE_SIZE,
    STATE_SHARE_OF_MEMORY,
    RESOURCE_DURATION,
    COLD_START,
    INVOCATION_DURATION,
    INVOCATION_CUT,
    LIFESPAN_FAILURE,
    LIFESPAN_DEATH,
    TELEMETRY_FAULT,
)

RESOURCES_WITH_METRICS: Final = 10
"""Each resource's metric is billed, so only a startup's first names that can be a dimension have one."""

# Events by the platform, in Lambda's JSON log format
PLATFORM_REPORT: Final = "platform.report"
AFTER_RESTORE_MS: Final = "afterRestoreHooksMs"
"""In a report line of the lab alone, which restores nothing: what the function's hooks took after a restore
that Lambda would say the duration of."""
