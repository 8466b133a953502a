"""The command line: what to read, and where the verdict goes."""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from telemetry.prices import Prices, PricesError, prices_of
from telemetry.report.arguments import (
    FOR_AWS,
    SINCE,
    compare_parser,
    doctor_parser,
    plan_parser,
    report_parser,
)
from telemetry.report.aws.period import period
from telemetry.report.errors import UnusableError
from telemetry.report.estimate.configurations.by_configuration import ARCHITECTURE, REGION, Wished
from telemetry.report.estimate.planning import plan_of
from telemetry.report.estimate.pool import environments_per_day
from telemetry.report.estimate.results import Declared, results_of
from telemetry.report.estimate.two_runs import TwoRuns, two_logs, two_runs
from telemetry.report.gate import judge
from telemetry.report.outputs import STDOUT, discarded_on_failure, must_differ, write, write_two_runs
from telemetry.report.provenance import made_now
from telemetry.report.read.evidence import Entered, Evidence, entered, evidence_in, evidence_of
from telemetry.report.read.ledger import Ledger
from telemetry.report.read.lines import shown, source_of
from telemetry.report.read.parallel.pieces import processors
from telemetry.report.show.document import document
from telemetry.report.show.plan import show_plan, show_traffic
from telemetry.report.show.terminal import show_verdict
from telemetry.report.show.two_runs import show_two_runs
from telemetry.report.show.verdict import Verdict, verdict_of

OK: Final = 0
BROKEN: Final = 1
UNUSABLE: Final = 2
FAILED: Final = 3
"""A condition of `--fail-if`."""
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, of this process by default, and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(given[0]) if given else None
    try:
        return command(given[1:]) if command else report(given)
    except (UnusableError, PricesError) as error:
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except OSError as error:  # no space left for what does not fit into memory, say
        sys.stderr.write(f"telemetry.report: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("telemetry.report: stopped. Run it again to continue: downloaded hours are kept.\n")
        return INTERRUPTED


def report(arguments: Sequence[str]) -> int:
    """Print a verdict, and write the files that were asked for."""
    command = report_parser()
    options = command.parse_intermixed_args(arguments)
    outputs = {"--json": options.json, "--html": options.html, "--markdown": options.markdown}
    must_differ(outputs, [*options.files, *([options.beside] if options.beside else [])])
    with discarded_on_failure(outputs.values()):
        _refuse_word(options.files)
        evidence = _evidence(options, command)
        results = results_of(evidence, _declared(options, evidence.ledger))
        verdict = verdict_of(results, made_now(("python", "-m", "telemetry.report", *arguments)))
        written = list(write(verdict, options.json, options.html, options.markdown))
    if STDOUT not in map(str, outputs.values()):
        console = Console()
        show_verdict(verdict, console)
        for path in written:
            console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    return _gate(verdict, options)


def _gate(verdict: Verdict, options: argparse.Namespace) -> int:
    """Hold the conditions against the verdict, and say on stderr what became of each."""
    numbers = document(verdict)
    judged = [judge(one, numbers) for one in options.fail_if]
    for one in judged:
        sys.stderr.write(f"telemetry.report: {one.text}\n")
    bad = {"fails", "cannot tell"} if options.strict else {"fails"}
    return FAILED if any(one.outcome in bad for one in judged) else OK


def plan(arguments: Sequence[str]) -> int:
    """Propose the size of an experiment."""
    command = plan_parser()
    options = command.parse_intermixed_args(arguments)
    per_day, console = options.per_day, Console()
    if options.per_second is not None:
        per_day = per_day or environments_per_day(options.per_second, options.request_ms / 1000)
        show_traffic(options.per_second, options.request_ms, per_day, console)
        if not (options.files or options.stack or options.log_group):
            return OK
        console.print()
    evidence = _evidence(options, command)
    show_plan(plan_of(evidence, options.weights, options.precision, per_day, options.estimand), console)
    return OK


def compare(arguments: Sequence[str]) -> int:
    """Show two runs beside each other."""
    options = compare_parser().parse_args(arguments)
    both = (options.before, options.after)
    must_differ({"--json": options.json}, both)
    first, second = map(shown, both)
    with discarded_on_failure([options.json]):
        read = [entered([source_of(one)], _ledger(options), processors()) for one in both]
        found = _changes(*read, chosen=bool(options.service or options.function))
        if options.json:
            write_two_runs(found, first, second, options.json)
    if str(options.json) != STDOUT:
        show_two_runs(found, first, second, Console())
    return OK


def _changes(before: Entered, after: Entered, *, chosen: bool) -> TwoRuns:
    """Compare two runs by their records, or by the platform's lines where one has no others.

    Args:
        before: What the first run's log holds.
        after: The same of the second.
        chosen: One of several services or functions was: only records tell them apart.
    """
    without = not (chosen or (before.ledger.services and after.ledger.services))
    found = two_logs(before.ledger, after.ledger) if without else None
    return found or two_runs(*(results_of(evidence_in(one)) for one in (before, after)))


def _ledger(options: argparse.Namespace) -> Ledger:
    return Ledger(options.service, options.function)


def doctor(arguments: Sequence[str]) -> int:
    """Examine a deployment; the exit code says whether something is broken."""
    from telemetry.report.aws.doctor import examine  # noqa: PLC0415  # boto3 is slow to import
    from telemetry.report.show.examination import show_examination  # noqa: PLC0415  # as above

    options = doctor_parser().parse_args(arguments)
    examination = examine(options.stack, options.since, options.service)
    show_examination(examination, Console())
    return BROKEN if examination.broken else OK


COMMANDS: Final[Mapping[str, Callable[[Sequence[str]], int]]] = {
    "compare": compare,
    "plan": plan,
    "doctor": doctor,
}


def _declared(options: argparse.Namespace, ledger: Ledger) -> Declared:
    wished = Wished(options.prefer, _prices(options, ledger), options.cold_share, _beside(options, ledger))
    return Declared(options.experiment, options.planned, options.timeout, options.smallest, wished)


def _prices(options: argparse.Namespace, ledger: Ledger) -> Prices | None:
    """Return the prices that the options name; None where they name none."""
    if options.region is options.architecture is options.prices is None:
        return None
    ran = next((lab for lab in reversed(ledger.labs) if lab.region or lab.architecture), None)
    region = options.region or (ran.region if ran else None) or REGION
    architecture = options.architecture or (ran.architecture if ran else None) or ARCHITECTURE
    return prices_of(region, architecture, options.prices)


def _beside(options: argparse.Namespace, ledger: Ledger) -> Evidence | None:
    """Read the run whose figures stand beside."""
    if options.beside is None:
        return None
    found = evidence_of([source_of(options.beside)], options.service, processes=processors())
    if not (ledger.labs and found.ledger.labs):
        raise UnusableError(
            "--beside is for two runs of the lab, on Lambda or on this machine: "
            f"{'the records beside are' if ledger.labs else 'these records are'} of none."
        )
    return found


WORD: Final = re.compile("[a-z]{1,20}")


def _evidence(options: argparse.Namespace, command: argparse.ArgumentParser) -> Evidence:
    """Read what the options name."""
    sources = list(map(source_of, options.files))
    if not (options.stack or options.log_group):
        if not sources:
            command.error("nothing to read: name a FILE, a --stack or a --log-group")
        if useless := [
            flag for flag, value in vars(options).items() if flag in FOR_AWS and value is not None
        ]:
            command.error(f"--{useless[0]} is for --stack and --log-group; a FILE is read whole")
        return evidence_of(sources, options.service, options.function, processors())
    from telemetry.report.aws.sources import aggregated, downloaded, groups_of  # noqa: PLC0415  # as above

    insights = options.engine == "insights"
    if insights and sources:
        command.error("--engine insights reads log groups only, no FILE")
    when = period(SINCE if options.since is None else options.since, options.until, datetime.now(UTC))
    groups = groups_of(options.stack, options.log_group)
    if insights:
        if options.function is not None:
            command.error("--engine insights reads whole log groups: name those of the function")
        return aggregated(groups, when, options.service)
    fetched = downloaded(groups, when, options.cache)
    return evidence_of([*sources, *fetched], options.service, options.function, processors())


def _refuse_word(files: Sequence[str]) -> None:
    """Refuse a first word that is no file: it is likely a mistyped command."""
    if files and WORD.fullmatch(files[0]) and not Path(files[0]).exists():
        raise UnusableError(
            f"{shown(files[0])}: no such file. Name a file or folder of records, or `-` for standard input; "
            f"commands are {', '.join(COMMANDS)}."
        )


if __name__ == "__main__":
    sys.exit(main())
