"""The records of a startup and of its resources: their fields, read from the fact."""

import sys
from collections.abc import Iterator
from typing import Any, Final

from adapter.facts import VERSION, Environment, EnvironmentStarted, MemoryDelta, StartupEnded
from telemetry import schema
from telemetry.output import (
    bounded_name,
    bounded_names,
    checked_dimension,
    milliseconds,
    unix_milliseconds,
)

MOST_KEYS_BYTES: Final = 8192
"""Room for the names of the state's keys."""


class StartupIds:
    """Names startups by process and ordinal, also those of the process that a snapshot was taken of."""

    def __init__(self) -> None:
        self._processes: list[tuple[int, str]] = []
        """Each with the ordinal of its first startup."""
        self._latest = 0

    def environment_started(self, fact: EnvironmentStarted) -> None:
        """Begin a process; a restored one goes on with the ordinals of the one before it."""
        if fact.restore_ns is None:
            self._processes.clear()
            self._latest = 0
        self._processes.append((self._latest + 1, fact.environment.process))

    def startup_ended(self, ordinal: int) -> None:
        """Take note of a startup of the process."""
        self._latest = max(self._latest, ordinal)

    def id_of(self, ordinal: int | None) -> str | None:
        """The startup's id; None for no startup, and for one of a process that is not known."""
        if ordinal is not None:
            for first, process in reversed(self._processes):
                if ordinal >= first:
                    return f"{process}-{ordinal}"
        return None


def constants_of(environment: Environment) -> dict[str, Any]:
    """Fields that are the same on every record of the environment, and so are not on every record."""
    return {
        schema.FUNCTION: environment.function,
        schema.FUNCTION_VERSION: environment.version,
        schema.MEMORY_MB: environment.memory_mb,
    }


def startup_fields(fact: StartupEnded, started: EnvironmentStarted | None) -> dict[str, Any]:
    """Fields of the startup's record; None for what is not known."""
    environment = started.environment if started else None
    size, method = fact.memory.growth()
    memory_mb = environment.memory_mb if environment else None
    resources = {resource.name for resource in fact.resources}
    state_keys, more_keys = bounded_names(fact.state_keys, resources, MOST_KEYS_BYTES)
    return {
        schema.AT: unix_milliseconds(fact.began.at_ns),
        schema.ORDINAL: fact.began.ordinal,
        schema.PHASE: fact.began.phase,
        schema.OUTCOME: fact.outcome,
        schema.DEFERRED: fact.deferred or None,
        schema.INIT_TYPE: environment.init_type if environment else None,
        schema.REINIT: (started.reinit or None) if started else None,
        schema.INIT_MS: _init_ms(fact, environment),
        schema.STARTUP_DURATION.name: milliseconds(fact.wall_ns),
        schema.CPU_MS: milliseconds(fact.cpu_ns),
        schema.RESOURCES: len(fact.resources),
        schema.STATE_KEYS: state_keys,
        schema.STATE_KEYS_MORE: more_keys or None,
        schema.STATE_SIZE.name: size,
        schema.STATE_METHOD: method,
        **_memory_fields(fact.memory),
        schema.STATE_SHARE_OF_MEMORY.name: round(size / memory_mb / 10_485.76, 3) if memory_mb else None,
        **(constants_of(environment) if environment else {}),
        schema.PYTHON: "{}.{}.{}".format(*sys.version_info[:3]),
        schema.ADAPTER: VERSION,
        schema.ERROR: fact.error,
    }


def resource_fields(fact: StartupEnded) -> Iterator[tuple[dict[str, Any], bool]]:
    """Fields of each resource's record, and whether the record may carry a metric.

    Each name with a metric is paid for, so only the first few of a startup have one.
    """
    plotted: set[str] = set()
    for resource in fact.resources:
        name = bounded_name(resource.name)
        fields = {
            schema.AT: unix_milliseconds(resource.began_ns),
            schema.ORDINAL: fact.began.ordinal,
            schema.RESOURCE_NAME: name,
            schema.RESOURCE_DURATION.name: milliseconds(resource.wall_ns),
            schema.CPU_MS: milliseconds(resource.cpu_ns),
            **_memory_fields(resource.memory),
            schema.MODULES: resource.modules,
            schema.OVERLAPPED: resource.overlapped,
            schema.ERROR: resource.error,
        }
        plottable = resource.error is None and _is_dimension(name)
        if plottable and len(plotted) < schema.RESOURCES_WITH_METRICS:
            plotted.add(name)
        yield fields, plottable and name in plotted


def has_metrics(fact: StartupEnded) -> bool:
    """Whether it is a first startup that completed: repeats and failures would blur the percentiles."""
    return fact.began.ordinal == 1 and fact.outcome == "complete"


def _is_dimension(name: str) -> bool:
    try:
        checked_dimension(name)
    except ValueError:
        return False
    return True


def _memory_fields(memory: MemoryDelta) -> dict[str, int | None]:
    return {
        schema.RSS_BYTES: memory.rss_bytes,
        schema.NATIVE_BYTES: memory.native_bytes,
        schema.PYTHON_BLOCKS: memory.python_blocks,
    }


def _init_ms(fact: StartupEnded, environment: Environment | None) -> float | None:
    if environment is None or fact.began.phase != "init" or fact.began.ordinal != 1:
        return None
    return milliseconds(fact.began.at_ns - environment.process_began_ns)
