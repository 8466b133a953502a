"""What telemetry writes: lines of JSON, in CloudWatch's units and its embedded metric format (EMF).

The limits are those of the EMF specification and of `PutMetricData`.
"""

import string
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from telemetry.schema import METRICS

Write: TypeAlias = Callable[[str], None]
"""Writes one line, its newline included, in one piece."""

_NAMESPACE: Final = frozenset(string.ascii_letters + string.digits + ".-_/#: ")


def write_stdout(line: str) -> None:
    """Write to the current `sys.stdout`: Lambda's runtime client replaces it after the handler's import."""
    sys.stdout.write(line)
    sys.stdout.flush()


def milliseconds(ns: int) -> float:
    """Convert nanoseconds to milliseconds, rounded to three decimals, so that the JSON stays short."""
    return (ns + 500) // 1000 / 1000


def unix_milliseconds(ns: int) -> int:
    """Convert an instant in Unix nanoseconds to whole milliseconds, the unit of CloudWatch's timestamps."""
    return ns // 1_000_000


def checked_namespace(text: str) -> str:
    """Return `text`, a namespace that CloudWatch accepts.

    Raises:
        ValueError: CloudWatch would reject it.
    """
    if not 1 <= len(text) <= 255 or text.startswith("AWS/") or not _NAMESPACE.issuperset(text):
        raise ValueError("not a namespace")
    return text


def checked_dimension(text: str) -> str:
    """Return `text`, a dimension's value that CloudWatch accepts.

    Raises:
        ValueError: CloudWatch would reject it.
    """
    printable = text.isascii() and text.isprintable() and not text.isspace()
    if not 1 <= len(text) <= 1024 or not printable or text.startswith(":"):
        raise ValueError("not a dimension's value")
    return text


def with_metrics(
    namespace: str, record: Mapping[str, Any], kind: str, *, experiment: bool = False
) -> dict[str, Any]:
    """Prepend the `_aws` member, which declares the record's metrics of this kind to CloudWatch.

    `record` must hold `at`; a metric that it has no value for is not declared.
    """
    sets: dict[tuple[tuple[str, ...], ...], list[dict[str, str]]] = {}
    for metric in METRICS:
        if metric.record == kind and metric.name in record:
            dimensions = metric.dimensions + (metric.in_experiment if experiment else ())
            sets.setdefault(dimensions, []).append({"Name": metric.name, "Unit": metric.unit})
    directives = [
        {"Namespace": namespace, "Dimensions": dimensions, "Metrics": metrics}
        for dimensions, metrics in sets.items()
    ]
    return {"_aws": {"Timestamp": record["at"], "CloudWatchMetrics": directives}, **record}
