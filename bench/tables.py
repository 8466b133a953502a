"""Results as Markdown: every table for the evidence page, the budgets for a project's documentation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bench.apps import APPS
from bench.stacks import STACKS

BEGIN: Final = "<!-- measured: from here on `make bench` writes -->"
END: Final = "<!-- measured: up to here -->"
APP_NAMES: Final = {
    "starlette": "Starlette, empty lifespan",
    "fastapi": "FastAPI, empty lifespan",
    "starlette-50ms": "Starlette, 50 ms of startup",
    "fastapi-50ms": "FastAPI, 50 ms of startup",
    "sample": "The sample service, reading a ticket from DynamoDB (moto)",
}
KINDS: Final = {"bytecode": "with bytecode", "source": "without bytecode"}


def written_into(text: str, tables: str) -> str:
    """A page with new tables between its two marks.

    Raises:
        ValueError: The page lacks one of the marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks {BEGIN} or {END}")
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def summary(found: Mapping[str, Any]) -> str:
    """The budgets alone, and where they were measured."""
    machine = found["machine"]
    where = f"{machine['cpu']}, {machine['cores']} cores, Python {machine['versions']['python']}."
    lines = (f"{where} Medians, with the quartiles in brackets.", "", *_budget_table(found["budgets"]))
    return "\n".join(lines)


def document(found: Mapping[str, Any]) -> str:
    """Every table, with a heading of its own."""
    return "\n".join(_lines(found))


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield from _machine(found)
    yield from _budgets(found["budgets"])
    for app in APPS:
        yield from _warm(APP_NAMES[app], [row for row in found["warm"] if row["app"] == app])
    yield from _instructions(found["instructions"])
    yield from _cold(found["cold"])
    yield from _added(found["added"])


def _machine(found: Mapping[str, Any]) -> Iterator[str]:
    machine = found["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    yield f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_mb']} MB, {machine['system']};"
    yield f"load at the start {machine['load']:.1f}. {versions}."
    yield f"{found['rounds']} rounds of warm invocations, {found['repetitions']} fresh processes of a kind."
    yield "Medians, with the quartiles in brackets."
    yield ""


def _budgets(budgets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "### Budgets"
    yield ""
    yield from _budget_table(budgets)


def _budget_table(budgets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from _table(
        ("what", "budget", "measured", ""),
        (
            (
                budget["what"],
                f"≤ {budget['limit']} {budget['unit']}",
                _spread(budget, 0 if budget["unit"] == "bytes" else 2),
                "met" if budget["met"] else "missed",
            )
            for budget in budgets
        ),
    )


def _warm(title: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"### Warm invocation: {title}"
    yield ""
    yield from _table(
        ("", "CPU / stock", "wall / stock", "CPU µs", "wall µs", "bytes written", "resident MiB"),
        (
            (
                row["label"],
                _spread(row["cpu_of_stock"], 2),
                _spread(row["of_stock"], 2),
                f"{row['cpu_us']['median']:,.0f}",
                f"{row['us']['median']:,.0f}",
                f"{row['bytes_per_invocation']:.0f}",
                f"{row['resident_kib'] / 1024:.1f}",
            )
            for row in rows
        ),
    )


def _instructions(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    stock = next(row["instructions"] for row in rows if row["stack"] == "mangum-auto")
    yield "### Warm invocation in instructions: Starlette, empty lifespan"
    yield ""
    yield from _table(
        ("", "/ stock", "thousands"),
        (
            (row["label"], f"{row['instructions'] / stock:.2f}", f"{row['instructions'] / 1000:,.0f}")
            for row in rows
        ),
    )


def _cold(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for app in dict.fromkeys(row["app"] for row in rows):
        yield f"### Cold start: {APP_NAMES[app]}"
        yield ""
        yield from _table(
            ("", "artifact", "ms more than stock", "first response, ms", "INIT, ms"),
            (
                (
                    row["label"],
                    KINDS[row["artifact"]],
                    _spread(row["more_than_stock_ms"], 0),
                    _spread(row["response_ms"], 0),
                    f"{row['init_ms']['median']:.0f}",
                )
                for row in rows
                if row["app"] == app
            ),
        )


def _added(added: Mapping[str, Any]) -> Iterator[str]:
    yield "### What is added to INIT, after the runtime client, Mangum and FastAPI"
    yield ""
    yield from _table(
        ("", "CPU ms", "wall ms", "CPU ms with the garbage collector", "wall ms with it"),
        (
            (
                STACKS[stack].label,
                *(
                    _spread(row[f"collector_{collector}"][unit], 1)
                    for collector in ("off", "on")
                    for unit in ("cpu_ms", "ms")
                ),
            )
            for stack, row in added["stacks"].items()
        ),
    )
    yield f"{added['modules']} modules. By package, in ms of a run in which each import is timed:"
    yield ", ".join(f"{name} {ms:.1f}" for name, ms in added["packages"].items() if ms >= 0.1) + "."
    yield (
        "The dearest modules: " + ", ".join(f"{name} {ms:.1f}" for name, ms in added["dearest"].items()) + "."
    )
    yield ""


def _table(heads: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _spread(of: Mapping[str, float], digits: int) -> str:
    if of["low"] == of["high"]:
        return f"{of['median']:,.{digits}f}"
    return f"{of['median']:,.{digits}f} [{of['low']:,.{digits}f}, {of['high']:,.{digits}f}]"
