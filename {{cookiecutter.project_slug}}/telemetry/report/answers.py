"""What the commands answer, once everything is read.

Estimates, tables and SciPy take longer to import than most logs take to read. So the command line imports
this module last; where other processes read parts of a large log, it does so meanwhile.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from rich.console import Console

from telemetry.prices import ARCHITECTURE, REGION, Prices, prices_of
from telemetry.report.estimate.configurations.by_configuration import Wished
from telemetry.report.estimate.planning import plan_of
from telemetry.report.estimate.pool import environments_per_day
from telemetry.report.estimate.results import Declared, results_of
from telemetry.report.estimate.two_runs import TwoRuns, two_logs, two_runs
from telemetry.report.gate import judge
from telemetry.report.outputs import reader_may_leave, write_whole
from telemetry.report.provenance import made_now
from telemetry.report.read.evidence import Entered, Evidence, evidence_in
from telemetry.report.read.ledger import Ledger
from telemetry.report.show.document import document
from telemetry.report.show.markdown import markdown as as_markdown
from telemetry.report.show.plan import show_plan, show_traffic
from telemetry.report.show.terminal import show_verdict
from telemetry.report.show.two_runs import show_two_runs
from telemetry.report.show.verdict import Verdict, verdict_of

VERSION_OF_COMPARE: Final = 1


def judged(
    evidence: Evidence, beside: Evidence | None, options: argparse.Namespace, arguments: Sequence[str]
) -> Verdict:
    """Reach the verdict that `report` shows.

    Args:
        evidence: What was read.
        beside: Of another run, whose figures stand beside.
        options: What the reader asks, and what the experiment declared.
        arguments: As they were given: the verdict says how it was made.
    """
    wished = Wished(options.prefer, _prices(options, evidence.ledger), options.cold_share, beside)
    declared = Declared(options.experiment, options.planned, options.timeout, options.smallest, wished)
    made = made_now(("python", "-m", "telemetry.report", *arguments))
    return verdict_of(results_of(evidence, declared), made)


def _prices(options: argparse.Namespace, ledger: Ledger) -> Prices | None:
    """Return the prices that the options name; None where they name none."""
    if options.region is options.architecture is options.prices is None:
        return None
    ran = next((lab for lab in reversed(ledger.labs) if lab.region or lab.architecture), None)
    region = options.region or (ran.region if ran else None) or REGION
    architecture = options.architecture or (ran.architecture if ran else None) or ARCHITECTURE
    return prices_of(region, architecture, options.prices)


def write(
    verdict: Verdict, json: Path | None, html: Path | None, markdown: Path | None = None
) -> Iterator[Path]:
    """Write the files that were asked for, and yield the path of each.

    Raises:
        UnusableError: A file cannot be written.
    """
    if json:
        yield write_whole(json, _as_json(document(verdict)))
    if html:
        from telemetry.report.show.page import page  # noqa: PLC0415  # charts take a second to import

        yield write_whole(html, page(verdict))
    if markdown:
        yield write_whole(markdown, as_markdown(verdict))


def show(verdict: Verdict, written: Sequence[Path]) -> None:
    """Print a verdict, and which files hold it."""
    console = Console()
    with reader_may_leave():
        show_verdict(verdict, console)
        for path in written:
            console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)


def fails(verdict: Verdict, options: argparse.Namespace) -> bool:
    """Hold the conditions against the verdict, and say on stderr what became of each."""
    numbers = document(verdict)
    outcomes = [judge(one, numbers) for one in options.fail_if]
    for one in outcomes:
        sys.stderr.write(f"telemetry.report: {one.text}\n")
    bad = {"fails", "cannot tell"} if options.strict else {"fails"}
    return any(one.outcome in bad for one in outcomes)


def traffic(options: argparse.Namespace) -> float:
    """Say how many environments start in a day at a rate of requests, and return that."""
    per_day: float = options.per_day or environments_per_day(options.per_second, options.request_ms / 1000)
    with reader_may_leave():
        show_traffic(options.per_second, options.request_ms, per_day, Console())
    return per_day


def plan(evidence: Evidence, options: argparse.Namespace, per_day: float | None) -> None:
    """Propose the size of an experiment.

    Args:
        evidence: What was recorded before it.
        options: What is asked of it.
        per_day: New environments a day; None for as many as were recorded.
    """
    planned = plan_of(evidence, options.weights, options.precision, per_day, options.estimand)
    with reader_may_leave():
        show_plan(planned, Console())


def changes(before: Entered, after: Entered, *, chosen: bool) -> TwoRuns:
    """Compare two runs by their records, or by the platform's lines where one has no others.

    Args:
        before: What the first run's log holds.
        after: The same of the second.
        chosen: One of several services or functions was: only records tell them apart.
    """
    without = not (chosen or (before.ledger.services and after.ledger.services))
    found = two_logs(before.ledger, after.ledger) if without else None
    return found or two_runs(*(results_of(evidence_in(one)) for one in (before, after)))


def show_changes(found: TwoRuns, before: str, after: str) -> None:
    """Print two runs beside each other; `before` and `after` are their names."""
    with reader_may_leave():
        show_two_runs(found, before, after, Console())


def write_changes(found: TwoRuns, before: str, after: str, json: Path) -> Path:
    """Write what `compare` found; `before` and `after` are the names of the two runs.

    Raises:
        UnusableError: The file cannot be written.
    """
    each = [{"what": one.what, "finding": one.finding, **msgspec.to_builtins(one)} for one in found.changes]
    return write_whole(
        json,
        _as_json(
            {
                "v": VERSION_OF_COMPARE,
                "before": before,
                "after": after,
                "by": found.by,
                "same_machine": found.same_machine,
                "changes": each,
                "failures": msgspec.to_builtins(found.failures),
                "not_in_figures": dict(zip(("before", "after"), found.not_in_figures, strict=True)),
            }
        ),
    )


def _as_json(document: dict[str, Any]) -> str:
    return f"{msgspec.json.format(msgspec.json.encode(document), indent=2).decode()}\n"
