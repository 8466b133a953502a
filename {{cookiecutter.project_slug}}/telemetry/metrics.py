"""The service's own metrics, through Powertools' EMF provider."""

import json
import math
from threading import Lock
from typing import TYPE_CHECKING, Final

from adapter.facts import EnvironmentEnded, InvocationEnded, SnapshotAnnounced
from telemetry.fan_out import Handlers, OnFault
from telemetry.output import Write
from telemetry.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

MOST_VALUES: Final = 99
"""Values in one line: at 100 the provider would print the line itself."""


class BusinessMetrics:
    """Collects the values that the service counts, and writes them at the end of each invocation.

    Powertools is imported at the first count: it costs milliseconds, and many services count nothing.
    """

    def __init__(self, settings: Settings, write: Write, on_fault: OnFault) -> None:
        self._settings = settings
        self._write = write
        self._on_fault = on_fault
        self._provider: AmazonCloudWatchEMFProvider | None = None
        self._values = 0
        self._lock = Lock()

    def count(self, name: str, value: float = 1, unit: str = "Count") -> None:
        """Add a value, from any thread; one that CloudWatch would reject is a fault, and raises nothing."""
        try:
            with self._lock:
                self._add(name, value, unit)
        except Exception as error:  # noqa: BLE001 - a metric must not fail a request
            self._on_fault("metrics", error)

    def handlers(self) -> Handlers:
        """Write what has been counted, also before a snapshot and at the end."""
        return dict.fromkeys((InvocationEnded, SnapshotAnnounced, EnvironmentEnded), self._write_counted)

    def _write_counted(self, _: InvocationEnded | SnapshotAnnounced | EnvironmentEnded) -> None:
        if self._provider and self._values:
            with self._lock:
                self._flush(self._provider)

    def _add(self, name: str, value: float, unit: str) -> None:
        if not math.isfinite(value):
            raise ValueError("a metric's value must be finite")
        if self._provider is None:
            self._provider = self._new_provider()
        self._provider.add_metric(name=name, unit=unit, value=value)
        self._values += 1
        if self._values == MOST_VALUES:
            self._flush(self._provider)

    def _flush(self, provider: "AmazonCloudWatchEMFProvider") -> None:
        from aws_lambda_powertools.metrics.functions import is_metrics_disabled  # noqa: PLC0415 - see the class

        self._values = 0
        try:
            if not is_metrics_disabled():
                line = json.dumps(provider.serialize_metric_set(), separators=(",", ":"))
                self._write(line + "\n")
        finally:
            provider.clear_metrics()

    def _new_provider(self) -> "AmazonCloudWatchEMFProvider":
        from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (  # noqa: PLC0415 - see the class
            AmazonCloudWatchEMFProvider,
        )

        return AmazonCloudWatchEMFProvider(namespace=self._settings.namespace, service=self._settings.service)
