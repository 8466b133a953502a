"""What a dashboard plots, against what records publish: `python -m tests.plotted DASHBOARD RECORDS`."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

SEARCH: Final = re.compile(
    r"SEARCH\('\{\"(.+?)\",([\w,]+)\} MetricName=\"(\w+)\" (\w+)=\"(.+?)\"', '\w+', \d+\)"
)


class Series(NamedTuple):
    """A metric under a set of dimensions, whatever their values."""

    namespace: str
    name: str
    dimensions: frozenset[str]


def plotted(dashboard: Mapping[str, Any]) -> set[Series]:
    """Every series of the graphs, those of searches too."""
    graphs = [widget["properties"] for widget in dashboard["widgets"] if widget["type"] == "metric"]
    return {series for graph in graphs for line in spelled_out(graph["metrics"]) for series in _of_line(line)}


def spelled_out(lines: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The lines of a graph without CloudWatch's abbreviations, each with its options last.

    `.` repeats what the line above has at this place, `...` all that it has before the names that follow.
    """
    above: list[str] = []
    for line in lines:
        options = line[-1] if isinstance(line[-1], dict) else {}
        names = [name for name in line if isinstance(name, str)]
        if names[:1] == ["..."]:
            names = above[: len(above) - len(names) + 1] + names[1:]
        above = [above[place] if name == "." else name for place, name in enumerate(names)] or above
        yield [*(above if names else ()), options]


def published(records: Iterable[Mapping[str, Any]]) -> set[Series]:
    """Every series that CloudWatch makes of the records."""
    return {
        Series(directive["Namespace"], metric["Name"], frozenset(dimensions))
        for record in records
        for directive in record.get("_aws", {}).get("CloudWatchMetrics", ())
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
        if metric["Name"] in record and all(isinstance(record[name], str) for name in dimensions)
    }


def _of_line(line: list[Any]) -> Iterator[Series]:
    *names, shown = line
    if names:
        namespace, name, *pairs = names
        yield Series(namespace, name, frozenset(pairs[::2]))
    elif search := SEARCH.fullmatch(shown["expression"]):
        namespace, dimensions, name, _, _ = search.groups()
        yield Series(namespace, name, frozenset(dimensions.split(",")))
    else:
        assert "SEARCH" not in shown["expression"], shown


def main() -> int:
    """Print what is plotted of the records' namespaces and not published; that is the exit code too."""
    dashboard, records = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:])
    lines = (json.loads(line) for line in records.splitlines() if line.startswith("{"))
    there = published(lines)
    ours = {series for series in plotted(json.loads(dashboard)) if not series.namespace.startswith("AWS/")}
    for series in sorted(ours - there):
        sys.stdout.write(f"not published: {series}\n")
    sys.stdout.write(f"{len(ours)} series plotted, {len(there)} published\n")
    return 0 if ours and ours <= there else 1


if __name__ == "__main__":
    sys.exit(main())
