"""Tables of configurations: what each takes and costs, and what another run says beside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from telemetry.report.estimate.configurations.by_configuration import Beside, Configurations
from telemetry.report.estimate.configurations.figures import Figures
from telemetry.report.estimate.intervals import Estimate
from telemetry.report.estimate.percentiles import Percentile, Told
from telemetry.report.read.records import Place
from telemetry.report.show.section import NONE, Row, TableSection
from telemetry.report.show.verdict import Verdict
from telemetry.report.show.wording import about, bracketed, counted, short_ms

PLACES: Final[Mapping[Place, str]] = {"lab": "this machine", "lambda": "Lambda", "loopback": "loopback"}
MARKS: Final[Mapping[Told, str]] = {
    "told": "",
    "edge of cold starts": " (edge)",
    "too few requests": " (too few)",
    "too few environments": " (too few)",
}
MOST: Final = 4
"""Configurations whose standing bill is said."""


def configurations(verdict: Verdict) -> TableSection:
    """Show every configuration of a run."""
    found = verdict.results.configurations
    place = verdict.results.measured_on.where
    rows = [] if found is None else list(map(_row, found.rows))
    return TableSection(
        "configurations",
        "By configuration: mean [95 %, all intervals at once]"
        + ("" if place == "lambda" else ", not on Lambda"),
        (
            "configuration",
            "env.",
            "first request, ms",
            "warm request, ms",
            "billed, ms",
            "$ a million",
            "p99, ms",
        ),
        rows,
        "" if found is None else " ".join(_caption(found, place)),
    )


def _row(one: Figures) -> Row:
    mark = " *" if one.on_frontier else ""
    return (
        f"{one.name}{mark}", str(one.environments), _estimate(one.first_request_ms),
        _estimate(one.warm_request_ms), _estimate(one.billed_ms), _estimate(one.dollars_per_million),
        _p99(one.p99_ms),
    )  # fmt: skip


def _estimate(found: Estimate | None) -> str:
    return NONE if found is None else bracketed(found.value, found.low, found.high)


def _p99(found: Percentile | None) -> str:
    if found is None:
        return NONE
    return bracketed(found.value, found.low, found.high) + MARKS[found.told]


def _caption(found: Configurations, place: Place) -> Iterator[str]:
    """Say what the figures rest on, and what is not in them."""
    one_in = about(1 / found.cold_share) if found.cold_share > 0 else None
    cold = f"1 request in {one_in} is the first of its environment" if one_in else "no request is a first one"
    yield f"Billed ms, dollars and p99 are of all requests, where {cold}" + (
        ", as this run sent them; your traffic has a share of its own (--cold-share)."
        if found.as_sent
        else "."
    )
    if any(one.on_frontier for one in found.rows):
        yield "*: nothing is both cheaper and lower in p99."
    elif any(one.environments for one in found.rows):
        yield (
            f"To tell p99 here takes more than {found.p99_requests} requests of each configuration "
            "(--invocations, --environments)."
        )
    if found.prices is not None:
        of = f"{found.prices.region}, {found.prices.architecture}, {found.prices.date}"
        yield f"Prices of {of}" + ("." if place == "lambda" else ": what Lambda would bill for as many ms.")
    yield from _kept(found.rows)
    yield from _out(found)


def _kept(rows: Sequence[Figures]) -> Iterator[str]:
    """Say what is billed beside requests."""
    kept = [one for one in rows if one.dollars_a_month_kept != 0 and one.dollars_per_million is not None]
    if kept:
        told = [
            f"{one.name} ${one.dollars_a_month_kept:.2f}"
            for one in kept[:MOST]
            if one.dollars_a_month_kept is not None
        ]
        yield (
            "Snapshots and provisioned environments are billed while they are kept, too"
            + (f" (a month: {', '.join(told)})" if told else "")
            + ": `choose` adds that up for your traffic."
        )


def _out(found: Configurations) -> Iterator[str]:
    """Say which configurations have no interval, or failed requests."""
    for one in found.rows:
        name = one.name
        if one.untold == "too few environments":
            yield f"{name}: too few environments, {one.more_environments} more at least."
        elif one.untold is not None:
            yield f"{name}: {one.untold}."
        if one.failed:
            yield f"{name}: {one.failed} of {counted(one.requests, 'request')} failed."


def beside(verdict: Verdict) -> TableSection:
    """Show the figures of another run beside those of this one, where both have a configuration."""
    found = verdict.results.configurations
    other = None if found is None else found.beside
    here = PLACES[verdict.results.measured_on.where]
    there = "the other" if other is None or PLACES[other.where] == here else PLACES[other.where]
    return TableSection(
        "beside",
        f"Beside {there}: ms, mean [95 %, all intervals at once]",
        (
            "configuration",
            f"first, {here}",
            f"first, {there}",
            "times",
            f"warm, {here}",
            f"warm, {there}",
            "times",
        ),
        [] if found is None or other is None else list(_both(found.rows, other)),
        ""
        if other is None
        else "Times as long: there, over here. No interval tells how far a machine is like Lambda.",
    )


def _both(rows: Sequence[Figures], other: Beside) -> Iterator[Row]:
    theirs = {(one.memory_mb, one.init_type, one.placement): one for one in other.rows}
    for mine in rows:
        its = theirs.get((mine.memory_mb, mine.init_type, mine.placement))
        if its is not None:
            yield (
                mine.name,
                *_pair(mine.first_request_ms, its.first_request_ms),
                *_pair(mine.warm_request_ms, its.warm_request_ms),
            )


def _pair(mine: Estimate | None, its: Estimate | None) -> tuple[str, str, str]:
    known = mine is not None and its is not None and mine.value > 0
    times = short_ms(its.value / mine.value) if known and mine and its else NONE
    return _estimate(mine), _estimate(its), times
