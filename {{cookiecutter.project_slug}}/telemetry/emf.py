"""CloudWatch's embedded metric format: the `_aws` member that turns a record's fields into metrics.

The limits are those of the EMF specification and of `PutMetricData`.
"""

import string
from collections.abc import Mapping
from typing import Any

from telemetry.schema import METRICS

_NAMESPACE = frozenset(string.ascii_letters + string.digits + ".-_/#: ")


def checked_namespace(text: str) -> str:
    """Return `text` when CloudWatch takes it as a namespace; raises `ValueError`."""
    if not 1 <= len(text) <= 255 or text.startswith("AWS/") or not _NAMESPACE.issuperset(text):
        raise ValueError("not a namespace")
    return text


def checked_dimension(text: str) -> str:
    """Return `text` when CloudWatch takes it as the value of a dimension; raises `ValueError`."""
    printable = text.isascii() and text.isprintable() and not text.isspace()
    if not 1 <= len(text) <= 1024 or not printable or text.startswith(":"):
        raise ValueError("not a dimension's value")
    return text


def with_metrics(
    namespace: str, record: Mapping[str, Any], kind: str, *, experiment: bool = False
) -> dict[str, Any]:
    """Put `_aws` in front of a record, for the metrics of its kind that it has a value for."""
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
