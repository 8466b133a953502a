"""The service's own metrics, through Powertools' EMF provider."""

import json
from numbers import Number
from threading import Lock
from typing import TYPE_CHECKING, Final

from adapter.facts import EnvironmentEnded, InvocationEnded, SnapshotAnnounced
from telemetry import schema
from telemetry.fan_out import Handlers, OnFault
from telemetry.output import Write
from telemetry.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

MOST_VALUES: Final = 99
"""Values in one line: at 100 the provider would print the line itself."""
LARGEST: Final = 2.0**359
SMALLEST: Final = 2.0**-359
"""Of a value that is not 0, apart from its sign. AWS documents ±2^360 (API reference, MetricDatum), and
elsewhere 8.515920e-109 to 1.174271e+108 (guide of PutMetricData), which is 2^-359 to 2^359: the narrower one
is safe.
"""
RESERVED: Final = frozenset(
    {"_aws", schema.SERVICE, schema.RECORD, *(metric.name for metric in schema.METRICS)}
)
"""Members of the line: its declaration, its dimension, what makes a record, and telemetry's own metrics."""


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
        name, value, unit = checked_name(name), checked_value(value), checked_unit(unit)
        if self._provider is None:
            self._provider = self._new_provider()
        counted = self._provider.metric_set.get(name)
        if counted is not None and counted["Unit"] != unit:  # a line has one unit for all values of a metric
            self._flush(self._provider)
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


def checked_name(name: str) -> str:
    """Return the name of a metric, as CloudWatch accepts it and the line has room for it.

    Of its characters the API reference tells only with MetricStreamFilter: printable ones of ASCII.

    Raises:
        ValueError: CloudWatch would reject it, or it stands for something else in the line.
    """
    name = name.strip()
    if not 1 <= len(name) <= 255 or not name.isascii() or not name.isprintable():
        raise ValueError("not a metric's name")
    if name in RESERVED:
        raise ValueError("this name is telemetry's own")
    return name


def checked_value(value: float) -> float:
    """Return the value of a metric as a plain number that CloudWatch accepts.

    Raises:
        TypeError: It is no number.
        ValueError: It is not finite, too large, or too small.
    """
    if not isinstance(value, Number):  # also NumPy's, and decimals; a text is none
        raise TypeError("a metric's value must be a number")
    number = float(value)
    if number and not SMALLEST <= abs(number) <= LARGEST:  # as NaN is not, nor infinity
        raise ValueError("CloudWatch does not take such a value")
    return number


def checked_unit(unit: str) -> str:
    """Return the unit as a text, also that of Powertools' `MetricUnit`, which checks what is a unit.

    Raises:
        TypeError: It is no text.
    """
    name = getattr(unit, "value", unit)
    if not isinstance(name, str):
        raise TypeError("a metric's unit must be a text")
    return name
