"""The records sink: writes one record for each fact that says how something ended."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.facts import (
    EnvironmentEnded,
    EnvironmentStarted,
    InvocationEnded,
    LifespanDied,
    PlacementChanged,
    ShutdownEnded,
    SnapshotAnnounced,
    StartupEnded,
    Struct,
)
from telemetry import schema
from telemetry.fan_out import Handlers
from telemetry.invocation_context import InvocationContext
from telemetry.output import Write, milliseconds, unix_milliseconds, with_metrics
from telemetry.records.invocations import InvocationLine, WarmBatch, ping_fields, startup_id_text
from telemetry.records.startups import (
    StartupIds,
    constants_of,
    has_metrics,
    resource_fields,
    startup_fields,
)
from telemetry.settings import Settings

_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode
"""As `json.dumps`, which would make a new encoder for each record."""


NO_ORDINAL: Final = 0
"""Before the first request: neither a startup's ordinal nor None, which stands for no lifespan."""


class Losses(Struct):
    """What telemetry itself lost, since the process began."""

    faults: int
    dropped_spans: int


class Records:
    """Writes each record with one call of `write`; `telemetry.schema` names the fields."""

    def __init__(
        self, settings: Settings, context: InvocationContext, write: Write, losses: Callable[[], Losses]
    ) -> None:
        self._namespace = settings.namespace
        self._experiment = settings.experiment
        self._planned = settings.planned
        self._context = context
        self._write = write
        self._losses = losses
        self._started: EnvironmentStarted | None = None
        self._common: dict[str, Any] = {schema.SCHEMA: schema.VERSION, schema.SERVICE: settings.service}
        self._constants: dict[str, Any] = {}
        self._startup_ids = StartupIds()
        self._startup_ordinal: int | None = NO_ORDINAL
        """Of the startup that the latest request was served by."""
        self._startup_id = ""
        """The same, as a part of its line."""
        self._resources: set[str] = set()
        """Names of all resources so far."""
        self._line = self._invocation_line()
        self._warm: WarmBatch | None = None
        if settings.write_every > 1:
            self._warm = WarmBatch(
                self._namespace, self._common, settings.write_every, self._startup_ids, self._resources
            )

    def handlers(self) -> Handlers:
        """Write a record at the end of each thing; its beginning is in that record too."""
        return {
            EnvironmentStarted: self._environment_started,
            StartupEnded: self._startup_ended,
            InvocationEnded: self._invocation_ended,
            LifespanDied: self._lifespan_died,
            ShutdownEnded: self._shutdown_ended,
            PlacementChanged: self._placement_changed,
            SnapshotAnnounced: self._snapshot_announced,
            EnvironmentEnded: self._environment_ended,
        }

    def fault(self, sink: str, error: str) -> None:
        """Record that a part of telemetry failed: its name, and the exception's type."""
        fields = {schema.AT: unix_milliseconds(time.time_ns()), schema.SINK: sink, schema.ERROR: error}
        self._record(schema.FAULT, {**fields, schema.TELEMETRY_FAULT.name: 1}, metrics=True)

    def _environment_started(self, fact: EnvironmentStarted) -> None:
        self._started = fact
        self._startup_ids.environment_started(fact)
        self._startup_ordinal, self._startup_id = NO_ORDINAL, ""
        self._constants = constants_of(fact.environment)
        self._common |= {
            schema.ENVIRONMENT: fact.environment.id,
            schema.PROCESS: fact.environment.process,
            schema.PLACEMENT: fact.placement,
        }
        self._line = self._invocation_line()
        if self._experiment is not None:
            assigned: dict[str, Any] = {schema.AT: unix_milliseconds(fact.at_ns), schema.PLANNED: self._planned}
            assigned |= {schema.EXPERIMENT: self._experiment, **self._constants}
            self._record(schema.ENVIRONMENT_RECORD, assigned)

    def _invocation_ended(self, fact: InvocationEnded) -> None:
        if self._warm is None:
            self._write_line(fact)
            return
        if self._warm.is_due(fact):
            self._write_warm()
        if not self._warm.collects(fact, self._context):
            self._write_line(fact)
            self._write_warm()
        elif self._warm.is_old(fact):
            self._write_warm()

    def _write_line(self, fact: InvocationEnded) -> None:
        if fact.startup_ordinal == self._startup_ordinal and not fact.cut and not fact.ping:
            self._write(self._line.filled(fact, self._context, self._startup_id))
        elif fact.ping:
            self._write_ping(fact)
        else:
            self._write_other(fact)

    def _write_other(self, fact: InvocationEnded) -> None:
        """Write the line of an invocation that was cut, or is the first or the first of its startup."""
        self._startup_ordinal = fact.startup_ordinal
        self._startup_id = startup_id_text(self._startup_ids.id_of(fact.startup_ordinal))
        first = fact.began.index == 1
        line = self._invocation_line(cut=fact.cut, first=first) if first or fact.cut else self._line
        self._write(line.filled(fact, self._context, self._startup_id))

    def _write_ping(self, fact: InvocationEnded) -> None:
        fields = ping_fields(fact, self._context)
        fields[schema.STARTUP_ID] = self._startup_ids.id_of(fact.startup_ordinal)
        if fact.began.index == 1:
            fields |= self._constants
        self._record(schema.INVOCATION, fields)

    def _invocation_line(self, *, cut: bool = False, first: bool = False) -> InvocationLine:
        known = {key: value for key, value in self._constants.items() if value is not None}
        return InvocationLine(
            self._namespace,
            self._common | known if first else self._common,
            self._resources,
            experiment=self._experiment is not None,
            cut=cut,
        )

    def _write_warm(self) -> None:
        if self._warm is not None and (record := self._warm.take()) is not None:
            self._write(_encoded(record) + "\n")

    def _snapshot_announced(self, _: SnapshotAnnounced) -> None:
        self._write_warm()

    def _startup_ended(self, fact: StartupEnded) -> None:
        metrics = has_metrics(fact)
        trace = {schema.TRACE_ID: self._context.startup_trace_id}
        self._startup_ids.startup_ended(fact.began.ordinal)
        self._resources.update(resource.name for resource in fact.resources)
        startup_id = self._startup_ids.id_of(fact.began.ordinal)
        own = trace | {schema.STARTUP_ID: startup_id, schema.EXPERIMENT: self._experiment}
        self._record(schema.STARTUP, startup_fields(fact, self._started) | own, metrics=metrics)
        for fields, plottable in resource_fields(fact):
            self._record(schema.RESOURCE, fields, metrics=metrics and plottable)
        if fact.outcome == "failed":
            self._failure(fact, fact.began.at_ns + fact.wall_ns)

    def _shutdown_ended(self, fact: ShutdownEnded) -> None:
        fields = {
            schema.AT: unix_milliseconds(fact.began.at_ns),
            schema.ORDINAL: fact.began.ordinal,
            schema.PHASE: fact.began.phase,
            schema.OUTCOME: fact.outcome,
            schema.DURATION_MS: milliseconds(fact.wall_ns),
            schema.ERROR: fact.error,
        }
        self._record(schema.SHUTDOWN, fields)
        if fact.outcome == "failed":
            self._failure(fact, fact.began.at_ns + fact.wall_ns)

    def _failure(self, fact: StartupEnded | ShutdownEnded, at_ns: int) -> None:
        fields = {
            schema.AT: unix_milliseconds(at_ns),
            schema.ORDINAL: fact.began.ordinal,
            schema.PHASE: fact.began.phase,
            schema.ERROR: fact.error,
            schema.LIFESPAN_FAILURE.name: 1,
        }
        self._record(schema.FAILURE, fields, metrics=True)

    def _lifespan_died(self, fact: LifespanDied) -> None:
        fields = {
            schema.AT: unix_milliseconds(fact.at_ns),
            schema.ORDINAL: fact.ordinal,
            schema.ERROR: fact.error,
            schema.LIFESPAN_DEATH.name: 1,
        }
        self._record(schema.DEATH, fields, metrics=True)

    def _placement_changed(self, fact: PlacementChanged) -> None:
        fields = {
            schema.AT: unix_milliseconds(fact.at_ns),
            schema.PLACEMENT: fact.assigned,
            schema.IN_FORCE: fact.in_force,
            schema.REASON: fact.reason,
            schema.ERROR: fact.error,
        }
        self._record(schema.FALLBACK, fields)

    def _environment_ended(self, fact: EnvironmentEnded) -> None:
        self._write_warm()
        losses = self._losses()
        fields = {
            schema.AT: unix_milliseconds(fact.at_ns),
            schema.INVOCATIONS: fact.invocations,
            schema.FAULTS: fact.faults + losses.faults,
            schema.DROPPED_SPANS: losses.dropped_spans,
        }
        self._record(schema.END, fields)

    def _record(self, kind: str, fields: Mapping[str, Any], *, metrics: bool = False) -> None:
        record = {schema.RECORD: kind, **self._common, **fields}
        record = {key: value for key, value in record.items() if value is not None}
        if metrics:
            running = self._experiment is not None
            record = with_metrics(self._namespace, record, kind, experiment=running)
        self._write(_encoded(record) + "\n")
