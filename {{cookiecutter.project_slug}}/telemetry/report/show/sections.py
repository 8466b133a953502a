"""The list of the verdict's sections, in the order of reading: the terminal and the page show these."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from telemetry.report.show.notes import NOT_ESTIMATED
from telemetry.report.show.section import ListSection, Section
from telemetry.report.show.tables import (
    configuration_table,
    distribution_tables,
    first_request_table,
    request_tables,
    startup_tables,
    time_table,
)
from telemetry.report.show.verdict import Verdict

Build: TypeAlias = Callable[[Verdict], Section]


def not_estimated(_verdict: Verdict) -> ListSection:
    """List what the numbers do not say."""
    return ListSection("not-estimated", "Not estimated", NOT_ESTIMATED)


def notes(verdict: Verdict) -> ListSection:
    """List what a reader must know beside the numbers."""
    return ListSection("notes", "Notes", verdict.notes)


SECTIONS: Final[tuple[Build, ...]] = (
    configuration_table.configurations,
    configuration_table.beside,
    time_table.time_split,
    time_table.imports,
    request_tables.differences,
    first_request_table.first_requests,
    startup_tables.advice,
    distribution_tables.failures,
    distribution_tables.percentiles,
    startup_tables.startup,
    request_tables.arms,
    request_tables.strata,
    request_tables.by_settings,
    request_tables.ledger,
    startup_tables.state,
    request_tables.starts,
    request_tables.invocations,
    not_estimated,
    notes,
)
"""Add a section here, and both show it. First what a reader decides by; last what the numbers do not say."""
DECIDED_BY: Final = (
    "configurations",
    "beside",
    "time-split",
    "imports",
    "per-request",
    "first-requests",
    "advice",
)
"""Names of the first ones; charts follow them."""


def sections(verdict: Verdict) -> Iterator[Section]:
    """Yield every section that has rows."""
    yield from (section for build in SECTIONS if (section := build(verdict)).rows)
