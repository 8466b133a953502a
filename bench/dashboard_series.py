"""What a line of a CloudWatch graph shows of records, such as those of a lab run."""

import json
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

Line: TypeAlias = list[Any]
"""A metric as CloudWatch writes it: namespace, name, dimensions one after the other, and how to show it."""

BINS: Final = 8
"""In the time that the records span."""

_SEARCH: Final = re.compile(r"SEARCH\('\{.+?,\w+,(\w+)\} MetricName=\"(\w+)\".+', '(\w+)', \d+\)")


class Point(NamedTuple):
    """One value of one line."""

    seconds: float
    """After the first record."""
    line: str
    value: float


def read(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Return the records that carry metrics, the service's own included."""
    found = (json.loads(line) for line in lines if line.startswith("{"))
    return [record for record in found if "_aws" in record]


def points(lines: Sequence[Line], records: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Return what a graph shows; nothing of metrics that the records do not carry, such as AWS's own."""
    hidden = {line[-1]["id"]: line for line in lines if not line[-1].get("visible", True)}
    found: list[Point] = []
    for line in lines:
        shown = line[-1]
        if line not in hidden.values():
            found += _computed(shown, hidden, records) if len(line) == 1 else _plain(line, records)
    return found


def _computed(
    shown: Mapping[str, str], hidden: Mapping[str, Line], records: Sequence[Mapping[str, Any]]
) -> Iterator[Point]:
    if search := _SEARCH.fullmatch(shown["expression"]):
        dimension, metric, stat = search.groups()
        for value in dict.fromkeys(record[dimension] for record in records if metric in record):
            yield from _binned(records, metric, {dimension: value}, stat, value)
        return
    factor, _, id_ = shown["expression"].partition(" * ")
    for point in _plain(hidden[id_], records):
        yield Point(point.seconds, shown["label"], float(factor) * point.value)


def _plain(line: Line, records: Sequence[Mapping[str, Any]]) -> Iterator[Point]:
    _, metric, *pairs, shown = line
    dimensions = dict(zip(pairs[::2], pairs[1::2], strict=True))
    fixed = {name: value for name, value in dimensions.items() if not value.startswith("${")}
    yield from _binned(records, metric, fixed, shown["stat"], shown["label"])


def _binned(
    records: Sequence[Mapping[str, Any]], metric: str, fixed: Mapping[str, str], stat: str, label: str
) -> Iterator[Point]:
    times = [record["_aws"]["Timestamp"] for record in records]
    first = min(times)
    width = (max(times) - first) / BINS + 1
    bins: dict[int, list[float]] = defaultdict(list)
    for record, time in zip(records, times, strict=True):
        if metric in record and all(record.get(name) == value for name, value in fixed.items()):
            bins[int((time - first) / width)] += _values(record[metric])
    for position, values in sorted(bins.items()):
        yield Point((position + 0.5) * width / 1000, label, _statistic(stat)(values))


def _values(value: float | list[float]) -> list[float]:
    """One value or several: the embedded metric format knows both."""
    return value if isinstance(value, list) else [value]


def _statistic(stat: str) -> Callable[[Sequence[float]], float]:
    if stat.startswith("p"):
        return lambda values: _percentile(values, int(stat[1:]))
    known: dict[str, Callable[[Sequence[float]], float]] = {
        "Average": statistics.fmean,
        "Maximum": max,
        "SampleCount": len,
        "Sum": sum,
    }
    return known[stat]


def _percentile(values: Sequence[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
