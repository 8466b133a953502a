"""The records of a startup and of its resources: their fields, read from the fact."""

import sys
from collections.abc import Iterator
from typing import Any

from adapter.facts import VERSION, Environment, EnvironmentStarted, MemoryDelta, ResourceLoaded, StartupEnded
from telemetry import schema
from telemetry.output import checked_dimension, milliseconds, unix_milliseconds


def startup_fields(fact: StartupEnded, started: EnvironmentStarted | None) -> dict[str, Any]:
    """Fields of the startup's record; None for what is not known."""
    environment = started.environment if started else None
    size, method = fact.memory.growth()
    memory_mb = environment.memory_mb if environment else None
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
        schema.STATE_KEYS: [str(key) for key in fact.state_keys],
        schema.STATE_SIZE.name: size,
        schema.STATE_METHOD: method,
        **_memory_fields(fact.memory),
        schema.STATE_SHARE_OF_MEMORY.name: round(size / memory_mb / 10_485.76, 3) if memory_mb else None,
        schema.MEMORY_MB: memory_mb,
        schema.PYTHON: "{}.{}.{}".format(*sys.version_info[:3]),
        schema.ADAPTER: VERSION,
        schema.ERROR: fact.error,
    }


def resource_fields(fact: StartupEnded) -> Iterator[tuple[dict[str, Any], bool]]:
    """Fields of each resource's record, and whether the record may carry a metric.

    Each resource with a metric is paid for, so only the first few of a startup have one.
    """
    for position, resource in enumerate(fact.resources):
        fields = {
            schema.AT: unix_milliseconds(resource.began_ns),
            schema.ORDINAL: fact.began.ordinal,
            schema.RESOURCE_NAME: resource.name,
            schema.RESOURCE_DURATION.name: milliseconds(resource.wall_ns),
            schema.CPU_MS: milliseconds(resource.cpu_ns),
            **_memory_fields(resource.memory),
            schema.MODULES: resource.modules,
            schema.OVERLAPPED: resource.overlapped,
            schema.ERROR: resource.error,
        }
        yield fields, position < schema.RESOURCES_WITH_METRICS and _is_plottable(resource)


def has_metrics(fact: StartupEnded) -> bool:
    """Whether it is a first startup that completed: repeats and failures would blur the percentiles."""
    return fact.began.ordinal == 1 and fact.outcome == "complete"


def _is_plottable(resource: ResourceLoaded) -> bool:
    if resource.error is not None:
        return False
    try:
        checked_dimension(resource.name)
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
