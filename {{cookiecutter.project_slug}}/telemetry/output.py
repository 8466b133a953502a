"""What telemetry writes: lines of JSON, in CloudWatch's units and its embedded metric format (EMF).

The limits are those of the EMF specification and of `PutMetricData`, and bounds of a record's size:
names are the app's own, and so is their number.
"""

import hashlib
import string
from collections.abc import Callable, Collection, Iterable, Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, Final, TypeAlias

from telemetry.schema import METRICS

Write: TypeAlias = Callable[[str], None]
"""Writes one line, its newline included, in one piece."""

_NAMESPACE: Final = frozenset(string.ascii_letters + string.digits + ".-_/#: ")

LONGEST_NAME: Final = 1024
"""Characters of a name; no longer one could be a dimension of a metric."""
LONGEST_ROUTE: Final = 128
MARK: Final = 9
"""Characters by which a name that is cut differs from others that begin like it."""


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


def bounded_name(name: str, longest: int = LONGEST_NAME) -> str:
    """`name`, or if that is too long its beginning and 8 digits of its hash: other names stay other names."""
    if len(name) <= longest:
        return name
    digest = hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{name[: longest - MARK]}~{digest}"


def bounded_counts(
    counts: Mapping[Any, int], preferred: Collection[str], most_bytes: int
) -> tuple[dict[str, int], int]:
    """As many counts as fit into `most_bytes` of JSON, by name, and how many names had no room.

    Names in `preferred` come first, the others in their order. None is cut.
    """
    named: dict[str, int] = {}
    for key, count in counts.items():
        name = str(key)
        named[name] = named.get(name, 0) + count
    kept: dict[str, int] = {}
    room = most_bytes
    for name in sorted(named, key=lambda name: name not in preferred):
        size = len(quoted(name)) + len(f":{named[name]},")
        if size <= room:
            kept[name] = named[name]
            room -= size
    return kept, len(named) - len(kept)


def bounded_names(names: Iterable[Any], preferred: Collection[str], most_bytes: int) -> tuple[list[str], int]:
    """As many names as fit into `most_bytes`, and how many had no room; see `bounded_counts`."""
    kept, left_out = bounded_counts(dict.fromkeys(names, 0), preferred, most_bytes)
    return [*kept], left_out
