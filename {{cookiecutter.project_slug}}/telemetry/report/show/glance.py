"""Small tables for the first screen: where the time goes, what is saved, and the advice.

They hold what a reader decides by; the tables of the same names further down hold all of it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from telemetry.report.estimate.comparison import Estimand
from telemetry.report.estimate.results import Results
from telemetry.report.estimate.startup.time_split import Kind, Part
from telemetry.report.read.names import printable
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.tables.request_tables import finding_of
from telemetry.report.show.tables.time_table import WITHIN, imports_words
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import bracketed, short_ms, short_name

PARTS: Final[Mapping[Kind, str]] = {
    "INIT": "INIT",
    "imports": "  runtime, imports",
    "startup": "  startup",
    "first request": "first, without INIT",
    "warm": "warm request",
}
ESTIMANDS: Final[Mapping[Estimand, str]] = {
    "first_request_ms": "first requests",
    "user_visible_ms": "all requests",
}
MOST_RESOURCES: Final = 4
UNKNOWN: Final[Row] = ("none measured", 'wrap each load of the lifespan in preload("name")')
"""Where a startup was measured as a whole alone."""


def glance(verdict: Verdict) -> list[TableSection]:
    """Return those that have rows."""
    results = verdict.shown
    return [table for table in (_split(results), _saved(results), _advice(results)) if table.rows]


def _split(results: Results) -> TableSection:
    """Show the parts by arm, without their shares."""
    splits = [
        one for one in results.time_split if results.startup_repeats or one.placement != "every_invocation"
    ]
    by_arm: list[dict[Kind, Part]] = [
        {part.kind: part for part in split.parts if part.kind != "resource"} for split in splits
    ]
    kinds = [kind for kind in PARTS if any(kind in parts for parts in by_arm)]
    names = dict(PARTS)
    if results.starts.restored:
        names["INIT"] = "restore, or INIT"
        kinds = [kind for kind in kinds if kind not in WITHIN]
    rows: list[Row] = [(names[kind], *(_part(parts.get(kind)) for parts in by_arm)) for kind in kinds]
    heads = ("part", *(short_name(split.placement) for split in splits))
    return TableSection("split", "Where the time goes, ms", heads, rows, imports_words(results))


def _part(part: Part | None) -> str:
    if part is None:
        return NONE
    return "unknown" if part.ms is None else short_ms(part.ms)


def _saved(results: Results) -> TableSection:
    """Show first and all requests against each comparator."""
    rows: list[Row] = [
        (f"{short_name(found.baseline)}, {name}",
         bracketed(found.difference_ms, found.low, found.high), finding_of(found, results))
        for estimand, name in ESTIMANDS.items()
        for found in results.comparisons
        if found.estimand == estimand and (results.startup_repeats or found.baseline != "every_invocation")
    ]  # fmt: skip
    return TableSection(
        "saved",
        "Saved by keeping, ms [95 %]",
        ("against, in", "saved", "finding"),
        rows,
        prose=frozenset({2}),
    )


def _advice(results: Results) -> TableSection:
    """Show the first resources, those to change before those to keep, or how to have advice."""
    whole = results.startup.whole
    if not results.resources and (whole.first_in_init or whole.first_in_invocation):
        return TableSection("advised", "Advice", ("resource", "advice"), [UNKNOWN], prose=frozenset({1}))
    return TableSection(
        "advised",
        "Advice",
        ("resource", "advice", "lazy saves, ms/env."),
        list(_resources(results)),
        prose=frozenset({1}),
    )


def _resources(results: Results) -> Iterator[Row]:
    found = sorted(results.resources, key=lambda one: one.advice != "make lazy")
    for one in found[:MOST_RESOURCES]:
        saving = one.sure_saving_ms if one.shares_imports else one.saving_ms
        number = NONE if saving is None else bracketed(saving.value, saving.low, saving.high)
        yield (printable(one.name), one.advice, number)
    if len(found) > MOST_RESOURCES:
        yield (f"and {len(found) - MOST_RESOURCES} more", NONE, NONE)
